// What recurrent layers compute with: the product with a fixed transposed matrix, and activations
// over runs of numbers. Called by ops/rnn_layer.h, lstm.cc, gru.cc and rnn.cc. Nothing here
// allocates after packing.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "base/thread_pool.h"
#include "cpu/kernels/gemm.h"

namespace backplane::cpu {

/// y = x * W^T (+ bias), with W of `n` rows and `k` columns. Floats go through the packed matrix
/// product, doubles through a plain loop.
template <typename T>
class TransposedMatrix {
 public:
  TransposedMatrix() = default;
  /// Packs W, or with `pack` false reads it where it lies on each use.
  TransposedMatrix(const T* w, int64_t n, int64_t k, bool pack);

  int64_t n() const { return n_; }
  int64_t k() const { return k_; }
  size_t ScratchBytes(int64_t m) const;
  /// y[i * ldy + j] = (accumulate ? y[..] : 0) + sum of x[i * ldx + l] * W[j, l] + bias[j], for i <
  /// m.
  void Multiply(int64_t m, const T* x, int64_t ldx, T* y, int64_t ldy, bool accumulate,
                const T* bias, void* scratch, ThreadPool& pool) const;

 private:
  GemmParams Params(int64_t m) const;

  const T* w_ = nullptr;
  int64_t n_ = 0;
  int64_t k_ = 0;
  PackedB packed_;
};

enum class CellFunction : uint8_t {
  kSigmoid,
  kTanh,
  kRelu,
  kAffine,
  kLeakyRelu,
  kThresholdedRelu,
  kScaledTanh,
  kHardSigmoid,
  kElu,
  kSoftsign,
  kSoftplus,
};

/// An activation of a recurrent operator with its two parameters.
struct CellActivation {
  CellFunction function = CellFunction::kSigmoid;
  float alpha = 0;
  float beta = 0;
  bool uses_alpha = false;
  bool uses_beta = false;
};

/// The activation called `name` (in any case) with ONNX's default parameters. Fails with
/// ORT_INVALID_ARGUMENT.
CellActivation CellActivationByName(std::string_view name);

/// Stands for an absent clip attribute.
inline constexpr float kNoClip = std::numeric_limits<float>::infinity();

/// x[i] = activation(clamp(x[i], -clip, clip)).
template <typename T>
void ApplyCell(const CellActivation& activation, float clip, T* x, int64_t count);

}  // namespace backplane::cpu
