// Gemm: ONNX's, and the private one, whose A may have any rank, with a residual Z and an
// activation.
#include <algorithm>

#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/gemm.h"
#include "cpu/kernels/transpose.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/gemm_attributes.h"
#include "cpu/ops/gemm_plain.h"

namespace backplane::cpu {
namespace {

class GemmBase : public Kernel {
 protected:
  explicit GemmBase(const KernelInfo& info)
      : name_(info.node.Describe()),
        fused_(info.node.domain == kPrivateDomain),
        trans_a_(info.node.Int("transA", 0) != 0),
        trans_b_(info.node.Int("transB", 0) != 0),
        alpha_(info.node.Float("alpha", 1.0f)),
        beta_(info.node.Float("beta", 1.0f)) {}

  struct Sizes {
    int64_t m;
    int64_t n;
    int64_t k;
    Shape output;
  };

  Sizes Resolve(const Shape& a, const Shape& b) const {
    Require(b.rank() == 2 && (fused_ ? a.rank() >= 1 : a.rank() == 2), ORT_INVALID_ARGUMENT,
            "{}: A and B must be matrices, not {} and {}", name_, a, b);
    Sizes s;
    s.k = trans_a_ ? a[0] : a.back();
    s.m = trans_a_ ? a[1] : a.Count(0, a.rank() - 1);
    s.n = b[trans_b_ ? 0 : 1];
    Require(s.k == b[trans_b_ ? 1 : 0], ORT_INVALID_ARGUMENT,
            "{}: inner dimensions do not match: {} and {}", name_, a, b);
    s.output = a;
    if (trans_a_) s.output[0] = s.m;
    s.output.back() = s.n;
    return s;
  }

  /// Strides with which C, [m, n] or less, spreads over the output.
  struct Spread {
    int64_t row;
    int64_t column;
  };
  Spread SpreadOf(const Shape& c, const Sizes& s) const {
    if (c == s.output) return {s.n, 1};
    const int64_t columns = c.empty() ? 1 : c.back();
    const int64_t rows = c.rank() < 2 ? 1 : c[c.rank() - 2];
    Require(c.rank() <= 2 && (columns == 1 || columns == s.n) && (rows == 1 || rows == s.m),
            ORT_INVALID_ARGUMENT, "{}: C of shape {} does not broadcast to {}", name_, c, s.output);
    return {rows == 1 ? 0 : columns, columns == 1 ? 0 : 1};
  }

  std::string name_;
  bool fused_;
  bool trans_a_;
  bool trans_b_;
  float alpha_;
  float beta_;
};

class GemmFloat final : public GemmBase {
 public:
  explicit GemmFloat(const KernelInfo& info)
      : GemmBase(info), activation_(ActivationOf(info.node)) {
    const Tensor* b = info.ConstantInput(1);
    if (b == nullptr || b->shape().rank() != 2 || b->ElementCount() == 0) return;
    const int64_t rows = b->shape()[0];
    const int64_t columns = b->shape()[1];
    packed_ = trans_b_ ? PackedB::PackRows({*b, columns}, rows, columns, 1, info.pool, alpha_)
                       : PackedB::Pack(b->data<float>(), rows, columns, columns, 1, alpha_);
    packed_shape_ = b->shape();
    info.ConsumeConstant(1);
  }

  void Run(KernelContext& context) const override {
    const Tensor& a = context.Input(0);
    const bool packed = !packed_.empty();
    const Sizes s = Resolve(a.shape(), packed ? packed_shape_ : context.Input(1).shape());
    float* y = context.Output(0, s.output).data<float>();
    if (s.output.ElementCount() == 0) return;
    GemmParams g;
    g.m = s.m;
    g.n = s.n;
    g.k = s.k;
    g.a = RowMajorA(context, a, s);
    g.lda = s.k;
    if (packed) {
      g.packed = &packed_;
    } else {
      g.b = context.Input(1).data<float>();
      g.b_row_stride = trans_b_ ? 1 : s.n;
      g.b_column_stride = trans_b_ ? s.k : 1;
      g.alpha = alpha_;
    }
    g.c = y;
    g.ldc = s.n;
    g.epilogue.activation = activation_;
    SetAddends(context, s, y, g.epilogue);
    Gemm(g, context.Scratch(GemmScratchBytes(g)), context.pool());
  }

 private:
  const float* RowMajorA(KernelContext& context, const Tensor& a, const Sizes& s) const {
    if (!trans_a_ || s.m == 1 || s.k == 0) return a.data<float>();
    float* copy = context.Scratch<float>(static_cast<size_t>(s.m * s.k));
    StridedCopy transpose;
    transpose.Add(s.m, s.k, 1);
    transpose.Add(s.k, 1, s.m);
    transpose.Run(context.pool(), DType::kFloat, copy, a.raw());
    return copy;
  }

  // C (bias) and Z (residual) as the epilogue takes them.
  void SetAddends(KernelContext& context, const Sizes& s, float* y, Epilogue& epilogue) const {
    const Tensor* z = fused_ ? context.OptionalInput(3) : nullptr;
    if (z != nullptr) {
      Require(z->shape() == s.output, ORT_INVALID_ARGUMENT,
              "{}: Z of shape {} is not of the output's shape {}", name_, z->shape(), s.output);
      epilogue.residual = z->data<float>();
      epilogue.residual_stride = s.n;
    }
    const Tensor* c = context.OptionalInput(2);
    if (c == nullptr) return;
    const Spread spread = SpreadOf(c->shape(), s);
    const float* from = c->data<float>();
    const bool column_of_one = spread.column == 0 && s.n > 1;
    if (spread.row == 0 && !column_of_one && beta_ == 1.0f) {
      epilogue.bias = from;
      return;
    }
    if (z != nullptr) {  // both are added up in the output first, which is then its own residual
      for (int64_t i = 0; i < s.m * s.n; ++i) {
        y[i] = epilogue.residual[i] + beta_ * from[i / s.n * spread.row + i % s.n * spread.column];
      }
      epilogue.residual = y;
      return;
    }
    epilogue.residual = from;
    epilogue.residual_stride = spread.row;
    epilogue.residual_scale = beta_;
    if (column_of_one) {  // spread out into the output first, which is then its own residual
      for (int64_t i = 0; i < s.m; ++i) std::fill_n(y + i * s.n, s.n, from[i * spread.row]);
      epilogue.residual = y;
      epilogue.residual_stride = s.n;
    }
  }

  Activation activation_;
  PackedB packed_;
  Shape packed_shape_;
};

template <typename T>
class GemmPlain final : public GemmBase {
 public:
  explicit GemmPlain(const KernelInfo& info) : GemmBase(info) {}

  void Run(KernelContext& context) const override {
    const Tensor& a = context.Input(0);
    const Tensor& b = context.Input(1);
    const Sizes s = Resolve(a.shape(), b.shape());
    T* y = context.Output(0, s.output).data<T>();
    PlainGemm(context.pool(), s.m, s.n, s.k, a.data<T>(), trans_a_ ? 1 : s.k, trans_a_ ? s.m : 1,
              b.data<T>(), trans_b_ ? 1 : s.n, trans_b_ ? s.k : 1, y);
    const Tensor* c = context.OptionalInput(2);
    const Spread spread = c != nullptr ? SpreadOf(c->shape(), s) : Spread{};
    const T alpha = static_cast<T>(alpha_);
    const T beta = static_cast<T>(beta_);
    for (int64_t i = 0; i < s.m; ++i) {
      for (int64_t j = 0; j < s.n; ++j, ++y) {
        *y = static_cast<T>(alpha * *y);
        if (c != nullptr)
          *y = static_cast<T>(*y + beta * c->data<T>()[i * spread.row + j * spread.column]);
      }
    }
  }
};

constexpr TypeSet kPlainTypes{DType::kDouble, DType::kInt32, DType::kUInt32, DType::kInt64,
                              DType::kUInt64};

constexpr Op FloatGemm(const char* domain) {
  return Op("Gemm", domain).Since(1).In(0, DType::kFloat).In(1, DType::kFloat).In(2, DType::kFloat);
}

BACKPLANE_CPU_KERNEL(Gemm, FloatGemm(""), Make<GemmFloat>);
BACKPLANE_CPU_KERNEL(GemmPrivate, FloatGemm(kPrivateDomain).In(3, DType::kFloat), Make<GemmFloat>);
BACKPLANE_CPU_KERNEL(GemmPlain,
                     Op("Gemm").Since(1).In(0, kPlainTypes).In(1, kPlainTypes).In(2, kPlainTypes),
                     [](const KernelInfo& info) {
                       return Dispatch<double, int32_t, uint32_t, int64_t, uint64_t>(
                           info.InputType(0), [&]<typename T>() -> std::unique_ptr<Kernel> {
                             return std::make_unique<GemmPlain<T>>(info);
                           });
                     });

}  // namespace
}  // namespace backplane::cpu
