#include "cpu/ops/conv_window.h"

#include <algorithm>

#include "base/checked_math.h"
#include "base/error.h"
#include "base/shape_format.h"

namespace backplane::cpu {
namespace {

// Keeps products of two of them, and sums of those, far from the end of int64.
constexpr int64_t kLargest = INT32_MAX;

}  // namespace

WindowAttributes::WindowAttributes(const Node& node, std::span<const int64_t> kernel)
    : name_(node.Describe()) {
  const std::vector<int64_t> given = node.Ints("kernel_shape");
  Require(!given.empty() || !kernel.empty(), ORT_INVALID_GRAPH, "{} has no kernel_shape", name_);
  Require(given.empty() || kernel.empty() || std::ranges::equal(given, kernel),
          ORT_INVALID_ARGUMENT, "{}: kernel_shape {} does not match the weights' {}", name_,
          ShapeToString(given), ShapeToString(kernel));
  const std::span<const int64_t> shape = given.empty() ? kernel : std::span<const int64_t>(given);
  rank_ = shape.size();
  Require(rank_ <= 3, ORT_NOT_IMPLEMENTED,
          "{}: windows of more than 3 dimensions are not supported (kernel {})", name_,
          ShapeToString(shape));
  for (size_t i = 0; i < rank_; ++i) {
    Require(shape[i] > 0 && shape[i] <= kLargest, ORT_INVALID_ARGUMENT,
            "{}: kernel_shape {} must be positive and below 2^31", name_, ShapeToString(shape));
    window_.kernel[3 - rank_ + i] = shape[i];
  }
  Read(node, "strides", window_.stride);
  Read(node, "dilations", window_.dilation);
  const std::vector<int64_t> pads = node.Ints("pads");
  Require(pads.empty() || pads.size() == 2 * rank_, ORT_INVALID_ARGUMENT,
          "{}: pads {} must have {} values", name_, ShapeToString(pads), 2 * rank_);
  for (size_t i = 0; i < pads.size(); ++i) {
    Require(pads[i] >= 0 && pads[i] <= kLargest, ORT_INVALID_ARGUMENT,
            "{}: pads {} must not be negative and below 2^31", name_, ShapeToString(pads));
    (i < rank_ ? window_.pad : pad_end_)[3 - rank_ + i % rank_] = pads[i];
  }
  const std::string auto_pad = node.Text("auto_pad", "NOTSET");
  if (auto_pad == "VALID") {
    auto_pad_ = AutoPad::kValid;
  } else if (auto_pad == "SAME_UPPER") {
    auto_pad_ = AutoPad::kSameUpper;
  } else if (auto_pad == "SAME_LOWER") {
    auto_pad_ = AutoPad::kSameLower;
  } else {
    Require(auto_pad.empty() || auto_pad == "NOTSET", ORT_INVALID_GRAPH,
            "{}: unknown auto_pad '{}'", name_, auto_pad);
  }
  ceil_mode_ = node.Int("ceil_mode", 0) != 0;
}

void WindowAttributes::Read(const Node& node, std::string_view attribute, Dims3& values) const {
  const std::vector<int64_t> given = node.Ints(attribute);
  Require(given.empty() || given.size() == rank_, ORT_INVALID_ARGUMENT,
          "{}: {} {} must have {} values", name_, attribute, ShapeToString(given), rank_);
  for (size_t i = 0; i < given.size(); ++i) {
    Require(given[i] > 0 && given[i] <= kLargest, ORT_INVALID_ARGUMENT,
            "{}: {} {} must be positive and below 2^31", name_, attribute, ShapeToString(given));
    values[3 - rank_ + i] = given[i];
  }
}

void WindowAttributes::ResolveAxis(Window& w, Dims3& pad_end, size_t i) const {
  const int64_t in = w.in[i];
  const int64_t stride = w.stride[i];
  const int64_t reach = CheckedAdd(CheckedMul(w.kernel[i] - 1, w.dilation[i]), int64_t{1});
  if (auto_pad_ == AutoPad::kSameUpper || auto_pad_ == AutoPad::kSameLower) {
    w.out[i] = CeilDiv(in, stride);
    const int64_t total = std::max<int64_t>(0, CheckedAdd((w.out[i] - 1) * stride, reach) - in);
    w.pad[i] = auto_pad_ == AutoPad::kSameUpper ? total / 2 : total - total / 2;
    pad_end[i] = total - w.pad[i];
    return;
  }
  if (auto_pad_ == AutoPad::kValid) w.pad[i] = pad_end[i] = 0;
  const int64_t room = CheckedAdd(CheckedAdd(in, w.pad[i]), pad_end[i]) - reach;
  Require(room >= 0, ORT_FAIL,
          "{}: the kernel (size {} with dilation {}) is larger than the padded input (size {})",
          name_, w.kernel[i], w.dilation[i], in + w.pad[i] + pad_end[i]);
  w.out[i] = (ceil_mode_ ? CeilDiv(room, stride) : room / stride) + 1;
  // A window that would start in the padding at the end does not count.
  if (ceil_mode_ && (w.out[i] - 1) * stride >= in + w.pad[i] && w.out[i] > 1) --w.out[i];
}

Window WindowAttributes::Resolve(const Shape& x, bool channels_last, Dims3* pad_end) const {
  Require(x.rank() == rank_ + 2, ORT_INVALID_ARGUMENT,
          "{}: input of shape {} must have {} dimensions", name_, x, rank_ + 2);
  Window w = window_;
  Dims3 end = pad_end_;
  w.batch = x[0];
  w.channels = channels_last ? x.back() : x[1];
  for (size_t i = 0; i < rank_; ++i) {
    w.in[3 - rank_ + i] = x[(channels_last ? 1 : 2) + i];
    ResolveAxis(w, end, 3 - rank_ + i);
  }
  if (pad_end != nullptr) *pad_end = end;
  return w;
}

Window WindowAttributes::ResolveTransposed(const Node& node, const Shape& x,
                                           bool channels_last) const {
  Require(x.rank() == rank_ + 2, ORT_INVALID_ARGUMENT,
          "{}: input of shape {} must have {} dimensions", name_, x, rank_ + 2);
  Dims3 extra{0, 0, 0};
  const std::vector<int64_t> output_padding = node.Ints("output_padding");
  Require(output_padding.empty() || output_padding.size() == rank_, ORT_INVALID_ARGUMENT,
          "{}: output_padding {} must have {} values", name_, ShapeToString(output_padding), rank_);
  for (size_t i = 0; i < output_padding.size(); ++i) {
    Require(output_padding[i] >= 0 && output_padding[i] <= kLargest, ORT_INVALID_ARGUMENT,
            "{}: output_padding {} must not be negative and below 2^31", name_,
            ShapeToString(output_padding));
    extra[3 - rank_ + i] = output_padding[i];
  }
  std::vector<int64_t> output_shape = node.Ints("output_shape");
  if (output_shape.size() == rank_ + 2)
    output_shape.erase(output_shape.begin(), output_shape.begin() + 2);
  Require(output_shape.empty() || output_shape.size() == rank_, ORT_INVALID_ARGUMENT,
          "{}: output_shape {} must have {} values", name_, ShapeToString(output_shape), rank_);
  Window w = window_;
  w.batch = x[0];
  w.channels = channels_last ? x.back() : x[1];
  for (size_t i = 0; i < rank_; ++i) {
    const size_t at = 3 - rank_ + i;
    w.in[at] = x[(channels_last ? 1 : 2) + i];
    const int64_t reach = CheckedMul(w.kernel[at] - 1, w.dilation[at]) + 1;
    const int64_t full =
        w.in[at] == 0 ? 0 : CheckedAdd(CheckedMul(w.in[at] - 1, w.stride[at]), reach + extra[at]);
    const bool same = auto_pad_ == AutoPad::kSameUpper || auto_pad_ == AutoPad::kSameLower;
    if (output_shape.empty() && !same) {
      if (auto_pad_ == AutoPad::kValid) w.pad[at] = 0;
      const int64_t end = auto_pad_ == AutoPad::kValid ? 0 : pad_end_[at];
      w.out[at] = std::max<int64_t>(0, full - w.pad[at] - end);
      continue;
    }
    w.out[at] = output_shape.empty() ? CheckedMul(w.in[at], w.stride[at]) : output_shape[i];
    Require(w.out[at] >= 0 && w.out[at] <= kLargest, ORT_INVALID_ARGUMENT,
            "{}: output_shape {} is not possible", name_, ShapeToString(output_shape));
    // What is too much is cut off, at the end by preference for SAME_UPPER.
    const int64_t total = std::max<int64_t>(0, full - w.out[at]);
    w.pad[at] = auto_pad_ == AutoPad::kSameUpper ? total / 2 : total - total / 2;
  }
  return w;
}

Shape WindowAttributes::OutputShape(const Window& window, int64_t channels,
                                    bool channels_last) const {
  Shape shape{window.batch};
  if (!channels_last) shape.PushBack(channels);
  for (size_t i = 3 - rank_; i < 3; ++i) shape.PushBack(window.out[i]);
  if (channels_last) shape.PushBack(channels);
  return shape;
}

}  // namespace backplane::cpu
