// The graph: nodes, the values between them, and subgraphs that may use values of the graphs around
// them.
//
// Built by model/ from ONNX bytes, by the model editor, or from another host's graph. Edited by
// optimize/ and by EPs; every edit goes through Graph, which keeps producers and consumers right.
// Must not know files, protobuf or EPs.
//
// Identity: nodes and values are heap objects whose addresses are stable until they are removed;
// `index` is dense at creation and never reused in a graph. Iteration order is the order of
// `nodes()`, made topological by Sort().
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/tensor.h"
#include "base/value.h"
#include "graph/type.h"

struct OrtGraph;
struct OrtNode;
struct OrtValueInfo;

namespace backplane {

class FunctionLibrary;
class Graph;
class SchemaSet;
using Node = ::OrtNode;
using ValueInfo = ::OrtValueInfo;

/// Where an external initializer lies; kept for writers and for Initializer external info of the C
/// API.
struct ExternalData {
  std::string path;    ///< as the model spells it, relative to the model
  int64_t offset = 0;  ///< bytes
  size_t length = 0;   ///< bytes
};

/// One use of a value: input `index` of `node`. Indices at and past node->inputs.size() are
/// implicit inputs.
struct Use {
  Node* node;
  size_t index;
  friend bool operator==(const Use&, const Use&) = default;
};

}  // namespace backplane

/// A value (edge) of a graph: an input, an initializer, or an output of a node (C API:
/// OrtValueInfo).
struct OrtValueInfo final {
 public:
  std::string name;
  backplane::TypeInfo type;

  backplane::Graph* graph = nullptr;  ///< the graph it belongs to
  uint32_t index = 0;                 ///< dense number within its graph
  backplane::Node* producer = nullptr;
  size_t producer_index = 0;  ///< which output of the producer
  std::vector<backplane::Use>
      consumers;  ///< in the same graph; uses inside subgraphs count as implicit inputs

  bool is_graph_input = false;
  bool is_graph_output = false;
  backplane::ValueInfo* origin =
      nullptr;  ///< of a view's own value: the graph's that it stands for

  /// Content of an initializer (or of a value found constant); null otherwise. Shared with sessions
  /// and kernels.
  std::shared_ptr<const backplane::Tensor> initializer;
  std::shared_ptr<const backplane::ExternalData> external;

  bool IsInitializer() const { return initializer != nullptr; }
  /// An initializer that no caller can override (it is not also a graph input, or the model's IR
  /// version is below 4).
  bool IsConstant() const { return initializer != nullptr && !overridable; }
  bool overridable = false;
  /// The initializer as an OrtValue with aligned elements, as plugins get it; made at the first
  /// call, lives as long as this. Null if there is none.
  const OrtValue* InitializerValue();
  /// Gives an initializer that is a view of a file at an odd address elements of its own.
  void AlignInitializer();
  bool HasUses() const { return !consumers.empty() || is_graph_output; }

 private:
  std::shared_ptr<OrtValue> initializer_value_;
};

namespace backplane {

/// Position of a node among opsets and EPs; small numbers instead of strings.
inline constexpr int kNoEp = -1;

}  // namespace backplane

/// An attribute of a node (C API: OrtOpAttr); the alternative held tells its type. Subgraphs are
/// owned by the attribute.
struct OrtOpAttr final {
  using Value = std::variant<std::monostate, int64_t, float, std::string, backplane::Tensor,
                             std::vector<int64_t>, std::vector<float>, std::vector<std::string>,
                             std::vector<backplane::Tensor>, backplane::TypeInfo,
                             std::shared_ptr<backplane::Graph>,
                             std::vector<std::shared_ptr<backplane::Graph>>>;
  std::string name;
  Value value;
  std::string reference;  ///< inside a function body: the function's attribute this one takes its
                          ///< value from

  OrtOpAttrType type() const;
};

/// A node (C API: OrtNode).
struct OrtNode final {
 public:
  using Attribute = ::OrtOpAttr;

  std::string name;
  std::string op_type;
  std::string domain;    ///< "" for ai.onnx
  std::string overload;  ///< of a call of a model-local function; nearly always empty
  int since_version =
      0;  ///< operator-set version that introduced this form of the operator; 0 while unresolved
  std::string doc_string;
  std::string layer;  ///< the layer that the model's metadata name for it (layer_ann)

  backplane::Graph* graph = nullptr;  ///< the graph it belongs to
  uint32_t index = 0;                 ///< dense number within its graph (C API: node id)

  std::vector<backplane::ValueInfo*> inputs;  ///< null where an optional input is absent
  std::vector<backplane::ValueInfo*>
      implicit_inputs;                         ///< values of outer graphs that its subgraphs use
  std::vector<backplane::ValueInfo*> outputs;  ///< null where an optional output is unused
  std::vector<Attribute> attributes;           ///< sorted by name

  int ep = backplane::kNoEp;          ///< set by partition/: index into the session's EPs
  backplane::Node* origin = nullptr;  ///< of a view's own node: the graph's that it stands for
  const OrtGraph* view = nullptr;     ///< of a view's own node: that view

  const Attribute* FindAttribute(std::string_view attribute) const;
  /// The attribute's value, or `fallback` when absent. Fails with ORT_INVALID_GRAPH if it has
  /// another type.
  int64_t Int(std::string_view attribute, int64_t fallback) const;
  float Float(std::string_view attribute, float fallback) const;
  std::string Text(std::string_view attribute, std::string_view fallback) const;
  std::vector<int64_t> Ints(std::string_view attribute) const;  ///< empty when absent
  std::vector<float> Floats(std::string_view attribute) const;
  std::vector<std::string> Texts(std::string_view attribute) const;
  const backplane::Tensor* TensorAttribute(std::string_view attribute) const;  ///< null when absent
  bool Has(std::string_view attribute) const { return FindAttribute(attribute) != nullptr; }
  void SetAttribute(std::string name, Attribute::Value value);
  void RemoveAttribute(std::string_view name);

  /// Subgraphs of control-flow operators, in attribute order.
  std::vector<std::pair<std::string, std::shared_ptr<backplane::Graph>>> Subgraphs() const;
  bool HasSubgraphs() const;

  bool Is(std::string_view type, std::string_view in_domain = "") const {
    return op_type == type && domain == in_domain;
  }
  const backplane::ValueInfo* Input(size_t i) const {
    return i < inputs.size() ? inputs[i] : nullptr;
  }
  /// The content of input `i` if it is a constant initializer, else null.
  const backplane::Tensor* ConstantInput(size_t i) const;
  /// "Conv 'conv1'" or, unnamed, "Conv(#12)": how messages name a node.
  std::string Describe() const;
};

namespace backplane {

using Attribute = ::OrtOpAttr;

/// The version of a model that states none, as ONNX Runtime tells it.
inline constexpr int64_t kNoModelVersion = std::numeric_limits<int64_t>::max();

/// Facts about the model around the graph; shared by a main graph and its subgraphs.
struct ModelInfo {
  int64_t ir_version = 0;
  std::string producer_name;
  std::string producer_version;
  std::string domain;
  int64_t model_version = kNoModelVersion;
  std::string doc_string;
  std::map<std::string, std::string> metadata;
  std::map<std::string, int> opsets;              ///< domain ("" for ai.onnx) to version
  std::string path;                               ///< file it came from; empty for bytes
  std::vector<std::shared_ptr<void>> keep_alive;  ///< mapped files that initializers point into
  std::vector<std::string> ep_names;              ///< by Node::ep; set by partition/
  std::map<std::string, std::vector<std::string>>
      dim_denotations;  ///< of main-graph inputs that have any, by dimension
  std::shared_ptr<const FunctionLibrary>
      functions;                             ///< model-local functions; null when there are none
  std::shared_ptr<const SchemaSet> schemas;  ///< custom operators of the session; found before
                                             ///< those everybody knows; may be null
};

class Graph {
 public:
  explicit Graph(std::shared_ptr<ModelInfo> model, Node* parent = nullptr);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  std::string name;
  std::string doc_string;

  const std::shared_ptr<ModelInfo>& model() const { return model_; }
  /// The control-flow node that owns this subgraph; null for the main graph.
  Node* parent_node() const { return parent_; }
  void set_parent_node(Node* parent) { parent_ = parent; }
  Graph* parent_graph() const;

  /// Nodes in execution order once Sort() has run.
  const std::vector<Node*>& nodes() const { return order_; }
  const std::vector<ValueInfo*>& inputs() const { return inputs_; }
  const std::vector<ValueInfo*>& outputs() const { return outputs_; }
  /// Values with content, in the order they were added.
  std::vector<ValueInfo*> Initializers() const;
  /// All live values.
  std::vector<ValueInfo*> Values() const;
  /// Upper bounds of ValueInfo::index and Node::index, for side tables.
  size_t value_index_bound() const { return next_value_; }
  size_t node_index_bound() const { return next_node_; }

  // -- building and editing
  // -----------------------------------------------------------------------------------------
  /// A new value; `name` must be unused in this graph (ORT_INVALID_GRAPH); empty: a fresh name is
  /// made.
  ValueInfo* AddValue(std::string name, TypeInfo type = {});
  ValueInfo* AddInput(std::string name, TypeInfo type);
  void AddOutput(ValueInfo* value);
  void ReplaceOutput(size_t index, ValueInfo* value);
  /// The graph's inputs and outputs anew; all are values of this graph. An input that has content
  /// can be overridden.
  void SetGraphInputs(std::vector<ValueInfo*> inputs);
  void SetGraphOutputs(std::vector<ValueInfo*> outputs);
  ValueInfo* AddInitializer(std::string name, std::shared_ptr<const Tensor> tensor);
  ValueInfo* AddInitializer(std::string name, Tensor tensor);
  /// Gives an existing value content (and its type).
  void SetInitializer(ValueInfo* value, std::shared_ptr<const Tensor> tensor);
  /// A new node at the end of the order. `outputs` must have no producer yet. Null entries are
  /// absent optionals.
  Node* AddNode(std::string name, std::string op_type, std::string domain,
                std::vector<ValueInfo*> inputs, std::vector<ValueInfo*> outputs,
                std::vector<Attribute> attributes = {});
  /// A node that is not in the order yet and that no value knows of: partition/ shows it to an EP
  /// before the group it stands for is taken out. AdoptNode puts it into the graph.
  std::unique_ptr<Node> MakeDetachedNode();
  Node* AdoptNode(std::unique_ptr<Node> node);
  /// Takes nodes out of the graph without destroying them.
  std::vector<std::unique_ptr<Node>> ExtractNodes(std::span<Node* const> nodes);
  /// Removes a node; its outputs stay, without a producer.
  void RemoveNode(Node* node);
  /// Removes many at once (one pass over the order).
  void RemoveNodes(std::span<Node* const> nodes);
  /// Removes a value that nothing uses, produces, or exposes.
  void RemoveValue(ValueInfo* value);
  void SetInput(Node* node, size_t index, ValueInfo* value);
  void SetOutput(Node* node, size_t index, ValueInfo* value);
  void SetInputs(Node* node, std::vector<ValueInfo*> inputs);
  /// Makes every consumer of `from` (also inside subgraphs, also the graph outputs) use `to`. A
  /// graph output keeps its public name: if `from` is one, names are swapped, which needs `to` to
  /// be neither input, output nor initializer; returns false and changes nothing where that cannot
  /// be done.
  bool ReplaceUses(ValueInfo* from, ValueInfo* to);
  /// Recomputes implicit_inputs of a node from its subgraphs (after these were edited or attached).
  void RefreshImplicitInputs(Node* node);
  /// Puts nodes into a deterministic topological order (stable: by index among the ready). Fails
  /// with ORT_INVALID_GRAPH naming a node on a cycle.
  void Sort();
  /// Moves the order to the one given (a permutation of nodes()).
  void SetOrder(std::vector<Node*> order);

  /// The value called `name` in this graph, or null.
  ValueInfo* FindValue(std::string_view name) const;
  /// The same, then outwards through the enclosing graphs.
  ValueInfo* ResolveValue(std::string_view name) const;
  std::string FreshName(std::string_view stem);

  /// The whole of this graph as EPs see it; the same object until the graph is edited, valid as
  /// long as the graph.
  const OrtGraph& WholeView();

  /// Version of the operator set imported for `domain`; 0 when it is not imported.
  int OpsetVersion(std::string_view domain) const;

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  void AddUse(ValueInfo* value, Node* node, size_t index);
  void DropUse(ValueInfo* value, Node* node, size_t index);
  void Detach(Node* node);
  void RenameValue(ValueInfo* value, std::string name);
  void ReplaceCaptured(ValueInfo* from, ValueInfo* to);

  std::shared_ptr<ModelInfo> model_;
  Node* parent_;
  std::vector<std::unique_ptr<Node>> node_storage_;        // by index; null once removed
  std::vector<std::unique_ptr<ValueInfo>> value_storage_;  // by index; null once removed
  std::vector<Node*> order_;
  std::vector<ValueInfo*> inputs_;
  std::vector<ValueInfo*> outputs_;
  std::unordered_map<std::string, ValueInfo*, TextHash, std::equal_to<>> by_name_;
  uint32_t next_value_ = 0;
  uint32_t next_node_ = 0;
  uint64_t next_fresh_ = 0;
  uint64_t edits_ = 0;        // changes of what a view shows, counted
  uint64_t shown_edits_ = 0;  // those that the last of the views below has seen
  std::vector<std::shared_ptr<OrtGraph>> whole_views_;  // the current one last
};

/// Calls `visit` for `graph` and every subgraph below it, outermost first.
void ForEachGraph(Graph& graph, const std::function<void(Graph&)>& visit);

}  // namespace backplane
