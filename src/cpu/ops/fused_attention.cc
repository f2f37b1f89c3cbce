// The private Attention: softmax(scale * Q K^T + mask) V for every head, where Q, K, V and the
// result are [batch, length, heads * size] (fuse/attention.cc). Nothing is transposed: the products
// read and write the heads where they lie.
#include <algorithm>

#include "base/checked_math.h"
#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/gemm.h"
#include "cpu/kernels/softmax.h"

namespace backplane::cpu {
namespace {

class Attention final : public Kernel {
 public:
  explicit Attention(const KernelInfo& info)
      : name_(info.node.Describe()),
        heads_(info.node.Int("num_heads", 1)),
        scale_(info.node.Float("scale", 1.0f)) {
    Require(heads_ >= 1, ORT_INVALID_GRAPH, "{}: num_heads must be positive, not {}", name_,
            heads_);
  }

  void Run(KernelContext& context) const override {
    const Tensor& q = context.Input(0);
    const Tensor& k = context.Input(1);
    const Tensor& v = context.Input(2);
    const Sizes s = Resolve(q.shape(), k.shape(), v.shape());
    Tensor& y = context.Output(0, Shape{s.batch, s.length, v.shape()[2]});
    if (y.ElementCount() == 0) return;
    if (s.context == 0) {
      std::fill_n(y.data<float>(), y.ElementCount(), 0.0f);
      return;
    }
    const int64_t products = s.batch * heads_;
    const int64_t scores_of_one = CheckedMul(s.length, s.context);
    auto* scores = context.Scratch<float>(static_cast<size_t>(CheckedMul(products, scores_of_one)));
    auto* offsets = context.Scratch<int64_t>(static_cast<size_t>(3 * products));
    MultiplyQueriesAndKeys(context, s, scores, offsets);
    Normalise(context, s, scores);
    MultiplyValues(context, s, scores, offsets, y.data<float>());
  }

 private:
  struct Sizes {
    int64_t batch;
    int64_t length;      ///< of Q and of the result
    int64_t context;     ///< length of K and V
    int64_t size;        ///< of a head of Q and K
    int64_t value_size;  ///< of a head of V
  };

  Sizes Resolve(const Shape& q, const Shape& k, const Shape& v) const {
    Require(q.rank() == 3 && k.rank() == 3 && v.rank() == 3 && q[0] == k[0] && q[0] == v[0] &&
                k[1] == v[1] && q[2] == k[2] && q[2] % heads_ == 0 && v[2] % heads_ == 0,
            ORT_INVALID_ARGUMENT, "{}: queries {}, keys {} and values {} do not fit together",
            name_, q, k, v);
    return {q[0], q[1], k[1], q[2] / heads_, v[2] / heads_};
  }

  // Where head i begins in a [batch, length, heads * size] tensor.
  void HeadOffsets(int64_t batch, int64_t length, int64_t size, int64_t* offsets) const {
    for (int64_t b = 0; b < batch; ++b) {
      for (int64_t h = 0; h < heads_; ++h) {
        *offsets++ = b * length * heads_ * size + h * size;
      }
    }
  }

  void MultiplyQueriesAndKeys(KernelContext& context, const Sizes& s, float* scores,
                              int64_t* offsets) const {
    BatchedGemmParams p;
    p.batch = s.batch * heads_;
    HeadOffsets(s.batch, s.length, s.size, offsets);
    HeadOffsets(s.batch, s.context, s.size, offsets + p.batch);
    p.a_offsets = offsets;
    p.b_offsets = offsets + p.batch;
    p.c_stride = s.length * s.context;
    p.gemm.m = s.length;
    p.gemm.n = s.context;
    p.gemm.k = s.size;
    p.gemm.a = context.Input(0).data<float>();
    p.gemm.lda = heads_ * s.size;
    p.gemm.b = context.Input(1).data<float>();
    p.gemm.b_row_stride = 1;
    p.gemm.b_column_stride = heads_ * s.size;
    p.gemm.c = scores;
    p.gemm.ldc = s.context;
    p.gemm.alpha = scale_;
    BatchedGemm(p, context.Scratch(BatchedGemmScratchBytes(p, context.pool())), context.pool());
  }

  /// The mask with a stride for each of batch, head, query and key; 0 where it repeats.
  struct Mask {
    const float* data = nullptr;
    int64_t strides[4] = {0, 0, 0, 0};
  };

  Mask ResolveMask(const KernelContext& context, const Sizes& s) const {
    Mask mask;
    const Tensor* tensor = context.OptionalInput(3);
    if (tensor == nullptr) return mask;
    const Shape& shape = tensor->shape();
    const int64_t full[4] = {s.batch, heads_, s.length, s.context};
    bool fits = shape.rank() <= 4;
    int64_t stride = 1;
    for (size_t i = 0; fits && i < shape.rank(); ++i) {
      const size_t axis = 3 - i;
      const int64_t dim = shape[shape.rank() - 1 - i];
      fits = dim == 1 || dim == full[axis];
      mask.strides[axis] = dim == 1 ? 0 : stride;
      stride *= dim;
    }
    Require(fits, ORT_INVALID_ARGUMENT, "{}: the mask {} does not broadcast to the scores {}",
            name_, shape, ShapeToString(full));
    mask.data = tensor->data<float>();
    return mask;
  }

  void Normalise(KernelContext& context, const Sizes& s, float* scores) const {
    const Mask mask = ResolveMask(context, s);
    const int64_t rows = s.batch * heads_ * s.length;
    context.pool().For(rows, static_cast<double>(s.context), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        float* row = scores + i * s.context;
        if (mask.data != nullptr) {
          const int64_t product = i / s.length;
          const float* addend = mask.data + product / heads_ * mask.strides[0] +
                                product % heads_ * mask.strides[1] + i % s.length * mask.strides[2];
          if (mask.strides[3] == 1) {
            for (int64_t j = 0; j < s.context; ++j) row[j] += addend[j];
          } else {
            for (int64_t j = 0; j < s.context; ++j) row[j] += *addend;
          }
        }
        SoftmaxRow(row, row, s.context, false);
      }
    });
  }

  void MultiplyValues(KernelContext& context, const Sizes& s, const float* scores, int64_t* offsets,
                      float* y) const {
    BatchedGemmParams p;
    p.batch = s.batch * heads_;
    HeadOffsets(s.batch, s.context, s.value_size, offsets);
    HeadOffsets(s.batch, s.length, s.value_size, offsets + p.batch);
    p.a_stride = s.length * s.context;
    for (int64_t i = 0; i < p.batch; ++i) offsets[2 * p.batch + i] = i * p.a_stride;
    p.a_offsets = offsets + 2 * p.batch;
    p.b_offsets = offsets;
    p.c_offsets = offsets + p.batch;
    p.gemm.m = s.length;
    p.gemm.n = s.value_size;
    p.gemm.k = s.context;
    p.gemm.a = scores;
    p.gemm.lda = s.context;
    p.gemm.b = context.Input(2).data<float>();
    p.gemm.b_row_stride = heads_ * s.value_size;
    p.gemm.b_column_stride = 1;
    p.gemm.c = y;
    p.gemm.ldc = heads_ * s.value_size;
    BatchedGemm(p, context.Scratch(BatchedGemmScratchBytes(p, context.pool())), context.pool());
  }

  const std::string name_;
  const int64_t heads_;
  const float scale_;
};

BACKPLANE_CPU_KERNEL(PrivateAttention,
                     Op("Attention", kPrivateDomain)
                         .In(0, DType::kFloat)
                         .In(1, DType::kFloat)
                         .In(2, DType::kFloat)
                         .In(3, DType::kFloat),
                     Make<Attention>);

}  // namespace
}  // namespace backplane::cpu
