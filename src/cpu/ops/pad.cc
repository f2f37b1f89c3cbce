// Pad: constant, edge, reflect and wrap; negative pads cut. Every mode is a map from output to
// input positions for each axis, so the copying does not know the mode.
#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

enum class PadMode { kConstant, kEdge, kReflect, kWrap };

PadMode ModeOf(const Node& node) {
  const std::string mode = node.Text("mode", "constant");
  if (mode == "constant") return PadMode::kConstant;
  if (mode == "edge") return PadMode::kEdge;
  if (mode == "reflect") return PadMode::kReflect;
  if (mode == "wrap") return PadMode::kWrap;
  Fail(ORT_INVALID_ARGUMENT, "{}: Invalid 'mode' attribute value '{}'", node.Describe(), mode);
}

// One axis: `before` outputs precede the `kept` input positions from `first` on, `after` follow
// them.
struct PadAxis {
  int64_t before = 0;
  int64_t first = 0;
  int64_t kept = 0;
  int64_t after = 0;

  int64_t size() const { return before + kept + after; }
  /// Input position for output position `o`, or -1 where the constant goes. kept is positive unless
  /// mode is constant.
  int64_t SourceOf(int64_t o, PadMode mode) const {
    int64_t r = o - before;
    if (r >= 0 && r < kept) return first + r;
    switch (mode) {
      case PadMode::kConstant:
        return -1;
      case PadMode::kEdge:
        return first + (r < 0 ? 0 : kept - 1);
      case PadMode::kWrap:
        return first + ((r % kept) + kept) % kept;
      case PadMode::kReflect:
        break;
    }
    if (kept == 1) return first;
    const int64_t period = 2 * (kept - 1);
    r = ((r % period) + period) % period;
    return first + (r < kept ? r : period - r);
  }
};

PadAxis MakeAxis(int64_t dim, int64_t before, int64_t after) {
  PadAxis axis;
  axis.before = std::max<int64_t>(before, 0);
  axis.after = std::max<int64_t>(after, 0);
  axis.first = std::min(std::max<int64_t>(before == INT64_MIN ? INT64_MAX : -before, 0), dim);
  const int64_t cut = std::min(std::max<int64_t>(after == INT64_MIN ? INT64_MAX : -after, 0), dim);
  // Cutting more than there is takes from the other side's padding, as the sum of both says.
  const int64_t size = CheckedAdd(CheckedAdd(dim, before), after);
  Require(size >= 0, ORT_FAIL, "pads {} and {} leave nothing of a dimension of {}", before, after,
          dim);
  axis.kept = std::max<int64_t>(dim - axis.first - cut, 0);
  if (axis.size() > size) {
    axis.before = std::min(axis.before, size);
    axis.after = size - axis.before - axis.kept;
  }
  return axis;
}

class PadKernel final : public Kernel {
 public:
  explicit PadKernel(const KernelInfo& info)
      : mode_(ModeOf(info.node)), value_(info.node.Float("value", 0)) {
    const Node& node = info.node;
    from_attributes_ = node.since_version < 11;
    if (from_attributes_) pads_ = IntsAttribute(node, node.since_version < 2 ? "paddings" : "pads");
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const IntList pads = PadsFor(context, from);
    const size_t rank = from.rank();
    if (rank == 0) {
      CopyElements(input, context.Output(0, from));
      return;
    }
    Shape to = from;
    size_t last = 0;
    for (size_t i = 0; i < rank; ++i) {
      const PadAxis axis = MakeAxis(from[i], pads[i], pads[i + rank]);
      to[i] = axis.size();
      if (pads[i] != 0 || pads[i + rank] != 0) last = i;
    }
    Tensor& output = context.Output(0, to);
    if (output.ElementCount() == 0) return;
    for (size_t i = 0; i < rank; ++i) {
      const PadAxis axis = MakeAxis(from[i], pads[i], pads[i + rank]);
      Require(axis.kept > 0 || mode_ == PadMode::kConstant, ORT_INVALID_ARGUMENT,
              "Cannot pad dimension {} of shape {} from its elements: it has none left", i, from);
    }
    const WholeBytes source = ReadWholeBytes(context, input);
    WholeByteOutput destination(context, output);
    DispatchBySize(source.dtype, [&]<typename T>() {
      Copy(context, from, to, pads, last, static_cast<const T*>(source.data),
           static_cast<T*>(destination.data()), FillValue<T>(context, input.dtype()));
    });
    destination.Finish();
  }

 private:
  // begins then ends, for every axis of the input.
  IntList PadsFor(const KernelContext& context, const Shape& from) const {
    const size_t rank = from.rank();
    const IntList given = from_attributes_ ? pads_ : ReadPads(context.Input(1), rank);
    const Tensor* axes_input = from_attributes_ ? nullptr : context.OptionalInput(3);
    if (axes_input == nullptr) {
      Require(given.size() == 2 * rank, ORT_FAIL,
              "Pads {} must have twice as many values as the input {} has dimensions", given, from);
      return given;
    }
    const IntList axes = NormalizeAxes(ReadInts(*axes_input, "axes", static_cast<int64_t>(rank)),
                                       static_cast<int64_t>(rank));
    Require(given.size() == 2 * axes.size(), ORT_INVALID_ARGUMENT,
            "Pads {} must have two values for each of the axes {}", given, axes);
    IntList pads;
    pads.Resize(2 * rank, 0);
    for (size_t i = 0; i < axes.size(); ++i) {
      pads[static_cast<size_t>(axes[i])] = given[i];
      pads[static_cast<size_t>(axes[i]) + rank] = given[i + axes.size()];
    }
    return pads;
  }

  static IntList ReadPads(const Tensor& pads, size_t rank) {
    // Shape {1, n} was allowed once and is still met.
    const Shape& shape = pads.shape();
    const bool row = shape.rank() == 2 && shape[0] == 1;
    return ReadInts(row ? pads.Reshaped(Shape{shape[1]}) : pads, "pads",
                    static_cast<int64_t>(2 * rank));
  }

  template <typename T>
  T FillValue(const KernelContext& context, DType dtype) const {
    T value{};
    if (from_attributes_) {
      if constexpr (sizeof(T) <= sizeof(double) && std::is_integral_v<T>) {
        const auto write = [&](auto number) {
          static_assert(std::is_trivially_copyable_v<decltype(number)>);
          if (sizeof number == sizeof value) std::memcpy(&value, &number, sizeof value);
        };
        if (dtype == DType::kFloat)
          write(value_);
        else if (dtype == DType::kDouble)
          write(static_cast<double>(value_));
        else if (dtype == DType::kFloat16)
          write(Float16(value_));
        else if (dtype == DType::kBFloat16)
          write(BFloat16(value_));
        else
          value = static_cast<T>(static_cast<int64_t>(value_));
      }
      return value;
    }
    const Tensor* given = context.OptionalInput(2);
    if (given == nullptr) return value;
    Require(given->ElementCount() == 1 && given->dtype() == dtype, ORT_INVALID_ARGUMENT,
            "Value tensor should be a 1D tensor of size 1 with the same type as that of the input "
            "tensor");
    if constexpr (std::is_same_v<T, uint8_t>) {
      if (types::kSubBytes.Has(dtype)) {
        UnpackSubBytes(dtype, given->raw(), 1, &value);
        return value;
      }
    }
    return *static_cast<const T*>(given->raw());
  }

  template <typename T>
  void Copy(KernelContext& context, const Shape& from, const Shape& to, const IntList& pads,
            size_t last, const T* src, T* dst, const T& fill) const {
    const size_t rank = from.rank();
    const int64_t block = from.Count(last + 1);
    const PadAxis inner = MakeAxis(from[last], pads[last], pads[last + rank]);
    // maps[d][o]: offset of the source position of output position o on axis d, or -1.
    int64_t total = 0;
    for (size_t d = 0; d <= last; ++d) total = CheckedAdd(total, to[d]);
    auto* maps = context.Scratch<int64_t>(static_cast<size_t>(total));
    int64_t* map = maps;
    for (size_t d = 0; d <= last; ++d) {
      const PadAxis axis = MakeAxis(from[d], pads[d], pads[d + rank]);
      const int64_t stride = from.Count(d + 1);
      for (int64_t o = 0; o < to[d]; ++o) {
        const int64_t position = axis.SourceOf(o, mode_);
        *map++ = position < 0 ? -1 : position * stride;
      }
    }
    const int64_t row = to[last] * block;
    const int64_t* inner_map = map - to[last];
    const double cost = 5.0 + static_cast<double>(row) * sizeof(T) / 8.0;
    context.pool().For(to.Count(0, last), cost, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const int64_t offset = RowOffset(to, last, inner_map, r);
        T* out = dst + r * row;
        if (offset < 0) {
          std::fill_n(out, row, fill);
        } else {
          CopyRow(out, src + offset, inner, inner_map, block, fill);
        }
      }
    });
  }

  // Offset of the source row of output row `r`, or -1 if the row is padding.
  static int64_t RowOffset(const Shape& to, size_t last, const int64_t* inner_map, int64_t r) {
    int64_t offset = 0;
    const int64_t* map = inner_map;
    for (size_t d = last; d-- > 0;) {
      map -= to[d];
      const int64_t part = map[r % to[d]];
      if (part < 0) return -1;
      offset += part;
      r /= to[d];
    }
    return offset;
  }

  template <typename T>
  static void CopyRow(T* out, const T* row, const PadAxis& axis, const int64_t* map, int64_t block,
                      const T& fill) {
    const auto one = [&](int64_t o) {
      if (map[o] < 0) {
        std::fill_n(out + o * block, block, fill);
      } else {
        std::copy_n(row + map[o], block, out + o * block);
      }
    };
    for (int64_t o = 0; o < axis.before; ++o) one(o);
    if (axis.kept > 0)
      std::copy_n(row + axis.first * block, axis.kept * block, out + axis.before * block);
    for (int64_t o = axis.before + axis.kept; o < axis.size(); ++o) one(o);
  }

  const PadMode mode_;
  const float value_;
  bool from_attributes_ = false;
  IntList pads_;
};

BACKPLANE_CPU_KERNEL(Pad, Op("Pad").In(0, types::kAll).In(1, DType::kInt64).In(3, types::kIndices),
                     Make<PadKernel>);

}  // namespace
}  // namespace backplane::cpu
