// ONNX graph messages into Graphs: names resolved with outer scopes, Constant nodes turned into
// initializers. Called by model/ for whole models and by onnx_functions.cc for function bodies.
// Knows no files: tensors come from a callback.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/log.h"
#include "graph/graph.h"
#include "onnx/onnx_pb.h"

namespace backplane {

struct ImportedTensor {
  std::shared_ptr<const Tensor> tensor;
  std::shared_ptr<const ExternalData> external;
};

/// Makes the tensor that a message stands for; `what` names it in errors ("initializer 'w'").
using TensorSource =
    std::function<ImportedTensor(const onnx::TensorProto& proto, const std::string& what)>;
/// The source for messages that hold their own data (function bodies of schemas).
ImportedTensor OwnData(const onnx::TensorProto& proto, const std::string& what);

struct ImportOptions {
  TensorSource tensors = OwnData;
  /// Contents of main-graph initializers that come from elsewhere; may be null.
  const std::map<std::string, std::shared_ptr<const Tensor>>* replacements = nullptr;
  const Logger* logger = nullptr;
};

/// Fills the empty main graph `graph`. See LoadModelFile for the errors.
void ImportGraph(const onnx::GraphProto& proto, Graph& graph, const ImportOptions& options);

/// What a function body is put in place of.
struct FunctionCall {
  std::vector<ValueInfo*>
      inputs;  ///< in the order of the function's inputs; null or missing: not given
  std::vector<ValueInfo*>
      outputs;  ///< values without a producer that the body computes; null or missing: not wanted
  /// Attributes given by the caller or by default, by name.
  std::unordered_map<std::string_view, const Attribute*> attributes;
  std::string prefix;  ///< put before the names of nodes and values of the body
  std::string layer;   ///< Node::layer of the body's nodes that name none
};

/// Adds the nodes of a function's body to `graph` (at the end of its order).
void ImportFunctionBody(const onnx::FunctionProto& function, const FunctionCall& call, Graph& graph,
                        const ImportOptions& options);

/// An attribute that holds no graph. `what` names its node in errors.
Attribute ImportAttribute(const onnx::AttributeProto& proto, const std::string& what,
                          const TensorSource& tensors);

/// The attribute type of `proto`, guessed from its content where the model says nothing.
onnx::AttributeProto::AttributeType AttributeTypeOf(const onnx::AttributeProto& proto);

/// "" for "ai.onnx", else the domain itself.
std::string_view CanonicalDomain(std::string_view domain);

}  // namespace backplane
