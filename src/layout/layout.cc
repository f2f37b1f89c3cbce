#include "layout/layout.h"

#include <string_view>
#include <unordered_map>

namespace backplane::layout {
namespace {

struct Entry {
  Handler handler;
  std::initializer_list<const char*> op_types;
};

const Entry kEntries[] = {
    {ConvertElementwise,
     {"Abs",
      "Add",
      "And",
      "BitShift",
      "Cast",
      "Ceil",
      "Celu",
      "Clip",
      "Cos",
      "Div",
      "Elu",
      "Equal",
      "Erf",
      "Exp",
      "Floor",
      "Gelu",
      "Greater",
      "GreaterOrEqual",
      "HardSigmoid",
      "HardSwish",
      "Identity",
      "IsInf",
      "IsNaN",
      "LeakyRelu",
      "Less",
      "LessOrEqual",
      "Log",
      "Max",
      "Mean",
      "Min",
      "Mish",
      "Mod",
      "Mul",
      "Neg",
      "Not",
      "Or",
      "PRelu",
      "Pow",
      "Reciprocal",
      "Relu",
      "Round",
      "Selu",
      "Sigmoid",
      "Sign",
      "Sin",
      "Softplus",
      "Softsign",
      "Sqrt",
      "Sub",
      "Sum",
      "Swish",
      "Tanh",
      "ThresholdedRelu",
      "Where",
      "Xor"}},
    {ConvertConcat, {"Concat"}},
    {ConvertAxis, {"Split", "ArgMax", "ArgMin", "QuantizeLinear", "DequantizeLinear", "Gather"}},
    {ConvertSoftmax, {"Softmax", "LogSoftmax", "Hardmax"}},
    {ConvertReduce,
     {"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
      "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"}},
    {ConvertPad, {"Pad"}},
    {ConvertSlice, {"Slice"}},
    {ConvertResize, {"Resize", "Upsample"}},
    {ConvertTranspose, {"Transpose"}},
    {ConvertReshape, {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}},
    {ConvertShape, {"Shape"}},
};

}  // namespace

Handler FindHandler(const Node& node) {
  static const auto* const kTable = [] {
    auto* table = new std::unordered_map<std::string_view, Handler>;
    for (const Entry& entry : kEntries) {
      for (const char* type : entry.op_types) table->emplace(type, entry.handler);
    }
    return table;
  }();
  if (!node.domain.empty()) return nullptr;
  const auto it = kTable->find(node.op_type);
  return it == kTable->end() ? nullptr : it->second;
}

void MoveChannelsLast(Graph& graph, int ep_index, const FormOf& form_of) {
  Twins twins(graph, ep_index);
  const std::vector<Node*> nodes = graph.nodes();
  for (Node* node : nodes) {
    if (!twins.Owns(node)) continue;
    Handler convert = form_of(*node);
    if (convert == nullptr) convert = FindHandler(*node);
    if (convert != nullptr) convert(node, twins);
  }
  twins.Materialize();
  twins.edit().Finish();
}

}  // namespace backplane::layout
