// Slice, with bounds from attributes (1) or inputs (10, 11, 13).
#include <algorithm>
#include <optional>

#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

// starts, ends, axes, steps as given; empty axes and steps stand for the defaults.
struct Bounds {
  IntList starts, ends, axes, steps;
};

// One axis of the result: where it starts, how many elements it has, how far apart.
struct Range {
  int64_t start = 0;
  int64_t count = 0;
  int64_t step = 1;
};

Range Resolve(int64_t start, int64_t end, int64_t step, int64_t dim) {
  Require(step != 0, ORT_INVALID_ARGUMENT, "'step' value cannot be 0");
  // From the front; anything out of range is clamped, so the additions below cannot overflow.
  const auto count_from_end = [dim](int64_t i) {
    return i < 0 ? (i < -dim ? int64_t{-1} : i + dim) : i;
  };
  start = count_from_end(start);
  end = count_from_end(end);
  if (step > 0) {
    start = std::clamp<int64_t>(start, 0, dim);
    end = std::clamp<int64_t>(end, 0, dim);
    const int64_t span = end - start;
    return {start, span <= 0 ? 0 : (span - 1) / step + 1, step};
  }
  start = std::clamp<int64_t>(start, -1, dim - 1);
  end = std::clamp<int64_t>(end, -1, dim - 1);
  const int64_t span = start - end;
  if (span <= 0) return {start, 0, step};
  return {start, (span - 1) / -std::max(step, -INT64_MAX) + 1, step};
}

class SliceKernel final : public Kernel {
 public:
  explicit SliceKernel(const KernelInfo& info) {
    const Node& node = info.node;
    if (node.since_version < 10) {
      fixed_ = Bounds{IntsAttribute(node, "starts"),
                      IntsAttribute(node, "ends"),
                      IntsAttribute(node, "axes"),
                      {}};
      return;
    }
    bool constant = true;
    for (size_t i = 1; i < node.inputs.size(); ++i)
      constant &= !info.HasInput(i) || info.ConstantInput(i) != nullptr;
    if (!constant) return;
    const auto read = [&](size_t i) {
      const Tensor* tensor = info.ConstantInput(i);
      return tensor != nullptr ? ReadInts(*tensor, kNames[i], kMaxAxes) : IntList();
    };
    fixed_ = Bounds{read(1), read(2), read(3), read(4)};
  }

  void Run(KernelContext& context) const override {
    if (fixed_.has_value()) return RunWith(context, *fixed_);
    const auto read = [&](size_t i) {
      const Tensor* tensor = context.OptionalInput(i);
      return tensor != nullptr ? ReadInts(*tensor, kNames[i], kMaxAxes) : IntList();
    };
    RunWith(context, Bounds{read(1), read(2), read(3), read(4)});
  }

 private:
  static constexpr const char* kNames[] = {"data", "starts", "ends", "axes", "steps"};
  static constexpr int64_t kMaxAxes = 1024;

  static void RunWith(KernelContext& context, const Bounds& bounds) {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const size_t count = bounds.starts.size();
    Require(bounds.ends.size() == count && (bounds.axes.empty() || bounds.axes.size() == count) &&
                (bounds.steps.empty() || bounds.steps.size() == count) && count <= from.rank(),
            ORT_INVALID_ARGUMENT,
            "Slice of a tensor of shape {}: starts {}, ends {}, axes {} and steps {} do not fit",
            from, bounds.starts, bounds.ends, bounds.axes, bounds.steps);
    IntList axes;
    if (!bounds.axes.empty()) axes = NormalizeAxes(bounds.axes, static_cast<int64_t>(from.rank()));
    const IntList strides = StridesOf(from);
    IntList source_strides = strides;
    Shape to = from;
    int64_t offset = 0;
    for (size_t i = 0; i < count; ++i) {
      const size_t axis = axes.empty() ? i : static_cast<size_t>(axes[i]);
      const Range range = Resolve(bounds.starts[i], bounds.ends[i],
                                  bounds.steps.empty() ? 1 : bounds.steps[i], from[axis]);
      to[axis] = range.count;
      if (range.count == 0) continue;
      offset += range.start * strides[axis];
      // With one element the step does not matter, and it may be too large to multiply.
      source_strides[axis] = range.count == 1 ? 0 : range.step * strides[axis];
    }
    Tensor& output = context.Output(0, to);
    if (output.ElementCount() == 0) return;
    const IntList to_strides = StridesOf(to);
    StridedCopy copy;
    for (size_t i = 0; i < to.rank(); ++i) copy.Add(to[i], to_strides[i], source_strides[i]);
    const WholeBytes source = ReadWholeBytes(context, input);
    WholeByteOutput destination(context, output);
    copy.Run(context.pool(), source.dtype, destination.data(),
             Advance(source.data, source.dtype, offset));
    destination.Finish();
  }

  std::optional<Bounds> fixed_;
};

BACKPLANE_CPU_KERNEL(Slice,
                     Op("Slice")
                         .In(0, types::kAll)
                         .In(1, types::kIndices)
                         .In(2, types::kIndices)
                         .In(3, types::kIndices)
                         .In(4, types::kIndices),
                     Make<SliceKernel>);

}  // namespace
}  // namespace backplane::cpu
