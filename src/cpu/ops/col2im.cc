// Col2Im: the columns of [N, C * block, L] added up where their block lies in the image.
#include <algorithm>

#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/conv_kernel.h"
#include "cpu/ops/conv_window.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

constexpr int64_t kMostDims = 3;

template <typename T>
class Col2ImKernel final : public Kernel {
 public:
  explicit Col2ImKernel(const KernelInfo& info) : facts_(info) {}

  void Run(KernelContext& context) const override {
    const Tensor& columns = context.Input(0);
    const Shape& from = columns.shape();
    const IntList image = ReadInts(context.Input(1), "image_shape", kMostDims);
    const IntList block = ReadInts(context.Input(2), "block_shape", kMostDims);
    Require(image.size() == block.size() && !image.empty(), ORT_INVALID_ARGUMENT,
            "{}: image_shape {} and block_shape {} must have the same number of dimensions",
            facts_.name, image, block);
    const WindowAttributes attributes(facts_.node, block);
    const Dims3& k = attributes.kernel();
    const int64_t taps = CheckedMul(CheckedMul(k[0], k[1]), k[2]);
    Require(from.rank() == 3 && from[1] % taps == 0, ORT_INVALID_ARGUMENT,
            "{}: input of shape {} must be [N, C * {}, L]", facts_.name, from, taps);
    Shape to{from[0], from[1] / taps};
    for (const int64_t dim : image) to.PushBack(dim);
    const Window w = attributes.Resolve(to, /*channels_last=*/false);
    Require(w.out[0] * w.out[1] * w.out[2] == from[2], ORT_INVALID_ARGUMENT,
            "{}: the image has {} blocks, the input {}", facts_.name,
            w.out[0] * w.out[1] * w.out[2], from[2]);
    Tensor& y = context.Output(0, to);
    const int64_t pixels = w.in[0] * w.in[1] * w.in[2];
    const int64_t plane_columns = taps * from[2];
    context.pool().For(to[0] * to[1], static_cast<double>(plane_columns),
                       [&](int64_t begin, int64_t end) {
                         for (int64_t plane = begin; plane < end; ++plane) {
                           AddPlane(w, columns.data<T>() + plane * plane_columns,
                                    y.data<T>() + plane * pixels, pixels);
                         }
                       });
  }

 private:
  // Image position along `axis` of tap `k` of block `out`; -1 outside.
  static int64_t At(const Window& w, size_t axis, int64_t out, int64_t k) {
    const int64_t at = out * w.stride[axis] - w.pad[axis] + k * w.dilation[axis];
    return at < w.in[axis] ? std::max<int64_t>(at, -1) : -1;
  }

  static void AddPlane(const Window& w, const T* from, T* image, int64_t pixels) {
    std::fill_n(image, pixels, T{});
    const Dims3& k = w.kernel;
    for (int64_t tap = 0; tap < k[0] * k[1] * k[2]; ++tap) {
      const Dims3 in_block{tap / (k[1] * k[2]), tap / k[2] % k[1], tap % k[2]};
      for (int64_t d = 0; d < w.out[0]; ++d) {
        const int64_t z = At(w, 0, d, in_block[0]);
        for (int64_t h = 0; h < w.out[1]; ++h) {
          const int64_t y = z < 0 ? -1 : At(w, 1, h, in_block[1]);
          for (int64_t column = 0; column < w.out[2]; ++column, ++from) {
            const int64_t x = y < 0 ? -1 : At(w, 2, column, in_block[2]);
            if (x >= 0) image[(z * w.in[1] + y) * w.in[2] + x] += *from;
          }
        }
      }
    }
  }

  ConvNode facts_;
};

BACKPLANE_CPU_KERNEL(Col2Im, Op("Col2Im").Since(18).In(0, types::kFloats),
                     [](const KernelInfo& info) {
                       return Dispatch<float, double>(
                           info.InputType(0), [&]<typename T>() -> std::unique_ptr<Kernel> {
                             return std::make_unique<Col2ImKernel<T>>(info);
                           });
                     });

}  // namespace
}  // namespace backplane::cpu
