// RoiAlign: averages or maxima of bilinear samples in the cells of regions of interest.
#include <algorithm>
#include <cmath>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

// Four neighbours of a sample with their weights.
template <typename T>
struct Sample {
  int64_t at[4] = {0, 0, 0, 0};
  T weight[4] = {0, 0, 0, 0};
};

template <typename T>
Sample<T> SampleAt(T y, T x, int64_t height, int64_t width) {
  Sample<T> sample;
  if (!(y >= -1 && y <= static_cast<T>(height) && x >= -1 && x <= static_cast<T>(width)))
    return sample;
  y = std::clamp<T>(y, 0, static_cast<T>(height - 1));
  x = std::clamp<T>(x, 0, static_cast<T>(width - 1));
  const auto top = static_cast<int64_t>(y);
  const auto left = static_cast<int64_t>(x);
  const int64_t bottom = std::min(top + 1, height - 1);
  const int64_t right = std::min(left + 1, width - 1);
  const T dy = y - static_cast<T>(top);
  const T dx = x - static_cast<T>(left);
  sample.at[0] = top * width + left;
  sample.at[1] = top * width + right;
  sample.at[2] = bottom * width + left;
  sample.at[3] = bottom * width + right;
  sample.weight[0] = (1 - dy) * (1 - dx);
  sample.weight[1] = (1 - dy) * dx;
  sample.weight[2] = dy * (1 - dx);
  sample.weight[3] = dy * dx;
  return sample;
}

class RoiAlignKernel final : public Kernel {
 public:
  explicit RoiAlignKernel(const KernelInfo& info)
      : rows_(info.node.Int("output_height", 1)),
        columns_(info.node.Int("output_width", 1)),
        ratio_(info.node.Int("sampling_ratio", 0)),
        scale_(info.node.Float("spatial_scale", 1.0f)),
        half_pixel_(info.node.since_version >= 16 &&
                    info.node.Text("coordinate_transformation_mode", "half_pixel") ==
                        "half_pixel") {
    const std::string mode = info.node.Text("mode", "avg");
    Require(mode == "avg" || mode == "max", ORT_INVALID_ARGUMENT,
            "{}: Invalid mode of value {} specified", info.node.Describe(), mode);
    max_ = mode == "max";
    constexpr int64_t kLimit = 1 << 20;
    Require(rows_ > 0 && columns_ > 0 && rows_ < kLimit && columns_ < kLimit && ratio_ >= 0 &&
                ratio_ < kLimit,
            ORT_INVALID_ARGUMENT, "{}: output {} x {} and sampling_ratio {} must be positive",
            info.node.Describe(), rows_, columns_, ratio_);
  }

  void Run(KernelContext& context) const override {
    Dispatch<float, double>(context.Input(0).dtype(), [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  template <typename T>
  void RunAs(KernelContext& context) const {
    const Tensor& x = context.Input(0);
    const Tensor& rois = context.Input(1);
    const Tensor& batches = context.Input(2);
    const Shape& shape = x.shape();
    Require(shape.rank() == 4 && rois.shape().rank() == 2 && rois.shape()[1] == 4 &&
                batches.shape() == Shape{rois.shape()[0]},
            ORT_INVALID_ARGUMENT,
            "RoiAlign: X {}, rois {} and batch_indices {} do not fit each other", shape,
            rois.shape(), batches.shape());
    const int64_t count = rois.shape()[0], channels = shape[1];
    Tensor& output = context.Output(0, Shape{count, channels, rows_, columns_});
    if (output.ElementCount() == 0) return;
    Require(shape[2] > 0 && shape[3] > 0, ORT_INVALID_ARGUMENT, "RoiAlign: X of shape {} is empty",
            shape);
    for (int64_t r = 0; r < count; ++r) CheckedBatch(batches, r, shape[0]);
    const double cost = static_cast<double>(rows_ * columns_) * 4 * 8;
    context.pool().For(count * channels, cost, [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; ++at) {
        const int64_t r = at / channels;
        const int64_t plane = CheckedBatch(batches, r, shape[0]) * channels + at % channels;
        Align(rois.data<T>() + r * 4, x.data<T>() + plane * shape[2] * shape[3], shape[2], shape[3],
              output.data<T>() + at * rows_ * columns_);
      }
    });
  }

  static int64_t CheckedBatch(const Tensor& batches, int64_t r, int64_t bound) {
    const int64_t batch = batches.data<int64_t>()[r];
    Require(batch >= 0 && batch < bound, ORT_INVALID_ARGUMENT,
            "RoiAlign: batch index {} of roi {} is not in [0,{})", batch, r, bound);
    return batch;
  }

  template <typename T>
  void Align(const T* roi, const T* plane, int64_t height, int64_t width, T* out) const {
    const T offset = half_pixel_ ? T{0.5} : T{0};
    const T left = roi[0] * scale_ - offset;
    const T top = roi[1] * scale_ - offset;
    T roi_width = roi[2] * scale_ - offset - left;
    T roi_height = roi[3] * scale_ - offset - top;
    if (!half_pixel_) {  // the older form has no region smaller than a pixel
      roi_width = std::max<T>(roi_width, 1);
      roi_height = std::max<T>(roi_height, 1);
    }
    const T cell_height = roi_height / static_cast<T>(rows_);
    const T cell_width = roi_width / static_cast<T>(columns_);
    const int64_t grid_rows = GridSize(cell_height, height);
    const int64_t grid_columns = GridSize(cell_width, width);
    for (int64_t i = 0; i < rows_; ++i) {
      for (int64_t j = 0; j < columns_; ++j) {
        T sum = 0, largest = 0;
        bool first = true;
        for (int64_t gy = 0; gy < grid_rows; ++gy) {
          const T y = top + static_cast<T>(i) * cell_height +
                      (static_cast<T>(gy) + T{0.5}) * cell_height / static_cast<T>(grid_rows);
          for (int64_t gx = 0; gx < grid_columns; ++gx) {
            const T x = left + static_cast<T>(j) * cell_width +
                        (static_cast<T>(gx) + T{0.5}) * cell_width / static_cast<T>(grid_columns);
            const Sample<T> sample = SampleAt(y, x, height, width);
            for (int k = 0; k < 4; ++k) {
              const T value = sample.weight[k] * plane[sample.at[k]];
              sum += value;
              largest = first || value > largest
                            ? value
                            : largest;  // ONNX Runtime's maximum is over the four parts
              first = false;
            }
          }
        }
        const T cells = static_cast<T>(std::max<int64_t>(grid_rows * grid_columns, 1));
        out[i * columns_ + j] = max_ ? largest : sum / cells;
      }
    }
  }

  // Samples along one side of a cell; a hostile region does not get more than the image has
  // positions.
  template <typename T>
  int64_t GridSize(T cell, int64_t size) const {
    if (ratio_ > 0) return ratio_;
    const T wanted = std::ceil(cell);
    if (!(wanted > 0)) return 0;
    return static_cast<int64_t>(std::min<T>(wanted, static_cast<T>(16 * size + 16)));
  }

  const int64_t rows_;
  const int64_t columns_;
  const int64_t ratio_;
  const float scale_;
  const bool half_pixel_;
  bool max_ = false;
};

BACKPLANE_CPU_KERNEL(
    RoiAlign,
    Op("RoiAlign").Since(10).In(0, types::kFloats).In(1, types::kFloats).In(2, DType::kInt64),
    Make<RoiAlignKernel>);

}  // namespace
}  // namespace backplane::cpu
