// Types of values as the JSON of include/backplane/backplane.h spells them.
#pragma once

#include <nlohmann/json.hpp>

#include "graph/type.h"

namespace backplane::abi {

/// Adds "type" ("float", "seq(tensor(float))", "unknown") and, for tensors of known rank, "shape":
/// numbers, names of symbols, null for what is unknown.
void AddType(const TypeInfo& type, nlohmann::ordered_json& json);

/// One line; text that is not UTF-8 is repaired.
std::string DumpJson(const nlohmann::ordered_json& json);

}  // namespace backplane::abi
