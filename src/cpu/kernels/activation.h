// Activation functions that dense kernels apply to what they computed, and that the elementwise
// operators share.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace backplane::cpu {

enum class ActivationKind : uint8_t {
  kNone,
  kRelu,
  kClip,  ///< a: minimum, b: maximum
  kSigmoid,
  kHardSwish,
  kSilu,       ///< x * sigmoid(x)
  kLeakyRelu,  ///< a: slope below zero
  kTanh,
  kHardSigmoid,  ///< clamp(a * x + b, 0, 1)
  kGelu,         ///< with the error function
};

struct Activation {
  ActivationKind kind = ActivationKind::kNone;
  float a = 0.0f;
  float b = 0.0f;

  /// Whether it is a clamp to [low(), high()] (kNone: to everything), which a kernel does in
  /// registers.
  bool IsClamp() const { return kind <= ActivationKind::kClip; }
  float low() const {
    return kind == ActivationKind::kRelu   ? 0.0f
           : kind == ActivationKind::kClip ? a
                                           : -std::numeric_limits<float>::infinity();
  }
  float high() const {
    return kind == ActivationKind::kClip ? b : std::numeric_limits<float>::infinity();
  }
};

/// The activation called `name` ("", "Relu", "Clip", "Silu", ...) with its parameters, which may be
/// missing where the ONNX operator has defaults. Fails with ORT_INVALID_GRAPH on an unknown name.
Activation MakeActivation(std::string_view name, std::span<const float> params);

/// x[i] = activation(x[i]).
void ApplyActivation(const Activation& activation, float* x, int64_t count);

}  // namespace backplane::cpu
