// Nodes whose outputs are known already become initializers: Constant nodes, nodes with constant
// inputs (run through the kernels themselves), and the parts of shapes that inference found.
#include <algorithm>
#include <cstring>

#include "base/deferred.h"
#include "base/error.h"
#include "optimize/rewrite.h"

namespace backplane {
namespace {

constexpr std::string_view kNotRepeatable[] = {"RandomNormal",  "RandomNormalLike",
                                               "RandomUniform", "RandomUniformLike",
                                               "Multinomial",   "Bernoulli"};
// Small inputs, possibly huge outputs.
constexpr std::string_view kExpanding[] = {"ConstantOfShape", "Expand",   "Tile",   "Range",
                                           "Resize",          "Upsample", "EyeLike"};
// Operators that prepare constant inputs once: worth a folded weight of any size.
constexpr std::string_view kTakesWeights[] = {
    "Conv", "ConvTranspose",      "Gemm",    "MatMul",    "BatchNormalization", "LSTM", "GRU",
    "RNN",  "LayerNormalization", "Reshape", "Transpose", "Unsqueeze",          "Cast", "Mul",
    "Add",  "QuantizeLinear"};
constexpr int64_t kLargeExpansion = int64_t{16} << 20;  // bytes

template <size_t N>
bool Contains(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool AllInputsConstant(const Node& node) {
  bool any = false;
  for (const ValueInfo* input : node.inputs) {
    if (input == nullptr) continue;
    if (!input->IsConstant()) return false;
    any = true;
  }
  return any;
}

int64_t TensorBytes(const TypeInfo& type) {
  const auto shape = type.IsTensor() ? type.tensor.StaticShape() : std::nullopt;
  return shape.has_value() ? static_cast<int64_t>(BytesOf(type.tensor.dtype, shape->ElementCount()))
                           : 0;
}

// A large expansion costs memory for the session's whole life; computing it in each run costs
// little.
bool WorthItsMemory(const Node& node, int64_t bytes) {
  if (bytes <= kLargeExpansion || !Contains(kExpanding, node.op_type)) return true;
  for (const Use& use : node.outputs[0]->consumers) {
    if (Contains(kTakesWeights, use.node->op_type)) return true;
  }
  return false;
}

bool MayFold(const Node& node, const OptimizeOptions& options) {
  if (!node.domain.empty() && node.domain != "ai.onnx.ml") return false;
  if (node.HasSubgraphs() || !IsRepeatable(node)) return false;
  // Quantised weights stay visible to EPs that compute on integers.
  if (node.op_type == "DequantizeLinear") return false;
  if (node.outputs.empty() || node.outputs[0] == nullptr || !AllInputsConstant(node)) return false;
  for (const ValueInfo* output : node.outputs) {
    if (output == nullptr) continue;
    if (output->type.known() && !output->type.IsTensor()) return false;
    const int64_t bytes = TensorBytes(output->type);
    if (bytes > options.max_folded_bytes || !WorthItsMemory(node, bytes)) return false;
  }
  return true;
}

// Whether more shapes may follow from `value` being known: somebody reads it whose own shape is
// not.
bool FeedsUnknownShape(const ValueInfo& value) {
  return std::any_of(value.consumers.begin(), value.consumers.end(), [](const Use& use) {
    return use.node->HasSubgraphs() ||
           std::any_of(use.node->outputs.begin(), use.node->outputs.end(),
                       [](const ValueInfo* output) {
                         return output != nullptr && !StaticShape(output).has_value();
                       });
  });
}

void Settle(ValueInfo* value, Tensor tensor, RewriteContext& context) {
  context.edit.MakeConstant(value, std::move(tensor));
  context.refresh_types |= FeedsUnknownShape(*value);
}

// The dimensions `picked` of a shape as a tensor, if all are known.
std::optional<std::vector<int64_t>> KnownDims(const ValueInfo* value,
                                              const std::vector<int64_t>& picked) {
  if (value->initializer != nullptr && value->overridable) return std::nullopt;
  const auto& shape = value->type.tensor.shape;
  std::vector<int64_t> dims;
  for (int64_t i : picked) {
    if (i < 0) i += static_cast<int64_t>(shape->size());
    if (i < 0 || i >= static_cast<int64_t>(shape->size()) || !(*shape)[i].known())
      return std::nullopt;
    dims.push_back((*shape)[i].value);
  }
  return dims;
}

// The axes a Shape node gives, or nullopt where the rank is unknown.
std::optional<std::vector<int64_t>> AxesOfShapeNode(const Node& node) {
  const ValueInfo* input = node.Input(0);
  if (input == nullptr || !input->type.IsTensor() || !input->type.tensor.shape.has_value())
    return std::nullopt;
  const auto rank = static_cast<int64_t>(input->type.tensor.shape->size());
  const auto clamp = [rank](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank);
  };
  std::vector<int64_t> axes;
  for (int64_t i = clamp(node.Int("start", 0)); i < clamp(node.Int("end", rank)); ++i)
    axes.push_back(i);
  return axes;
}

Tensor Int64Tensor(const std::vector<int64_t>& values) { return Tensor::Of<int64_t>(values); }

template <typename T>
std::optional<Tensor> ScalarAttribute(const Node& node, const char* name) {
  const Attribute* attribute = node.FindAttribute(name);
  const T* value = attribute == nullptr ? nullptr : std::get_if<T>(&attribute->value);
  if (value == nullptr) return std::nullopt;
  return Tensor::Scalar<T>(*value);
}

template <typename T>
std::optional<Tensor> ListAttribute(const Node& node, const char* name) {
  const Attribute* attribute = node.FindAttribute(name);
  const auto* values =
      attribute == nullptr ? nullptr : std::get_if<std::vector<T>>(&attribute->value);
  if (values == nullptr) return std::nullopt;
  return Tensor::Of<T>(*values);
}

/// One element over and over.
class RepeatedElement final : public DeferredElements {
 public:
  explicit RepeatedElement(Tensor element) : element_(std::move(element)) {}
  void Compute(int64_t begin, int64_t end, void* to) const override {
    const auto count = static_cast<size_t>(end - begin);
    switch (element_.Bytes()) {
      case 1:
        return Fill<uint8_t>(count, to);
      case 2:
        return Fill<uint16_t>(count, to);
      case 4:
        return Fill<uint32_t>(count, to);
      default:
        return Fill<uint64_t>(count, to);
    }
  }

 private:
  template <typename T>
  void Fill(size_t count, void* to) const {
    T value;
    std::memcpy(&value, element_.raw(), sizeof value);
    std::fill_n(static_cast<T*>(to), count, value);
  }
  const Tensor element_;
};

// The output of a ConstantOfShape without the memory that its kernel would fill; nullopt for what
// is left to the kernel: faulty nodes, and types that have no fixed number of whole bytes.
std::optional<Tensor> ContentOfFill(const Node& node) {
  if (node.op_type != "ConstantOfShape") return std::nullopt;
  const Tensor& dims = *node.ConstantInput(0);
  const Tensor* given = node.TensorAttribute("value");
  if (dims.dtype() != DType::kInt64 || dims.shape().rank() != 1) return std::nullopt;
  if (given != nullptr && given->ElementCount() != 1) return std::nullopt;
  const Tensor element = given != nullptr ? *given : Tensor::Scalar<float>(0);
  const DType dtype = element.dtype();
  const size_t bits = BitsOf(dtype);
  const std::vector<int64_t> shape = ToInt64s(dims);
  const bool negative = std::any_of(shape.begin(), shape.end(), [](int64_t d) { return d < 0; });
  if (negative || element.IsString() || bits == 0 || bits % 8 != 0 || bits > 64)
    return std::nullopt;
  return Tensor::Deferred(dtype, Shape(shape), std::make_shared<RepeatedElement>(element));
}

std::optional<Tensor> ContentOfConstant(const Node& node) {
  if (const Tensor* value = node.TensorAttribute("value")) return *value;
  if (auto value = ScalarAttribute<float>(node, "value_float")) return value;
  if (auto value = ScalarAttribute<int64_t>(node, "value_int")) return value;
  if (auto value = ScalarAttribute<std::string>(node, "value_string")) return value;
  if (auto value = ListAttribute<float>(node, "value_floats")) return value;
  if (auto value = ListAttribute<int64_t>(node, "value_ints")) return value;
  return ListAttribute<std::string>(node, "value_strings");
}

}  // namespace

bool IsRepeatable(const Node& node) { return !Contains(kNotRepeatable, node.op_type); }

bool LiftConstant(Node* node, RewriteContext& context) {
  if (node->outputs.size() != 1 || node->outputs[0] == nullptr) return false;
  auto tensor = ContentOfConstant(*node);
  if (!tensor.has_value()) return false;
  Settle(node->outputs[0], std::move(*tensor), context);
  return true;
}

bool FoldConstants(Node* node, RewriteContext& context) {
  if (!context.options.evaluate || !MayFold(*node, context.options)) return false;
  std::vector<Tensor> results;
  try {
    if (auto filled = ContentOfFill(*node)) {
      results.push_back(std::move(*filled));
    } else if (!context.options.evaluate(*node, results)) {
      return false;
    }
  } catch (const Error&) {
    return false;  // the run reports it, with the node's place in the model
  }
  if (results.size() < node->outputs.size()) return false;
  for (size_t i = 0; i < node->outputs.size(); ++i) {
    if (node->outputs[i] == nullptr) continue;
    if (results[i].dtype() == DType::kUndefined) return false;
    if (static_cast<int64_t>(results[i].Bytes()) > context.options.max_folded_bytes) return false;
  }
  const std::vector<ValueInfo*> outputs = node->outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] != nullptr) Settle(outputs[i], std::move(results[i]), context);
  }
  return true;
}

bool FoldShape(Node* node, RewriteContext& context) {
  if (node->outputs.empty() || node->outputs[0] == nullptr) return false;
  const auto axes = AxesOfShapeNode(*node);
  if (!axes.has_value()) return false;
  const auto dims = KnownDims(node->inputs[0], *axes);
  if (!dims.has_value()) return false;
  if (node->op_type == "Shape") {
    Settle(node->outputs[0], Int64Tensor(*dims), context);
  } else {
    Settle(node->outputs[0], Tensor::Scalar<int64_t>(Shape(*dims).ElementCount()), context);
  }
  return true;
}

// Gather(Shape(x), constant): known where the dimensions it picks are, also if others are not.
bool FoldGatherOfShape(Node* node, RewriteContext& context) {
  const Node* shape = ProducerIs(node, 0, "Shape");
  const Tensor* indices = node->ConstantInput(1);
  if (shape == nullptr || indices == nullptr || !types::kIndices.Has(indices->dtype()))
    return false;
  if (node->Int("axis", 0) != 0 && node->Int("axis", 0) != -1) return false;
  const auto axes = AxesOfShapeNode(*shape);
  if (!axes.has_value()) return false;
  std::vector<int64_t> picked;
  for (int64_t i : ToInt64s(*indices)) {
    if (i < 0) i += static_cast<int64_t>(axes->size());
    if (i < 0 || i >= static_cast<int64_t>(axes->size())) return false;
    picked.push_back((*axes)[i]);
  }
  const auto dims = KnownDims(shape->inputs[0], picked);
  if (!dims.has_value()) return false;
  Settle(node->outputs[0], Tensor::Of<int64_t>(*dims, &indices->shape()), context);
  return true;
}

// Slice(Shape(x)) with constant bounds, in the same way.
bool FoldSliceOfShape(Node* node, RewriteContext& context) {
  const Node* shape = ProducerIs(node, 0, "Shape");
  if (shape == nullptr) return false;
  const auto starts = ConstantInts(node, 1, "starts");
  const auto ends = ConstantInts(node, 2, "ends");
  const auto axes = AxesOfShapeNode(*shape);
  if (!starts || !ends || !axes || starts->size() != 1 || ends->size() != 1) return false;
  if (node->Input(4) != nullptr) {
    const auto steps = ConstantInts(node, 4, "");
    if (!steps || steps->size() != 1 || (*steps)[0] != 1) return false;
  }
  const auto rank = static_cast<int64_t>(axes->size());
  const auto clamp = [rank](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank);
  };
  std::vector<int64_t> picked;
  for (int64_t i = clamp((*starts)[0]); i < clamp((*ends)[0]); ++i) picked.push_back((*axes)[i]);
  const auto dims = KnownDims(shape->inputs[0], picked);
  if (!dims.has_value()) return false;
  Settle(node->outputs[0], Int64Tensor(*dims), context);
  return true;
}

}  // namespace backplane
