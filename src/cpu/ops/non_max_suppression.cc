// NonMaxSuppression.
#include <algorithm>
#include <limits>
#include <vector>

#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

struct Box {
  float left, top, right, bottom;
  float Area() const { return (right - left) * (bottom - top); }
};

float IntersectionOverUnion(const Box& a, const Box& b) {
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  if (!(width > 0) || !(height > 0)) return 0;
  const float intersection = width * height;
  const float both = a.Area() + b.Area() - intersection;
  return both > 0 ? intersection / both : 0;
}

class NonMaxSuppressionKernel final : public Kernel {
 public:
  explicit NonMaxSuppressionKernel(const KernelInfo& info)
      : center_(info.node.Int("center_point_box", 0) != 0) {}

  void Run(KernelContext& context) const override {
    const Tensor& boxes = context.Input(0);
    const Tensor& scores = context.Input(1);
    const Shape& b = boxes.shape();
    const Shape& s = scores.shape();
    Require(b.rank() == 3 && s.rank() == 3 && b[2] == 4 && b[0] == s[0] && b[1] == s[2],
            ORT_INVALID_ARGUMENT, "boxes of shape {} and scores of shape {} do not fit each other",
            b, s);
    const Tensor* most = context.OptionalInput(2);
    const int64_t limit =
        most == nullptr ? 0
                        : std::min(std::max<int64_t>(ReadInt(*most, "max_output_boxes"), 0), b[1]);
    const float iou = Threshold(context, 3, 0);
    Require(iou >= 0 && iou <= 1, ORT_INVALID_ARGUMENT,
            "iou_threshold must be in range [0, 1], it is {}", iou);
    const float lowest = Threshold(context, 4, -std::numeric_limits<float>::infinity());
    std::vector<int64_t> selected;  // batch, class, box
    if (limit > 0) {
      for (int64_t batch = 0; batch < s[0]; ++batch) {
        for (int64_t label = 0; label < s[1]; ++label) {
          Select(boxes.data<float>() + batch * b[1] * 4,
                 scores.data<float>() + (batch * s[1] + label) * s[2], b[1], limit, iou, lowest,
                 batch, label, selected);
        }
      }
    }
    Tensor& output = context.Output(0, Shape{static_cast<int64_t>(selected.size() / 3), 3});
    std::copy(selected.begin(), selected.end(), output.data<int64_t>());
  }

 private:
  static float Threshold(const KernelContext& context, size_t i, float fallback) {
    const Tensor* tensor = context.OptionalInput(i);
    if (tensor == nullptr) return fallback;
    Require(tensor->ElementCount() == 1, ORT_INVALID_ARGUMENT,
            "a threshold must have one element, its shape is {}", tensor->shape());
    return *tensor->data<float>();
  }

  Box Load(const float* p) const {
    if (center_) return {p[0] - p[2] / 2, p[1] - p[3] / 2, p[0] + p[2] / 2, p[1] + p[3] / 2};
    return {std::min(p[1], p[3]), std::min(p[0], p[2]), std::max(p[1], p[3]), std::max(p[0], p[2])};
  }

  void Select(const float* boxes, const float* scores, int64_t count, int64_t limit, float iou,
              float lowest, int64_t batch, int64_t label, std::vector<int64_t>& selected) const {
    std::vector<int64_t> order;
    for (int64_t i = 0; i < count; ++i) {
      if (scores[i] > lowest) order.push_back(i);  // NaN is not
    }
    std::stable_sort(order.begin(), order.end(),
                     [scores](int64_t x, int64_t y) { return scores[x] > scores[y]; });
    std::vector<Box> kept;
    for (const int64_t i : order) {
      if (static_cast<int64_t>(kept.size()) == limit) break;
      const Box box = Load(boxes + i * 4);
      const bool covered = std::any_of(kept.begin(), kept.end(), [&](const Box& other) {
        return IntersectionOverUnion(box, other) > iou;
      });
      if (covered) continue;
      kept.push_back(box);
      selected.insert(selected.end(), {batch, label, i});
    }
  }

  const bool center_;
};

BACKPLANE_CPU_KERNEL(NonMaxSuppression,
                     Op("NonMaxSuppression")
                         .Since(10)
                         .In(0, DType::kFloat)
                         .In(1, DType::kFloat)
                         .In(2, DType::kInt64),
                     Make<NonMaxSuppressionKernel>);

}  // namespace
}  // namespace backplane::cpu
