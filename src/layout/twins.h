// Twins: a value of the graph (channels first) and the same elements in a channels-last value.
// Rewriting works on twins; the original is made from its twin only where somebody still wants it.
//
// The order of a twin of a value [N, C..., S...] with `spatial` trailing axes S is [N, S..., C...].
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "graph/rewriter.h"

namespace backplane::layout {

struct Twin {
  ValueInfo* value = nullptr;
  size_t spatial = 0;
};

/// Which axis of the original lies where in the twin: {0, 2, 3, 1} for rank 4 with 2 spatial axes.
std::vector<int64_t> TwinOrder(size_t rank, size_t spatial);
/// The order that undoes `order`.
std::vector<int64_t> Inverse(const std::vector<int64_t>& order);
/// Where axis `axis` (which may be negative) of the original lies in the twin; -1 if it is out of
/// range.
int64_t TwinAxis(int64_t axis, size_t rank, size_t spatial);
/// The axes of `tensor` in a new order, on the host. The element type must be one of whole bytes.
Tensor Permuted(const Tensor& tensor, const std::vector<int64_t>& order);
TypeInfo PermutedType(const TypeInfo& type, const std::vector<int64_t>& order);

class Twins {
 public:
  Twins(Graph& graph, int ep) : edit_(graph), ep_(ep) {}

  Rewriter& edit() { return edit_; }
  bool Owns(const Node* node) const { return node->ep == ep_ && !edit_.IsDead(node); }

  /// The twin that `value` has already, if any.
  const Twin* Find(const ValueInfo* value) const;
  /// The twin of `value` with `spatial` axes; one made by a transpose before `user` where it has
  /// none.
  ValueInfo* Get(ValueInfo* value, size_t spatial, Node* user);
  /// Lets output `i` of `node` be the twin of the value it was, which has no producer until
  /// Materialize.
  void MoveOutput(Node* node, size_t i, size_t spatial);
  /// Says that `value`, which nobody makes any more, has the elements of `twin`.
  void Register(ValueInfo* value, ValueInfo* twin, size_t spatial) {
    twins_[value] = {twin, spatial};
  }
  /// For every value that is still used but has lost its producer: a transpose of its twin.
  void Materialize();

  /// A node that moves the axes of `value` before `anchor` (after it where `after`): Transpose, or
  /// Reshape where no element moves.
  Node* InsertTranspose(ValueInfo* value, const std::vector<int64_t>& order, TypeInfo type,
                        Node* anchor, bool after);
  /// An int64 constant.
  ValueInfo* Ints(const std::vector<int64_t>& values);

 private:
  Rewriter edit_;
  const int ep_;
  std::unordered_map<const ValueInfo*, Twin> twins_;
  std::vector<ValueInfo*> moved_;  // values whose producer makes their twin now, in order
};

}  // namespace backplane::layout
