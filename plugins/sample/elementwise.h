// The arithmetic of the samples: elementwise operators on floats, with ONNX's broadcasting. Knows
// nothing of the C API.
#pragma once

#include <optional>
#include <string_view>

#include "tensor.h"

namespace sample {

enum class Operator : uint8_t { kAdd, kSub, kMul, kDiv, kRelu, kLast = kRelu };

// The operator as the samples can run it; nothing for others. Versions matter: before 7, Add and
// the like broadcast by attributes, and Relu had a consumed_inputs attribute before 6.
std::optional<Operator> FindOperator(std::string_view domain, std::string_view op_type,
                                     int since_version);

bool IsBinary(Operator op);

// The shape that both broadcast to. Dimensions are matched from the last; of two that differ, one
// must be 1. Fails with ORT_INVALID_ARGUMENT if they do not match.
Shape BroadcastShape(const Shape& left, const Shape& right);

// Computes a binary operator into `out`, which has the broadcast shape.
void Binary(Operator op, const Tensor& left, const Tensor& right, float* out);

// `in` and `out` may be the same.
void Relu(const float* in, float* out, size_t count);

}  // namespace sample
