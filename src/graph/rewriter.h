// One editing pass over one graph, for optimize/ and for EPs that lower their nodes: nodes die
// cheaply, new ones get a place in the order, values nobody uses any more go at the end. Also the
// questions every pattern asks of a graph. Must not know what any rewrite is about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace backplane {

/// Edits a graph. Between construction and Finish the graph's order lists dead nodes too; IsDead
/// tells them apart.
class Rewriter {
 public:
  explicit Rewriter(Graph& graph) : graph_(graph), dead_(graph.node_index_bound(), false) {}

  Graph& graph() { return graph_; }
  bool changed() const { return changed_; }
  bool IsDead(const Node* node) const { return node->index < dead_.size() && dead_[node->index]; }

  /// Cuts `node` off from its inputs and outputs; producers that nothing uses any more die with it.
  void Kill(Node* node);
  /// Kills `node` if none of its outputs is used.
  void KillIfUnused(Node* node);
  /// Turns `node` into another operator with other inputs, in its place and with its outputs.
  void Morph(Node* node, std::string op_type, std::string domain, int since_version,
             std::vector<ValueInfo*> inputs, std::vector<Attribute> attributes);
  /// Changes the inputs of `node`; producers that nothing uses any more die.
  void SetInputs(Node* node, std::vector<ValueInfo*> inputs);
  void SetInput(Node* node, size_t index, ValueInfo* value);
  /// A new node with one new output of `type`, executed right before `anchor`.
  Node* InsertBefore(Node* anchor, std::string op_type, std::string domain, int since_version,
                     std::vector<ValueInfo*> inputs, TypeInfo type,
                     std::vector<Attribute> attributes = {});
  /// A new node with one new output of `type`, executed right after `anchor`.
  Node* InsertAfter(Node* anchor, std::string op_type, std::string domain, int since_version,
                    std::vector<ValueInfo*> inputs, TypeInfo type,
                    std::vector<Attribute> attributes = {});
  /// Lets `node`, just added to the graph, be executed right before `anchor`.
  void PlaceBefore(Node* anchor, Node* node) {
    placed_.push_back({anchor, false, node});
    changed_ = true;
  }
  /// Everything that uses `from` uses `to` instead, and what made `from` dies if it has no other
  /// use. False, with nothing changed, where a graph output forbids it.
  bool Replace(ValueInfo* from, ValueInfo* to);
  ValueInfo* Constant(std::string_view stem, Tensor tensor);
  /// Gives a node's output content: the value becomes an initializer.
  void MakeConstant(ValueInfo* value, Tensor tensor);
  void Touch() { changed_ = true; }

  /// Removes what died and what nothing uses, puts new nodes in place. Returns whether anything was
  /// changed.
  bool Finish();

 private:
  void KillProducers(const std::vector<ValueInfo*>& values);
  Node* Insert(Node* anchor, bool after, std::string op_type, std::string domain, int since_version,
               std::vector<ValueInfo*> inputs, TypeInfo type, std::vector<Attribute> attributes);

  struct Placed {
    Node* anchor;
    bool after;
    Node* node;
  };
  Graph& graph_;
  std::vector<bool> dead_;  // by Node::index
  std::vector<Placed> placed_;
  std::vector<Node*> pending_;  // producers to look at once their consumers are gone
  bool draining_ = false;
  bool changed_ = false;
};

/// Removes nodes without a used output and values that nothing produces, uses or exposes. Returns
/// how many went.
size_t RemoveUnused(Graph& graph);

// -- questions
// ------------------------------------------------------------------------------------------------------

/// The only consumer of `value`, if it has exactly one use and that is neither a graph output nor
/// inside a subgraph.
Node* OnlyConsumer(const ValueInfo* value);
/// The producer of input `i` of `node` if it is a `type` node of the same graph, else null.
Node* ProducerIs(const Node* node, size_t i, std::string_view type, std::string_view domain = "");
/// The same, if `node` is also the only one to use that value.
Node* OnlyProducerIs(const Node* node, size_t i, std::string_view type,
                     std::string_view domain = "");
/// The static shape of a value, if known.
std::optional<Shape> StaticShape(const ValueInfo* value);
/// Rank of a value, if known.
std::optional<size_t> RankOf(const ValueInfo* value);
/// True if both ranks and all dimensions are known to be equal (the same symbol counts as equal).
bool SameShape(const ValueInfo* a, const ValueInfo* b);
DType DTypeOfValue(const ValueInfo* value);
/// The value of a constant floating or integer tensor of one element.
std::optional<double> ConstantScalar(const ValueInfo* value);
/// Element `i` of a float, double, half, int32 or int64 tensor as a double.
double ElementAsDouble(const Tensor& tensor, int64_t i);
/// A tensor of `dtype` (a floating type) with `values` rounded to it.
Tensor FloatTensor(DType dtype, const Shape& shape, const std::vector<double>& values);
/// The elements of a constant int32/int64 input, or of the older attribute form; nullopt if it is
/// not constant.
std::optional<std::vector<int64_t>> ConstantInts(const Node* node, size_t input,
                                                 std::string_view attribute);

}  // namespace backplane
