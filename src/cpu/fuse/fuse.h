// Fusions inside the CPU EP, after partition: patterns of its nodes become one node with a better
// kernel, of the standard domain or of kPrivateDomain. Called by CpuExecutionProvider::Lower;
// touches no node of another EP and keeps the graph's inputs and outputs.
#pragma once

#include "graph/rewriter.h"

namespace backplane::cpu {

/// All fusions that do not depend on a layout, on the nodes of `graph` (one level) that belong to
/// EP `ep_index`.
void FuseForCpu(Graph& graph, int ep_index);

/// Puts what follows a private Conv or Gemm into it: bias, residual, activation. Part of
/// FuseForCpu; the layout pass runs it again on the convolutions that it made.
void FuseEpilogues(Graph& graph, int ep_index);

/// One walk over one graph: what the fusions share.
struct FusePass {
  Rewriter& edit;
  int ep;

  bool Owns(const Node* node) const {
    return node != nullptr && node->ep == ep && !edit.IsDead(node);
  }
  /// The one producer of input `i` if it is a `type` node of ours that only `node` uses.
  Node* Only(const Node* node, size_t i, std::string_view type) const {
    Node* producer = OnlyProducerIs(node, i, type);
    return Owns(producer) ? producer : nullptr;
  }
};

// Each looks at the last node of its pattern, in execution order; true if it fused something.
bool FuseActivation(Node* node, FusePass& pass);          // fuse/activations.cc
bool FuseLayerNormalization(Node* node, FusePass& pass);  // fuse/layer_norm.cc
bool FuseAttention(Node* node, FusePass& pass);           // fuse/attention.cc
bool FuseGemm(Node* node, FusePass& pass);                // fuse/gemm.cc
bool FuseEpilogue(Node* node, FusePass& pass);            // fuse/epilogue.cc

}  // namespace backplane::cpu
