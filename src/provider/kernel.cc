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

void* backplane::FrameServices::AllocateScratchFrom(OrtAllocator* allocator,
                                                    OrtKernelContext& context, size_t bytes) {
  Require(allocator == CpuAllocator(), ORT_NOT_IMPLEMENTED,
          "there is no scratch memory but the host's here");
  return AllocateScratch(context, bytes);
}
