#include "cpu/kernels/rnn.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "cpu/kernels/activation.h"

namespace backplane::cpu {

template <typename T>
TransposedMatrix<T>::TransposedMatrix(const T* w, int64_t n, int64_t k, bool pack)
    : w_(w), n_(n), k_(k) {
  if constexpr (std::is_same_v<T, float>) {
    if (pack) {
      packed_ = PackedB::Pack(w, k, n, 1, k);
      w_ = nullptr;
    }
  }
}

template <typename T>
GemmParams TransposedMatrix<T>::Params(int64_t m) const {
  GemmParams params;
  params.m = m;
  params.n = n_;
  params.k = k_;
  params.lda = k_;
  if constexpr (std::is_same_v<T, float>) {
    if (packed_.empty()) {
      params.b = w_;
      params.b_row_stride = 1;
      params.b_column_stride = k_;
    } else {
      params.packed = &packed_;
    }
  }
  return params;
}

template <typename T>
size_t TransposedMatrix<T>::ScratchBytes(int64_t m) const {
  if constexpr (std::is_same_v<T, float>) return GemmScratchBytes(Params(m));
  return 0;
}

template <typename T>
void TransposedMatrix<T>::Multiply(int64_t m, const T* x, int64_t ldx, T* y, int64_t ldy,
                                   bool accumulate, const T* bias, void* scratch,
                                   ThreadPool& pool) const {
  if constexpr (std::is_same_v<T, float>) {
    GemmParams params = Params(m);
    params.a = x;
    params.lda = ldx;
    params.c = y;
    params.ldc = ldy;
    params.accumulate = accumulate;
    params.epilogue.bias = bias;
    Gemm(params, scratch, pool);
  } else {
    pool.For(m * n_, static_cast<double>(k_), [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; ++at) {
        const int64_t i = at / n_;
        const int64_t j = at % n_;
        T sum = (accumulate ? y[i * ldy + j] : T{0}) + (bias != nullptr ? bias[j] : T{0});
        for (int64_t l = 0; l < k_; ++l) sum += x[i * ldx + l] * w_[j * k_ + l];
        y[i * ldy + j] = sum;
      }
    });
  }
}

template class TransposedMatrix<float>;
template class TransposedMatrix<double>;

CellActivation CellActivationByName(std::string_view name) {
  struct Row {
    std::string_view name;
    CellActivation activation;
  };
  static constexpr Row kRows[] = {
      {"sigmoid", {CellFunction::kSigmoid, 0, 0, false, false}},
      {"tanh", {CellFunction::kTanh, 0, 0, false, false}},
      {"relu", {CellFunction::kRelu, 0, 0, false, false}},
      {"affine", {CellFunction::kAffine, 1, 0, true, true}},
      {"leakyrelu", {CellFunction::kLeakyRelu, 0.01f, 0, true, false}},
      {"thresholdedrelu", {CellFunction::kThresholdedRelu, 1, 0, true, false}},
      {"scaledtanh", {CellFunction::kScaledTanh, 1, 1, true, true}},
      {"hardsigmoid", {CellFunction::kHardSigmoid, 0.2f, 0.5f, true, true}},
      {"elu", {CellFunction::kElu, 1, 0, true, false}},
      {"softsign", {CellFunction::kSoftsign, 0, 0, false, false}},
      {"softplus", {CellFunction::kSoftplus, 0, 0, false, false}},
  };
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  for (const Row& row : kRows) {
    if (row.name == lower) return row.activation;
  }
  Fail(ORT_INVALID_ARGUMENT, "Invalid activation function of {}", name);
}

namespace {

template <typename T, typename Function>
void Map(T* x, int64_t count, Function function) {
  for (int64_t i = 0; i < count; ++i) x[i] = function(x[i]);
}

// Whether the float activations of dense kernels cover this one; they are vectorised.
bool AsDense(const CellActivation& activation, Activation& dense) {
  switch (activation.function) {
    case CellFunction::kSigmoid:
      dense = {ActivationKind::kSigmoid, 0, 0};
      return true;
    case CellFunction::kTanh:
      dense = {ActivationKind::kTanh, 0, 0};
      return true;
    case CellFunction::kRelu:
      dense = {ActivationKind::kRelu, 0, 0};
      return true;
    case CellFunction::kLeakyRelu:
      dense = {ActivationKind::kLeakyRelu, activation.alpha, 0};
      return true;
    case CellFunction::kHardSigmoid:
      dense = {ActivationKind::kHardSigmoid, activation.alpha, activation.beta};
      return true;
    default:
      return false;
  }
}

}  // namespace

template <typename T>
void ApplyCell(const CellActivation& activation, float clip, T* x, int64_t count) {
  const T a = activation.alpha;
  const T b = activation.beta;
  if (clip != kNoClip)
    Map(x, count, [clip](T v) { return std::min<T>(std::max<T>(v, -clip), clip); });
  if constexpr (std::is_same_v<T, float>) {
    Activation dense;
    if (AsDense(activation, dense)) return ApplyActivation(dense, x, count);
  }
  switch (activation.function) {
    case CellFunction::kSigmoid:
      return Map(x, count, [](T v) { return 1 / (1 + std::exp(-v)); });
    case CellFunction::kTanh:
      return Map(x, count, [](T v) { return std::tanh(v); });
    case CellFunction::kRelu:
      return Map(x, count, [](T v) { return std::max<T>(v, 0); });
    case CellFunction::kAffine:
      return Map(x, count, [a, b](T v) { return a * v + b; });
    case CellFunction::kLeakyRelu:
      return Map(x, count, [a](T v) { return v >= 0 ? v : a * v; });
    case CellFunction::kThresholdedRelu:
      return Map(x, count, [a](T v) { return v > a ? v : 0; });
    case CellFunction::kScaledTanh:
      return Map(x, count, [a, b](T v) { return a * std::tanh(b * v); });
    case CellFunction::kHardSigmoid:
      return Map(x, count, [a, b](T v) { return std::min<T>(std::max<T>(a * v + b, 0), 1); });
    case CellFunction::kElu:
      return Map(x, count, [a](T v) { return v >= 0 ? v : a * std::expm1(v); });
    case CellFunction::kSoftsign:
      return Map(x, count, [](T v) { return v / (1 + std::abs(v)); });
    case CellFunction::kSoftplus:
      return Map(x, count,
                 [](T v) { return std::max<T>(v, 0) + std::log1p(std::exp(-std::abs(v))); });
  }
}

template void ApplyCell<float>(const CellActivation&, float, float*, int64_t);
template void ApplyCell<double>(const CellActivation&, float, double*, int64_t);

}  // namespace backplane::cpu
