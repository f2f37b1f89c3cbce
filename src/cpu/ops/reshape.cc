// Reshape, Flatten, Squeeze, Unsqueeze: the same elements under another shape. All of them are
// views.
#include <algorithm>
#include <optional>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

constexpr int64_t kMaxRank =
    1024;  // far above any real model; keeps a hostile shape tensor from costing memory

// A list from an attribute (older versions) or from input 1, read once when that is a constant.
class ListSource {
 public:
  ListSource(const KernelInfo& info, const char* what, bool from_attribute) : what_(what) {
    if (from_attribute) {
      if (info.node.Has(what)) fixed_ = IntsAttribute(info.node, what);
      absent_ = !fixed_.has_value();
    } else if (const Tensor* constant = info.ConstantInput(1)) {
      fixed_ = ReadInts(*constant, what, kMaxRank);
    } else {
      absent_ = !info.HasInput(1);
    }
  }
  bool absent() const { return absent_; }
  IntList Get(const KernelContext& context) const {
    return fixed_.has_value() ? *fixed_ : ReadInts(context.Input(1), what_, kMaxRank);
  }

 private:
  const char* what_;
  std::optional<IntList> fixed_;
  bool absent_ = false;
};

class ReshapeKernel final : public Kernel {
 public:
  explicit ReshapeKernel(const KernelInfo& info)
      : shape_(info, "shape", info.node.since_version < 5),
        allow_zero_(info.node.Int("allowzero", 0) != 0) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    Shape shape = shape_.absent() ? Shape{} : Shape(shape_.Get(context));
    Resolve(input.shape(), shape);
    context.View(0, input, shape);
  }

 private:
  void Resolve(const Shape& from, Shape& to) const {
    std::optional<size_t> unknown;
    int64_t known = 1;
    for (size_t i = 0; i < to.rank(); ++i) {
      if (to[i] == -1) {
        Require(!unknown.has_value(), ORT_FAIL, "the requested shape {} has more than one -1", to);
        unknown = i;
        continue;
      }
      Require(to[i] >= 0, ORT_FAIL, "the requested shape {} has a dimension below -1", to);
      if (to[i] == 0 && !allow_zero_) {
        Require(i < from.rank(), ORT_FAIL,
                "dimension {} of the requested shape {} copies one that the input {} does not have",
                i, to, from);
        to[i] = from[i];
      }
      known = CheckedMul(known, to[i]);
    }
    const int64_t count = from.ElementCount();
    if (unknown.has_value()) {
      Require(known != 0 && count % known == 0, ORT_FAIL,
              "the input tensor cannot be reshaped to the requested shape. Input shape:{}, "
              "requested shape:{}",
              from, to);
      to[*unknown] = count / known;
    } else {
      Require(known == count, ORT_FAIL,
              "the input tensor cannot be reshaped to the requested shape. Input shape:{}, "
              "requested shape:{}",
              from, to);
    }
  }

  const ListSource shape_;
  const bool allow_zero_;
};

class FlattenKernel final : public Kernel {
 public:
  explicit FlattenKernel(const KernelInfo& info) : axis_(info.node.Int("axis", 1)) {}
  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const auto rank = static_cast<int64_t>(input.shape().rank());
    Require(axis_ >= -rank && axis_ <= rank, ORT_FAIL, "axis {} is outside [{}, {}]", axis_, -rank,
            rank);
    const auto axis = static_cast<size_t>(axis_ < 0 ? axis_ + rank : axis_);
    context.View(0, input, Shape{input.shape().Count(0, axis), input.shape().Count(axis)});
  }

 private:
  const int64_t axis_;
};

class SqueezeKernel final : public Kernel {
 public:
  explicit SqueezeKernel(const KernelInfo& info)
      : axes_(info, "axes", info.node.since_version < 13) {}
  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const bool all = axes_.absent();
    IntList axes;
    if (!all) axes = axes_.Get(context);
    for (int64_t& axis : axes) axis = NormalizeAxis(axis, static_cast<int64_t>(from.rank()));
    Shape to;
    for (size_t i = 0; i < from.rank(); ++i) {
      const bool named = std::find(axes.begin(), axes.end(), static_cast<int64_t>(i)) != axes.end();
      Require(!named || from[i] == 1, ORT_FAIL,
              "dimension of input {} must be 1 instead of {}. shape={}", i, from[i], from);
      // An empty list of axes squeezes every dimension of 1, as no list does.
      const bool drop = named || ((all || axes.empty()) && from[i] == 1);
      if (!drop) to.PushBack(from[i]);
    }
    context.View(0, input, to);
  }

 private:
  const ListSource axes_;
};

class UnsqueezeKernel final : public Kernel {
 public:
  explicit UnsqueezeKernel(const KernelInfo& info)
      : axes_(info, "axes", info.node.since_version < 13) {
    Require(!axes_.absent(), ORT_INVALID_GRAPH, "{}: axes are missing", info.node.Describe());
  }
  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const IntList given = axes_.Get(context);
    const size_t rank = from.rank() + given.size();
    const IntList axes = NormalizeAxes(given, static_cast<int64_t>(rank));
    Shape to;
    to.Resize(rank, 0);
    for (const int64_t axis : axes) to[static_cast<size_t>(axis)] = -1;
    size_t next = 0;
    for (size_t i = 0; i < rank; ++i) to[i] = to[i] == -1 ? 1 : from[next++];
    context.View(0, input, to);
  }

 private:
  const ListSource axes_;
};

BACKPLANE_CPU_KERNEL(Reshape, Op("Reshape").In(0, types::kAll).In(1, DType::kInt64).Alias(0, 0),
                     Make<ReshapeKernel>);
BACKPLANE_CPU_KERNEL(Flatten, Op("Flatten").In(0, types::kAll).Alias(0, 0), Make<FlattenKernel>);
BACKPLANE_CPU_KERNEL(Squeeze, Op("Squeeze").In(0, types::kAll).In(1, DType::kInt64).Alias(0, 0),
                     Make<SqueezeKernel>);
BACKPLANE_CPU_KERNEL(Unsqueeze, Op("Unsqueeze").In(0, types::kAll).In(1, DType::kInt64).Alias(0, 0),
                     Make<UnsqueezeKernel>);

}  // namespace
}  // namespace backplane::cpu
