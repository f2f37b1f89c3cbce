// Value: what a model consumes and produces at run time; the type behind the C API's OrtValue.
#pragma once

#include <memory>
#include <vector>

#include "base/error.h"
#include "base/tensor.h"

struct OrtValue;

namespace backplane {

using Value = ::OrtValue;

enum class ValueKind : uint8_t { kNone, kTensor, kSequence, kMap, kSparseTensor };

/// A map of the ai.onnx.ml domain: keys (int64 or string) and values as two rank-1 tensors of one
/// length.
struct MapValue {
  Tensor keys;
  Tensor values;
};

/// A sparse tensor in one of the C API's formats; `indices` holds the format's index tensors in
/// order.
struct SparseValue {
  OrtSparseFormat format = ORT_SPARSE_UNDEFINED;
  Shape dense_shape;
  Tensor values;
  std::vector<Tensor> indices;
  OrtAllocator* allocator = nullptr;  ///< what it is filled with; null: it uses its caller's memory
};

}  // namespace backplane

/// A tensor, sequence, map or sparse tensor; kNone is an absent optional. Copies share the
/// elements.
struct OrtValue final {
 public:
  OrtValue() = default;
  explicit OrtValue(backplane::Tensor tensor)
      : kind_(backplane::ValueKind::kTensor), tensor_(std::move(tensor)) {}

  backplane::ValueKind kind() const { return kind_; }
  bool IsTensor() const { return kind_ == backplane::ValueKind::kTensor; }
  bool IsNone() const { return kind_ == backplane::ValueKind::kNone; }

  /// The tensor inside; meaningful for kTensor only (unchecked: kernels are chosen by type).
  backplane::Tensor& tensor() { return tensor_; }
  const backplane::Tensor& tensor() const { return tensor_; }
  void SetTensor(backplane::Tensor tensor) {
    tensor_ = std::move(tensor);
    kind_ = backplane::ValueKind::kTensor;
  }

  /// Elements of a sequence; `element_dtype` tells the tensor type even when it is empty.
  std::vector<OrtValue>& sequence() { return *sequence_; }
  const std::vector<OrtValue>& sequence() const { return *sequence_; }
  backplane::DType element_dtype() const { return element_dtype_; }
  void SetSequence(std::vector<OrtValue> elements, backplane::DType element_dtype) {
    sequence_ = std::make_shared<std::vector<OrtValue>>(std::move(elements));
    element_dtype_ = element_dtype;
    kind_ = backplane::ValueKind::kSequence;
  }

  const backplane::MapValue& map() const { return *map_; }
  void SetMap(backplane::MapValue map) {
    map_ = std::make_shared<backplane::MapValue>(std::move(map));
    kind_ = backplane::ValueKind::kMap;
  }

  backplane::SparseValue& sparse() { return *sparse_; }
  const backplane::SparseValue& sparse() const { return *sparse_; }
  void SetSparse(backplane::SparseValue sparse) {
    sparse_ = std::make_shared<backplane::SparseValue>(std::move(sparse));
    kind_ = backplane::ValueKind::kSparseTensor;
  }

  /// An optional that holds nothing.
  void SetNone() { *this = OrtValue(); }

 private:
  backplane::ValueKind kind_ = backplane::ValueKind::kNone;
  backplane::DType element_dtype_ = backplane::DType::kUndefined;
  backplane::Tensor tensor_;
  std::shared_ptr<std::vector<OrtValue>> sequence_;
  std::shared_ptr<backplane::MapValue> map_;
  std::shared_ptr<backplane::SparseValue> sparse_;
};
