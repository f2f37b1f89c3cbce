#include "cpu/layout/layout.h"

#include <unordered_map>

#include "cpu/fuse/fuse.h"
#include "cpu/layout/handlers.h"

namespace backplane::cpu {
namespace {

struct Entry {
  LayoutHandler handler;
  std::initializer_list<const char*> op_types;
};

const Entry kEntries[] = {
    {ConvertConv, {"Conv"}},
    {ConvertPool, {"MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"}},
    {ConvertBatchNormalization, {"BatchNormalization"}},
    {ConvertLrn, {"LRN"}},
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

bool HasConvolution(const Graph& graph, int ep_index) {
  for (const Node* node : graph.nodes()) {
    if (node->ep == ep_index && FindLayoutHandler(*node) == ConvertConv) return true;
  }
  return false;
}

}  // namespace

LayoutHandler FindLayoutHandler(const Node& node) {
  static const auto* const kTable = [] {
    auto* table = new std::unordered_map<std::string_view, LayoutHandler>;
    for (const Entry& entry : kEntries) {
      for (const char* type : entry.op_types) table->emplace(type, entry.handler);
    }
    return table;
  }();
  if (!node.domain.empty()) return nullptr;
  const auto it = kTable->find(node.op_type);
  return it == kTable->end() ? nullptr : it->second;
}

void ChooseLayout(Graph& graph, int ep_index) {
  if (!HasConvolution(graph, ep_index)) return;
  Twins twins(graph, ep_index);
  const std::vector<Node*> nodes = graph.nodes();
  for (Node* node : nodes) {
    if (!twins.Owns(node)) continue;
    if (const LayoutHandler convert = FindLayoutHandler(*node)) convert(node, twins);
  }
  twins.Materialize();
  twins.edit().Finish();
  FuseEpilogues(graph, ep_index);
}

}  // namespace backplane::cpu
