// EP options: how they become configuration entries of a session, and the check that an EP knows
// them. Used where EPs are appended or selected.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "provider/devices.h"

namespace backplane {

/// `ep.<EP name in lower case>.`, in front of every option of an EP among a session's configuration
/// entries.
std::string EpOptionPrefix(std::string_view ep_name);

/// Fails with ORT_INVALID_ARGUMENT if the EP publishes options and one of `options` is not among
/// them, naming the nearest. An EP that publishes none takes what it is given.
void CheckEpOptions(std::span<const EpDevice* const> devices, const KeyValuePairs& options);

/// How many single-letter edits (insert, delete, replace, swap of neighbours) apart two words are.
size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace backplane
