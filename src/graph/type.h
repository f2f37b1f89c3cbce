// The type of a value in a graph, as the model declares or inference finds it: element type and
// symbolic shape, or a sequence, map or optional of another type. Also the C API's OrtTypeInfo and
// OrtTensorTypeAndShapeInfo.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "base/shape.h"
#include "onnxruntime_c_api.h"

namespace backplane {

/// One dimension: a known size, a named symbol ("batch"), or unknown (value -1, no symbol).
struct Dim {
  int64_t value = -1;
  std::string symbol;

  Dim() = default;
  Dim(int64_t v) : value(v) {}  // NOLINT: a number is a dimension
  explicit Dim(std::string s) : symbol(std::move(s)) {}
  bool known() const { return value >= 0; }
  friend bool operator==(const Dim&, const Dim&) = default;
};

/// A shape of which some dimensions may be symbols; nullopt stands for an unknown rank.
using SymbolicShape = std::optional<std::vector<Dim>>;

}  // namespace backplane

/// Element type and shape of a tensor; for a runtime value every dimension is known (header:
/// *TensorTypeAndShapeInfo*).
struct OrtTensorTypeAndShapeInfo final {
  backplane::DType dtype = backplane::DType::kUndefined;
  backplane::SymbolicShape shape;

  bool FullyKnown() const;
  /// The concrete shape if every dimension is known.
  std::optional<backplane::Shape> StaticShape() const;
  friend bool operator==(const OrtTensorTypeAndShapeInfo&,
                         const OrtTensorTypeAndShapeInfo&) = default;
};

/// A value's type. `element` is the element type of a sequence or optional and the value type of a
/// map.
struct OrtTypeInfo final {
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  OrtTensorTypeAndShapeInfo tensor;  ///< ONNX_TYPE_TENSOR and ONNX_TYPE_SPARSETENSOR
  std::shared_ptr<const OrtTypeInfo> element;
  backplane::DType map_key = backplane::DType::kUndefined;
  std::string denotation;

  static OrtTypeInfo Tensor(backplane::DType dtype, backplane::SymbolicShape shape = std::nullopt);
  static OrtTypeInfo Tensor(backplane::DType dtype, const backplane::Shape& shape);
  static OrtTypeInfo Sequence(OrtTypeInfo element);
  static OrtTypeInfo Optional(OrtTypeInfo element);
  static OrtTypeInfo Map(backplane::DType key, OrtTypeInfo value);

  bool IsTensor() const { return kind == ONNX_TYPE_TENSOR; }
  bool known() const { return kind != ONNX_TYPE_UNKNOWN; }
  /// "tensor(float)", "seq(map(int64,tensor(float)))", ...: ONNX's type string.
  std::string ToString() const;
};

namespace backplane {

using TypeInfo = ::OrtTypeInfo;
using TensorTypeInfo = ::OrtTensorTypeAndShapeInfo;

/// "[batch,3,?]"; "[...]" for an unknown rank.
std::string ToString(const SymbolicShape& shape);

}  // namespace backplane
