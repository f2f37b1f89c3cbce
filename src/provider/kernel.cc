#include "provider/kernel.h"

std::unique_ptr<backplane::SubgraphRunner> OrtKernelInfo::Subgraph(
    std::string_view attribute) const {
  const backplane::Attribute* found = node.FindAttribute(attribute);
  const auto* graph =
      found == nullptr ? nullptr : std::get_if<std::shared_ptr<backplane::Graph>>(&found->value);
  backplane::Require(graph != nullptr, ORT_INVALID_GRAPH, "{} has no subgraph '{}'",
                     node.Describe(), attribute);
  return make_subgraph(*graph);
}
