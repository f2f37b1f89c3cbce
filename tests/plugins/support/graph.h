// What test plug-ins read of a graph: lists of the C API as vectors, names as strings. Throws what
// plugin::Guard turns into a status. Uses the public headers only.
#pragma once

#include <string>
#include <vector>

#include "support/plugin.h"

namespace plugin {

/// The `Item`s that `count` counts and `get` hands out.
template <typename Item, typename Owner, typename Count, typename Get>
std::vector<const Item*> All(const Owner* owner, Count count, Get get) {
  size_t n = 0;
  Check(count(owner, &n));
  std::vector<const Item*> items(n);
  Check(get(owner, items.data(), n));
  return items;
}

inline std::vector<const OrtNode*> NodesOf(const OrtGraph* graph) {
  return All<OrtNode>(graph, ort->Graph_GetNumNodes, ort->Graph_GetNodes);
}

inline std::vector<const OrtValueInfo*> InputsOf(const OrtNode* node) {
  return All<OrtValueInfo>(node, ort->Node_GetNumInputs, ort->Node_GetInputs);
}

inline std::vector<const OrtValueInfo*> OutputsOf(const OrtNode* node) {
  return All<OrtValueInfo>(node, ort->Node_GetNumOutputs, ort->Node_GetOutputs);
}

/// What a function such as Node_GetName says of `node`; empty for null.
inline std::string TextOf(const OrtNode* node,
                          OrtStatus*(ORT_API_CALL* get)(const OrtNode*, const char**) noexcept) {
  const char* text = nullptr;
  Check(get(node, &text));
  return text == nullptr ? "" : text;
}

inline std::string TypeOf(const OrtNode* node) { return TextOf(node, ort->Node_GetOperatorType); }

/// Empty for an optional input or output that is left out.
inline std::string NameOf(const OrtValueInfo* value) {
  const char* name = "";
  if (value != nullptr) Check(ort->GetValueInfoName(value, &name));
  return name;
}

inline std::vector<std::string> NamesOf(const std::vector<const OrtValueInfo*>& values) {
  std::vector<std::string> names;
  for (const OrtValueInfo* value : values) names.push_back(NameOf(value));
  return names;
}

}  // namespace plugin
