// Drafts: models that a client of the C API builds in memory, piece by piece (model editor), and
// single nodes that EPs hand over (EPContext nodes). A draft is only names and types in any order;
// AddDraft checks it and makes a Graph of it, as often as wanted. Filled by abi/, read by runtime/
// and provider/.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "graph/graph_view.h"

namespace backplane {

/// A node outside of any graph (node->graph is null). It owns the values it lists: each has a name
/// and nothing else; null entries are absent optionals.
struct DraftNodeDeleter {
  void operator()(Node* node) const noexcept;
};
using DraftNode = std::unique_ptr<Node, DraftNodeDeleter>;

DraftNode MakeDraftNode(std::string op_type, std::string_view domain, std::string name,
                        const std::vector<std::string_view>& inputs,
                        const std::vector<std::string_view>& outputs,
                        std::vector<Attribute> attributes);

/// A graph being written. Readable as an OrtGraph: its nodes and values know nothing of each other.
class DraftGraph final : public OrtGraph {
 public:
  DraftGraph();

  // All of these take over what they are given.
  void SetInputs(std::vector<std::unique_ptr<ValueInfo>> inputs);
  void SetOutputs(std::vector<std::unique_ptr<ValueInfo>> outputs);
  void AddNode(DraftNode node);
  /// Fails with ORT_INVALID_ARGUMENT if there is one of this name.
  void AddInitializer(std::string name, std::shared_ptr<const Tensor> tensor);

 private:
  Graph home_;  // what the parts belong to, so that nobody else releases them
  std::vector<std::unique_ptr<ValueInfo>> input_storage_;
  std::vector<std::unique_ptr<ValueInfo>> output_storage_;
  std::vector<std::unique_ptr<ValueInfo>> initializer_storage_;
  std::vector<DraftNode> node_storage_;
  std::unordered_set<std::string> initializer_names_;
};

/// Adds nodes and initializers of `draft` to `graph`; its inputs, and its outputs, replace those of
/// `graph` where it has any. The draft keeps what it has; tensors are shared. Fails with
/// ORT_INVALID_ARGUMENT for names that nothing defines and ORT_FAIL for double definitions and
/// cycles; `graph` is of no use then.
void AddDraft(const OrtGraph& draft, Graph& graph);

}  // namespace backplane

/// C API: OrtModel.
struct OrtModel final {
 public:
  std::map<std::string, int> opsets;  ///< domain ("" for ai.onnx) to version
  std::unique_ptr<OrtGraph> graph;    ///< a DraftGraph; null before it is added

  /// A new graph with the content of the model. Domains without a version get the newest. Fails
  /// with ORT_INVALID_ARGUMENT where there is no graph, and as AddDraft does.
  std::unique_ptr<backplane::Graph> MakeGraph() const;
  /// Fails with ORT_INVALID_ARGUMENT where `graph` imports another version of a domain.
  void CheckDomains(const backplane::Graph& graph) const;
  /// Adds the content to a graph that passed CheckDomains; fails as AddDraft does.
  void AddTo(backplane::Graph& graph) const;
};
