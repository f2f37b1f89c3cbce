// MatMul in all its ranks, and the private MatMul that also transposes its last two axes and scales
// (alpha).
#include <algorithm>

#include "base/checked_math.h"
#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/gemm.h"
#include "cpu/kernels/transpose.h"
#include "cpu/ops/broadcast.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/gemm_plain.h"

namespace backplane::cpu {
namespace {

constexpr TypeSet kPlainTypes{DType::kDouble, DType::kInt32, DType::kUInt32, DType::kInt64,
                              DType::kUInt64};

/// The sizes of one MatMul. Strides are those of the last two axes as the product sees them.
struct MatMulShape {
  int64_t m = 1;
  int64_t n = 1;
  int64_t k = 1;
  int64_t a_row = 0, a_column = 0;
  int64_t b_row = 0, b_column = 0;
  Shape a_batch, b_batch, batch;
  Shape output;
};

// Splits `shape` into its batch dimensions and the last two; a vector becomes a row (of A) or a
// column (of B).
void SplitShape(const Shape& shape, bool is_a, Shape& batch, int64_t& rows, int64_t& columns) {
  const size_t rank = shape.rank();
  if (rank == 1) {
    rows = is_a ? 1 : shape[0];
    columns = is_a ? shape[0] : 1;
    return;
  }
  rows = shape[rank - 2];
  columns = shape[rank - 1];
  batch.Assign({shape.data(), rank - 2});
}

class MatMulBase : public Kernel {
 protected:
  explicit MatMulBase(const KernelInfo& info)
      : name_(info.node.Describe()),
        trans_a_(info.node.Int("transA", 0) != 0),
        trans_b_(info.node.Int("transB", 0) != 0) {}

  MatMulShape Resolve(const Shape& a, const Shape& b) const {
    Require(a.rank() > 0 && b.rank() > 0, ORT_INVALID_ARGUMENT,
            "{}: operands must have at least one dimension: {} and {}", name_, a, b);
    MatMulShape s;
    int64_t b_k = 0;
    SplitShape(a, true, s.a_batch, s.m, s.k);
    SplitShape(b, false, s.b_batch, b_k, s.n);
    s.a_row = s.k;
    s.a_column = 1;
    s.b_row = s.n;
    s.b_column = 1;
    if (trans_a_ && a.rank() > 1) {
      std::swap(s.m, s.k);
      std::swap(s.a_row, s.a_column);
    }
    if (trans_b_ && b.rank() > 1) {
      std::swap(s.n, b_k);
      std::swap(s.b_row, s.b_column);
    }
    Require(s.k == b_k, ORT_FAIL, "{}: inner dimensions do not match: {} and {}", name_, a, b);
    s.batch = s.a_batch;
    BroadcastInto(s.batch, s.b_batch);
    s.output = s.batch;
    if (a.rank() > 1) s.output.PushBack(s.m);
    if (b.rank() > 1) s.output.PushBack(s.n);
    return s;
  }

  std::string name_;
  bool trans_a_;
  bool trans_b_;
};

// Calls visit(i, a_matrix, b_matrix): which matrix of each operand makes the i-th product.
template <typename Visit>
void ForEachProduct(const MatMulShape& s, Visit&& visit) {
  const Broadcast broadcast(s.batch, {&s.a_batch, &s.b_batch});
  broadcast.ForRange(0, broadcast.total(),
                     [&](const Broadcast::Offsets& offsets, int64_t first, int64_t count) {
                       for (int64_t i = 0; i < count; ++i) {
                         visit(first + i, offsets[0] + (broadcast.IsScalar(0) ? 0 : i),
                               offsets[1] + (broadcast.IsScalar(1) ? 0 : i));
                       }
                     });
}

class MatMulFloat final : public MatMulBase {
 public:
  explicit MatMulFloat(const KernelInfo& info)
      : MatMulBase(info), alpha_(info.node.Float("alpha", 1.0f)) {
    const Tensor* b = info.ConstantInput(1);
    if (b == nullptr || b->shape().rank() < 2 || b->ElementCount() == 0) return;
    const Shape& shape = b->shape();
    if (shape.Count(0, shape.rank() - 2) != 1) return;
    const bool t = trans_b_;
    const int64_t rows = shape[shape.rank() - 2];
    const int64_t columns = shape.back();
    packed_ = t ? PackedB::Pack(b->data<float>(), columns, rows, 1, columns, alpha_)
                : PackedB::Pack(b->data<float>(), rows, columns, columns, 1, alpha_);
    packed_shape_ = shape;
    info.ConsumeConstant(1);
  }

  void Run(KernelContext& context) const override {
    const Tensor& a = context.Input(0);
    const bool packed = !packed_.empty();
    MatMulShape s = Resolve(a.shape(), packed ? packed_shape_ : context.Input(1).shape());
    float* c = context.Output(0, s.output).data<float>();
    if (s.output.ElementCount() == 0) return;
    BatchedGemmParams p;
    GemmParams& g = p.gemm;
    g.a = RowMajorA(context, a, s);
    g.packed = packed ? &packed_ : nullptr;
    g.b = packed ? nullptr : context.Input(1).data<float>();
    g.b_row_stride = s.b_row;
    g.b_column_stride = s.b_column;
    g.alpha = packed ? 1.0f : alpha_;
    g.m = s.m;
    g.n = s.n;
    g.k = s.k;
    g.lda = s.k;
    g.c = c;
    g.ldc = s.n;
    p.batch = s.batch.ElementCount();
    const int64_t b_matrices = packed ? 1 : s.b_batch.ElementCount();
    if (b_matrices ==
        1) {  // every product has the same B, and A's matrices lie one after another: one product
      g.m = s.m * p.batch;
      Gemm(g, context.Scratch(GemmScratchBytes(g)), context.pool());
      return;
    }
    if (s.a_batch.ElementCount() == p.batch && b_matrices == p.batch) {
      p.a_stride = s.m * s.k;
      p.b_stride = s.k * s.n;
    } else {
      auto* offsets = context.Scratch<int64_t>(static_cast<size_t>(2 * p.batch));
      ForEachProduct(s, [&](int64_t i, int64_t a_matrix, int64_t b_matrix) {
        offsets[i] = a_matrix * s.m * s.k;
        offsets[p.batch + i] = b_matrix * s.k * s.n;
      });
      p.a_offsets = offsets;
      p.b_offsets = offsets + p.batch;
    }
    p.c_stride = s.m * s.n;
    BatchedGemm(p, context.Scratch(BatchedGemmScratchBytes(p, context.pool())), context.pool());
  }

 private:
  // A as it is, or its matrices transposed into scratch.
  static const float* RowMajorA(KernelContext& context, const Tensor& a, const MatMulShape& s) {
    if (s.a_column == 1 || s.m == 1 || s.k == 0) return a.data<float>();
    const int64_t matrices = s.a_batch.ElementCount();
    float* copy = context.Scratch<float>(static_cast<size_t>(matrices * s.m * s.k));
    StridedCopy transpose;
    transpose.Add(matrices, s.m * s.k, s.m * s.k);
    transpose.Add(s.m, s.k, 1);
    transpose.Add(s.k, 1, s.m);
    transpose.Run(context.pool(), DType::kFloat, copy, a.raw());
    return copy;
  }

  float alpha_;
  PackedB packed_;
  Shape packed_shape_;
};

template <typename T>
class MatMulPlain final : public MatMulBase {
 public:
  explicit MatMulPlain(const KernelInfo& info) : MatMulBase(info) {}

  void Run(KernelContext& context) const override {
    const Tensor& a = context.Input(0);
    const Tensor& b = context.Input(1);
    const MatMulShape s = Resolve(a.shape(), b.shape());
    T* c = context.Output(0, s.output).data<T>();
    if (s.output.ElementCount() == 0) return;
    ForEachProduct(s, [&](int64_t i, int64_t a_matrix, int64_t b_matrix) {
      PlainGemm(context.pool(), s.m, s.n, s.k, a.data<T>() + a_matrix * s.m * s.k, s.a_row,
                s.a_column, b.data<T>() + b_matrix * s.k * s.n, s.b_row, s.b_column,
                c + i * s.m * s.n);
    });
  }
};

BACKPLANE_CPU_KERNEL(MatMul, Op("MatMul").Since(1).In(0, DType::kFloat).In(1, DType::kFloat),
                     Make<MatMulFloat>);
BACKPLANE_CPU_KERNEL(MatMulPrivate,
                     Op("MatMul", kPrivateDomain).In(0, DType::kFloat).In(1, DType::kFloat),
                     Make<MatMulFloat>);
BACKPLANE_CPU_KERNEL(MatMulPlain, Op("MatMul").Since(1).In(0, kPlainTypes).In(1, kPlainTypes),
                     [](const KernelInfo& info) {
                       return Dispatch<double, int32_t, uint32_t, int64_t, uint64_t>(
                           info.InputType(0), [&]<typename T>() -> std::unique_ptr<Kernel> {
                             return std::make_unique<MatMulPlain<T>>(info);
                           });
                     });

}  // namespace
}  // namespace backplane::cpu
