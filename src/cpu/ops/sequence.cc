// SequenceConstruct, Empty, At, Erase, Insert, Length, SplitToSequence, ConcatFromSequence.
// Sequences share their elements' memory; the list itself is copied on change.
#include "cpu/ops/sequence.h"

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"

namespace backplane::cpu {

Value Owned(const Value& value) {
  if (!value.IsTensor() || value.tensor().owner() != nullptr) return value;
  const Tensor& tensor = value.tensor();
  Tensor copy = Tensor::Allocate(tensor.dtype(), tensor.shape());
  CopyElements(tensor, copy);
  return Value(std::move(copy));
}

namespace {

const Value& SequenceInput(const KernelContext& context, size_t i) {
  const Value* value = context.InputValue(i);
  Require(value != nullptr && value->kind() == ValueKind::kSequence, ORT_INVALID_ARGUMENT,
          "input {} is not a sequence", i);
  return *value;
}

void SetSequence(KernelContext& context, std::vector<Value> elements, DType element_type) {
  Value sequence;
  sequence.SetSequence(std::move(elements), element_type);
  context.SetOutput(0, std::move(sequence));
}

class SequenceEmptyKernel final : public Kernel {
 public:
  explicit SequenceEmptyKernel(const KernelInfo& info)
      : dtype_(static_cast<DType>(info.node.Int("dtype", 1))) {}
  void Run(KernelContext& context) const override { SetSequence(context, {}, dtype_); }

 private:
  const DType dtype_;
};

class SequenceConstructKernel final : public Kernel {
 public:
  explicit SequenceConstructKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    std::vector<Value> elements;
    elements.reserve(context.InputCount());
    for (size_t i = 0; i < context.InputCount(); ++i)
      elements.push_back(Owned(*context.InputValue(i)));
    SetSequence(context, std::move(elements), context.Input(0).dtype());
  }
};

class SequenceAtKernel final : public Kernel {
 public:
  explicit SequenceAtKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    const std::vector<Value>& elements = SequenceInput(context, 0).sequence();
    const int64_t position =
        CheckedIndex(ReadInt(context.Input(1), "position"), static_cast<int64_t>(elements.size()),
                     "Invalid sequence index");
    context.SetOutput(0, elements[static_cast<size_t>(position)]);
  }
};

class SequenceEraseKernel final : public Kernel {
 public:
  explicit SequenceEraseKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    const Value& sequence = SequenceInput(context, 0);
    std::vector<Value> elements = sequence.sequence();
    const Tensor* at = context.OptionalInput(1);
    const int64_t position =
        CheckedIndex(at != nullptr ? ReadInt(*at, "position") : -1,
                     static_cast<int64_t>(elements.size()), "Invalid sequence index");
    elements.erase(elements.begin() + position);
    SetSequence(context, std::move(elements), sequence.element_dtype());
  }
};

class SequenceInsertKernel final : public Kernel {
 public:
  explicit SequenceInsertKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    const Value& sequence = SequenceInput(context, 0);
    const Tensor& tensor = context.Input(1);
    Require(
        tensor.dtype() == sequence.element_dtype() || sequence.element_dtype() == DType::kUndefined,
        ORT_INVALID_ARGUMENT, "a {} cannot go into a sequence of {}",
        TensorTypeName(tensor.dtype()), TensorTypeName(sequence.element_dtype()));
    const std::vector<Value>& from = sequence.sequence();
    const auto size = static_cast<int64_t>(from.size());
    int64_t position = size;
    if (const Tensor* at = context.OptionalInput(2)) {
      position = ReadInt(*at, "position");
      Require(position >= -size && position <= size, ORT_INVALID_ARGUMENT,
              "Invalid sequence index: {} must be within the inclusive range [{},{}]", position,
              -size, size);
      if (position < 0) position += size;
    }
    std::vector<Value> elements;
    elements.reserve(from.size() + 1);
    elements.insert(elements.end(), from.begin(), from.begin() + position);
    elements.push_back(Owned(*context.InputValue(1)));
    elements.insert(elements.end(), from.begin() + position, from.end());
    SetSequence(context, std::move(elements), tensor.dtype());
  }
};

class SequenceLengthKernel final : public Kernel {
 public:
  explicit SequenceLengthKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    const auto size = static_cast<int64_t>(SequenceInput(context, 0).sequence().size());
    *context.Output(0, Shape{}).data<int64_t>() = size;
  }
};

class SplitToSequenceKernel final : public Kernel {
 public:
  explicit SplitToSequenceKernel(const KernelInfo& info)
      : axis_(info.node.Int("axis", 0)), keep_dims_(info.node.Int("keepdims", 1) != 0) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, static_cast<int64_t>(from.rank())));
    const Tensor* split = context.OptionalInput(1);
    const std::vector<int64_t> sizes = Sizes(split, from[axis]);
    const bool drop = split == nullptr && !keep_dims_;
    const int64_t outer = from.Count(0, axis);
    const int64_t inner = from.Count(axis + 1);
    std::vector<Value> elements;
    elements.reserve(sizes.size());
    int64_t offset = 0;
    for (const int64_t size : sizes) {
      Shape shape;
      for (size_t d = 0; d < from.rank(); ++d) {
        if (d != axis)
          shape.PushBack(from[d]);
        else if (!drop)
          shape.PushBack(size);
      }
      Tensor part = Tensor::Allocate(input.dtype(), shape);
      StridedCopy copy;
      copy.Add(outer, size * inner, from[axis] * inner);
      copy.Add(size * inner, 1, 1);
      copy.Run(context.pool(), input.dtype(), part.raw(),
               Advance(input.raw(), input.dtype(), offset * inner));
      elements.emplace_back(std::move(part));
      offset += size;
    }
    SetSequence(context, std::move(elements), input.dtype());
  }

 private:
  static std::vector<int64_t> Sizes(const Tensor* split, int64_t dim) {
    if (split == nullptr) return std::vector<int64_t>(static_cast<size_t>(dim), 1);
    std::vector<int64_t> sizes;
    if (split->shape().rank() == 0) {
      const int64_t size = ReadInt(*split, "split");
      Require(size > 0, ORT_INVALID_ARGUMENT, "split must be positive, it is {}", size);
      for (int64_t left = dim; left > 0; left -= size) sizes.push_back(std::min(size, left));
      return sizes;
    }
    sizes = ToInt64s(*split);
    int64_t total = 0;
    for (const int64_t size : sizes) {
      Require(size >= 0, ORT_INVALID_ARGUMENT, "split has a negative value, {}", size);
      total = CheckedAdd(total, size);
    }
    Require(total == dim, ORT_INVALID_ARGUMENT, "split's values sum to {}, the dimension is {}",
            total, dim);
    return sizes;
  }

  const int64_t axis_;
  const bool keep_dims_;
};

class ConcatFromSequenceKernel final : public Kernel {
 public:
  explicit ConcatFromSequenceKernel(const KernelInfo& info)
      : axis_(info.node.Int("axis", 0)), new_axis_(info.node.Int("new_axis", 0) != 0) {
    Require(info.node.Has("axis"), ORT_INVALID_GRAPH, "{}: axis is missing", info.node.Describe());
  }

  void Run(KernelContext& context) const override {
    const std::vector<Value>& elements = SequenceInput(context, 0).sequence();
    Require(!elements.empty(), ORT_INVALID_ARGUMENT,
            "Must have 1 or more inputs: the sequence is empty");
    const Shape& first = elements[0].tensor().shape();
    const auto rank = static_cast<int64_t>(first.rank()) + (new_axis_ ? 1 : 0);
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, rank));
    int64_t total = 0;
    for (size_t i = 0; i < elements.size(); ++i)
      total = CheckedAdd(total, Extent(elements[i].tensor(), first, axis, i));
    Shape shape;
    for (size_t d = 0; d < static_cast<size_t>(rank); ++d) {
      shape.PushBack(d == axis ? total : first[new_axis_ && d > axis ? d - 1 : d]);
    }
    Tensor& output = context.Output(0, shape);
    const int64_t outer = first.Count(0, axis);
    const int64_t row = shape.Count(axis);
    int64_t offset = 0;
    for (const Value& element : elements) {
      const Tensor& tensor = element.tensor();
      const int64_t part = tensor.shape().Count(axis);
      StridedCopy copy;
      copy.Add(outer, row, part);
      copy.Add(part, 1, 1);
      copy.Run(context.pool(), tensor.dtype(), Advance(output.raw(), tensor.dtype(), offset),
               tensor.raw());
      offset += part;
    }
  }

 private:
  // How far element `i` reaches along the axis; its other dimensions must be those of the first.
  int64_t Extent(const Tensor& tensor, const Shape& first, size_t axis, size_t i) const {
    const Shape& shape = tensor.shape();
    bool fits = shape.rank() == first.rank();
    for (size_t d = 0; fits && d < shape.rank(); ++d)
      fits = shape[d] == first[d] || (!new_axis_ && d == axis);
    Require(fits, ORT_INVALID_ARGUMENT,
            "element {} of the sequence has shape {}, which does not fit {}", i, shape, first);
    return new_axis_ ? 1 : shape[axis];
  }

  const int64_t axis_;
  const bool new_axis_;
};

BACKPLANE_CPU_KERNEL(SequenceEmpty, Op("SequenceEmpty").Since(11), Make<SequenceEmptyKernel>);
BACKPLANE_CPU_KERNEL(SequenceConstruct, Op("SequenceConstruct").Since(11).In(0, types::kAll),
                     Make<SequenceConstructKernel>);
BACKPLANE_CPU_KERNEL(SequenceAt, Op("SequenceAt").Since(11).In(1, types::kIndices),
                     Make<SequenceAtKernel>);
BACKPLANE_CPU_KERNEL(SequenceErase, Op("SequenceErase").Since(11).In(1, types::kIndices),
                     Make<SequenceEraseKernel>);
BACKPLANE_CPU_KERNEL(SequenceInsert,
                     Op("SequenceInsert").Since(11).In(1, types::kAll).In(2, types::kIndices),
                     Make<SequenceInsertKernel>);
BACKPLANE_CPU_KERNEL(SequenceLength, Op("SequenceLength").Since(11), Make<SequenceLengthKernel>);
BACKPLANE_CPU_KERNEL(
    SplitToSequence,
    Op("SplitToSequence").Since(11).In(0, types::kPlain | DType::kString).In(1, types::kIndices),
    Make<SplitToSequenceKernel>);
BACKPLANE_CPU_KERNEL(ConcatFromSequence,
                     Op("ConcatFromSequence").Since(11).Out(0, types::kPlain | DType::kString),
                     Make<ConcatFromSequenceKernel>);

}  // namespace
}  // namespace backplane::cpu
