// EP options: how they become configuration entries of a session, and the check that an EP knows
// them. Used where EPs are appended or selected.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "provider/devices.h"

namespace backplane {

/// A session's configuration entries for the option `key` of an EP: `ep.<EP name in lower
/// case>.<key>`, and for an EP called `...ExecutionProvider` also the one without that word, since
/// ONNX Runtime has only the shorter one for some names.
std::vector<std::string> EpOptionEntries(std::string_view ep_name, std::string_view key);

/// Fails with ORT_INVALID_ARGUMENT if the EP publishes options and one of `options` is not among
/// them, naming the nearest. An EP that publishes none takes what it is given.
void CheckEpOptions(std::span<const EpDevice* const> devices, const KeyValuePairs& options);

/// How many single-letter edits (insert, delete, replace, swap of neighbours) apart two words are.
size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace backplane
