#include "graph/onnx_infer_context.h"

#include "graph/onnx_convert.h"

namespace backplane {

std::vector<const onnx::TypeProto*> SubgraphInference::doInferencing(
    const std::vector<const onnx::TypeProto*>& input_types,
    const std::vector<const onnx::TensorProto*>&) {
  if (input_types.size() > graph_.inputs().size()) {
    fail_type_inference("Graph '", graph_.name, "' has ", graph_.inputs().size(),
                        " inputs but is given ", input_types.size());
  }
  GraphInference inference(graph_, &outer_, outer_.options(), outer_.facts().arena());
  for (size_t i = 0; i < input_types.size(); ++i) {
    if (input_types[i] == nullptr) continue;
    ValueInfo& input = *graph_.inputs()[i];
    inference.Merge(input, TypeFromProto(*input_types[i], input.name), *graph_.parent_node());
  }
  inference.Run();
  done_ = true;
  std::vector<const onnx::TypeProto*> result;
  for (const ValueInfo* output : graph_.outputs()) {
    const onnx::TypeProto* type = inference.facts().Type(*output);
    result.push_back(type != nullptr
                         ? type
                         : &onnx::TypeProto::default_instance());  // never null, callers read it
  }
  return result;
}

NodeInferenceContext::NodeInferenceContext(Node& node, GraphInference& inference,
                                           const NodeAttributes& attributes)
    : node_(node), inference_(inference), attributes_(attributes) {
  outputs_.reserve(node.outputs.size());
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    outputs_.push_back(
        google::protobuf::Arena::CreateMessage<onnx::TypeProto>(&inference.facts().arena()));
  }
}

const ValueInfo& NodeInferenceContext::RequiredInput(size_t index) const {
  if (index >= node_.inputs.size())
    fail_type_inference("input ", index, " is asked for but there are fewer");
  return *node_.inputs[index];
}

const onnx::TypeProto* NodeInferenceContext::getInputType(size_t index) const {
  return node_.Input(index) == nullptr ? nullptr : inference_.facts().Type(RequiredInput(index));
}

const onnx::TensorProto* NodeInferenceContext::getInputData(size_t index) const {
  return node_.Input(index) == nullptr ? nullptr
                                       : inference_.facts().Constant(RequiredInput(index));
}

const onnx::TensorShapeProto* NodeInferenceContext::getSymbolicInput(size_t index) const {
  return node_.Input(index) == nullptr ? nullptr : inference_.facts().Data(RequiredInput(index));
}

onnx::TypeProto* NodeInferenceContext::getOutputType(size_t index) {
  if (index >= outputs_.size())
    fail_type_inference("output ", index, " is asked for but there are fewer");
  return outputs_[index];
}

onnx::GraphInferencer* NodeInferenceContext::getGraphAttributeInferencer(const std::string& name) {
  const Attribute* attribute = node_.FindAttribute(name);
  const auto* graph =
      attribute == nullptr ? nullptr : std::get_if<std::shared_ptr<Graph>>(&attribute->value);
  if (graph == nullptr) fail_type_inference("Attribute ", name, " does not contain a graph.");
  return &subgraphs_.try_emplace(name, **graph, inference_).first->second;
}

void NodeInferenceContext::FinishSubgraphs() {
  for (const Attribute& attribute : node_.attributes) {
    if (const auto* graph = std::get_if<std::shared_ptr<Graph>>(&attribute.value)) {
      const auto it = subgraphs_.find(attribute.name);
      if (it != subgraphs_.end() && it->second.done()) continue;
      GraphInference(**graph, &inference_, inference_.options(), inference_.facts().arena()).Run();
    } else if (const auto* list =
                   std::get_if<std::vector<std::shared_ptr<Graph>>>(&attribute.value)) {
      for (const auto& each : *list) {
        GraphInference(*each, &inference_, inference_.options(), inference_.facts().arena()).Run();
      }
    }
  }
}

const onnx::TensorShapeProto* NodeDataContext::getInputData(size_t index) {
  const ValueInfo* input = node_.Input(index);
  return input == nullptr ? nullptr : facts_.Data(*input);
}

void NodeDataContext::addOutputData(size_t index, onnx::TensorShapeProto&& data) {
  if (index >= node_.outputs.size() || node_.outputs[index] == nullptr) return;
  if (data.dim_size() <= kMaxTrackedElements)
    facts_.SetData(*node_.outputs[index], std::move(data));
}

}  // namespace backplane
