#include "cpu/fuse/widen.h"

#include <unordered_map>
#include <vector>

#include "cpu/kernel_registry.h"
#include "cpu/kernels/elementwise.h"
#include "graph/rewriter.h"

namespace backplane::cpu {
namespace {

constexpr int kCastVersion = 13;

bool IsHalfTensor(const ValueInfo* value) {
  if (value == nullptr || !value->type.IsTensor()) return false;
  const DType dtype = value->type.tensor.dtype;
  return dtype == DType::kFloat16 || dtype == DType::kBFloat16;
}

TypeInfo Widened(TypeInfo type) {
  type.tensor.dtype = DType::kFloat;
  return type;
}

Tensor WidenedTensor(const Tensor& half) {
  Tensor wide = Tensor::Allocate(DType::kFloat, half.shape());
  const int64_t count = half.ElementCount();
  if (half.dtype() == DType::kFloat16) {
    HalfToFloat(half.data<Float16>(), wide.data<float>(), count);
  } else {
    HalfToFloat(half.data<BFloat16>(), wide.data<float>(), count);
  }
  return wide;
}

class Widening {
 public:
  explicit Widening(Rewriter& edit) : edit_(edit) {}

  void Widen(Node* node) {
    for (size_t i = 0; i < node->inputs.size(); ++i) {
      if (IsHalfTensor(node->inputs[i])) edit_.SetInput(node, i, WideOf(node->inputs[i], node));
    }
    for (size_t i = 0; i < node->outputs.size(); ++i) {
      ValueInfo* half = node->outputs[i];
      if (!IsHalfTensor(half)) continue;
      Graph& graph = edit_.graph();
      ValueInfo* wide = graph.AddValue(graph.FreshName(half->name), Widened(half->type));
      graph.SetOutput(node, i, wide);
      wide_[half] = wide;
      if (!half->HasUses()) continue;
      Node* cast = edit_.InsertAfter(node, "Cast", "", kCastVersion, {wide}, half->type,
                                     {{"to", static_cast<int64_t>(half->type.tensor.dtype), {}}});
      ValueInfo* unused = cast->outputs[0];
      graph.SetOutput(cast, 0, half);
      graph.RemoveValue(unused);
    }
  }

 private:
  ValueInfo* WideOf(ValueInfo* half, Node* user) {
    ValueInfo*& wide = wide_[half];
    if (wide != nullptr) return wide;
    if (half->IsConstant()) {
      wide = edit_.Constant(half->name, WidenedTensor(*half->initializer));
    } else {
      wide = edit_
                 .InsertBefore(user, "Cast", "", kCastVersion, {half}, Widened(half->type),
                               {{"to", static_cast<int64_t>(DType::kFloat), {}}})
                 ->outputs[0];
    }
    return wide;
  }

  Rewriter& edit_;
  std::unordered_map<ValueInfo*, ValueInfo*> wide_;  // half to float
};

}  // namespace

bool RunsWidened(const Node& node) {
  // These say themselves what comes out.
  for (const char* attribute : {"to", "dtype", "output_dtype"})
    if (node.FindAttribute(attribute) != nullptr) return false;
  Node wide;
  wide.domain = node.domain;
  wide.op_type = node.op_type;
  wide.since_version = node.since_version;
  std::vector<std::unique_ptr<ValueInfo>> values;
  bool any = false;
  const auto widen = [&](const std::vector<ValueInfo*>& from, std::vector<ValueInfo*>& to) {
    for (ValueInfo* value : from) {
      if (IsHalfTensor(value)) {
        values.push_back(std::make_unique<ValueInfo>());
        values.back()->type = Widened(value->type);
        value = values.back().get();
        any = true;
      }
      to.push_back(value);
    }
  };
  widen(node.inputs, wide.inputs);
  const bool reads_half = any;
  widen(node.outputs, wide.outputs);
  return reads_half && KernelRegistry::Get().Find(wide, nullptr) != nullptr;
}

void WidenHalves(Graph& graph, int ep_index) {
  Rewriter edit(graph);
  Widening widening(edit);
  const std::vector<Node*> nodes = graph.nodes();
  for (Node* node : nodes) {
    if (node->ep != ep_index || edit.IsDead(node)) continue;
    if (KernelRegistry::Get().Find(*node, nullptr) == nullptr && RunsWidened(*node))
      widening.Widen(node);
  }
  edit.Finish();
}

}  // namespace backplane::cpu
