// Which EP devices a session gets where none was appended: ONNX Runtime's order of preference, its
// policies, and the client's delegate. Pure functions over the registry's devices; creates nothing.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "provider/devices.h"

namespace backplane {

/// Most devices a delegate may select.
inline constexpr size_t kMaxSelectedDevices = 8;

/// NPUs, then GPUs (discrete ones first), then CPUs; among equals an EP of the device's own vendor
/// first, then by EP name, the built-in EP last; what is still equal keeps its order.
std::vector<const EpDevice*> OrderByPreference(std::span<const EpDevice* const> devices);

/// The first device of the type that `policy` wants and the first CPU device, of `ordered`. Fails
/// with ORT_INVALID_ARGUMENT for a value that is no policy.
std::vector<const EpDevice*> SelectByPolicy(OrtExecutionProviderDevicePolicy policy,
                                            std::span<const EpDevice* const> ordered);

/// What the client's function selects of `ordered`. Fails with ORT_FAIL, `EP selection delegate
/// ...`.
std::vector<const EpDevice*> SelectByDelegate(EpSelectionDelegate delegate, void* state,
                                              std::span<const EpDevice* const> ordered,
                                              const KeyValuePairs& model_metadata,
                                              const KeyValuePairs& runtime_metadata);

/// The devices of each EP together, EPs in the order of their first device.
std::vector<std::vector<const EpDevice*>> GroupByEp(std::span<const EpDevice* const> devices);

}  // namespace backplane
