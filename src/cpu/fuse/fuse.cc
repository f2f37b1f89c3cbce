#include "cpu/fuse/fuse.h"

#include <span>

namespace backplane::cpu {
namespace {

using Fusion = bool (*)(Node* node, FusePass& pass);

void Walk(Graph& graph, int ep_index, std::span<const Fusion> fusions) {
  Rewriter edit(graph);
  FusePass pass{edit, ep_index};
  const std::vector<Node*> nodes = graph.nodes();
  for (Node* node : nodes) {
    for (const Fusion fusion : fusions) {
      if (!pass.Owns(node)) break;
      fusion(node, pass);
    }
  }
  edit.Finish();
}

}  // namespace

void FuseForCpu(Graph& graph, int ep_index) {
  // Patterns first, so that epilogues find one node where the model had many.
  static constexpr Fusion kPatterns[] = {FuseActivation, FuseLayerNormalization, FuseAttention};
  Walk(graph, ep_index, kPatterns);
  static constexpr Fusion kProducts[] = {FuseGemm, FuseEpilogue};
  Walk(graph, ep_index, kProducts);
}

void FuseEpilogues(Graph& graph, int ep_index) {
  static constexpr Fusion kEpilogues[] = {FuseEpilogue};
  Walk(graph, ep_index, kEpilogues);
}

}  // namespace backplane::cpu
