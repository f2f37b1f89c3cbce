// Constant, ConstantOfShape and EyeLike: tensors that depend on attributes and shapes only.
#include <cstring>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

// The value of whichever attribute a Constant node carries.
Tensor ConstantValue(const Node& node) {
  if (const Tensor* value = node.TensorAttribute("value")) return *value;
  if (node.Has("value_float")) return Tensor::Scalar<float>(node.Float("value_float", 0));
  if (node.Has("value_int")) return Tensor::Scalar<int64_t>(node.Int("value_int", 0));
  if (node.Has("value_string")) return Tensor::Scalar<std::string>(node.Text("value_string", ""));
  if (node.Has("value_floats")) return Tensor::Of<float>(node.Floats("value_floats"));
  if (node.Has("value_ints")) return Tensor::Of<int64_t>(node.Ints("value_ints"));
  if (node.Has("value_strings")) return Tensor::Of<std::string>(node.Texts("value_strings"));
  Fail(ORT_INVALID_GRAPH,
       "{}: no attribute gives a value (a sparse_value becomes dense when the model is read)",
       node.Describe());
}

class ConstantKernel final : public Kernel {
 public:
  explicit ConstantKernel(const KernelInfo& info) : value_(ConstantValue(info.node)) {}
  void Run(KernelContext& context) const override {
    CopyElements(value_, context.Output(0, value_.shape()));
  }

 private:
  const Tensor value_;
};

// Fills `count` elements with copies of the element at `value`.
void Fill(ThreadPool& pool, DType dtype, void* data, const void* value, int64_t count) {
  StridedCopy copy;
  copy.Add(count, 1, 0);
  copy.Run(pool, dtype, data, value);
}

class ConstantOfShapeKernel final : public Kernel {
 public:
  explicit ConstantOfShapeKernel(const KernelInfo& info) : value_(Tensor::Scalar<float>(0)) {
    if (const Tensor* value = info.node.TensorAttribute("value")) {
      Require(value->ElementCount() == 1, ORT_INVALID_GRAPH,
              "{}: value must have one element, its shape is {}", info.node.Describe(),
              value->shape());
      value_ = *value;
    }
  }
  void Run(KernelContext& context) const override {
    const Shape shape = ReadInts(context.Input(0), "the shape", 1024);
    Tensor& tensor = context.Output(0, shape);
    WholeByteOutput output(context, tensor);
    const WholeBytes value = ReadWholeBytes(context, value_);
    Fill(context.pool(), output.dtype(), output.data(), value.data, tensor.ElementCount());
    output.Finish();
  }

 private:
  Tensor value_;
};

class EyeLikeKernel final : public Kernel {
 public:
  explicit EyeLikeKernel(const KernelInfo& info) : diagonal_(info.node.Int("k", 0)) {}
  void Run(KernelContext& context) const override {
    const Shape& shape = context.Input(0).shape();
    Require(shape.rank() == 2, ORT_INVALID_ARGUMENT,
            "EyeLike needs a matrix, the input's shape is {}", shape);
    Tensor& output = context.Output(0, shape);
    std::memset(output.raw(), 0, output.Bytes());
    const int64_t rows = shape[0], columns = shape[1];
    if (diagonal_ <= -rows || diagonal_ >= columns) return;
    const int64_t first_row = std::max<int64_t>(-diagonal_, 0);
    const int64_t first_column = std::max<int64_t>(diagonal_, 0);
    const int64_t count = std::min(rows - first_row, columns - first_column);
    uint64_t one_bits[2] = {};
    OneOf(output.dtype(), one_bits);
    StridedCopy copy;
    copy.Add(count, columns + 1, 0);
    copy.Run(context.pool(), output.dtype(),
             Advance(output.raw(), output.dtype(), first_row * columns + first_column), one_bits);
  }

 private:
  // Writes the number 1 in `dtype` to `bits`.
  static void OneOf(DType dtype, void* bits) {
    const auto write = [bits](auto one) { std::memcpy(bits, &one, sizeof one); };
    switch (dtype) {
      case DType::kFloat:
        return write(1.0f);
      case DType::kDouble:
        return write(1.0);
      case DType::kFloat16:
        return write(Float16(1.0f));
      case DType::kBFloat16:
        return write(BFloat16(1.0f));
      default:
        return write(uint64_t{1});  // integers and bool, little-endian
    }
  }
  const int64_t diagonal_;
};

constexpr TypeSet kEyeTypes = types::kNumeric | DType::kBool;

BACKPLANE_CPU_KERNEL(Constant, Op("Constant"), Make<ConstantKernel>);
BACKPLANE_CPU_KERNEL(ConstantOfShape,
                     Op("ConstantOfShape").Since(9).In(0, DType::kInt64).Out(0, types::kAll),
                     Make<ConstantOfShapeKernel>);
BACKPLANE_CPU_KERNEL(EyeLike, Op("EyeLike").Since(9).In(0, kEyeTypes).Out(0, kEyeTypes),
                     Make<EyeLikeKernel>);

}  // namespace
}  // namespace backplane::cpu
