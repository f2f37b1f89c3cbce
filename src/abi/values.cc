#include "abi/values.h"

#include <memory>

#include "abi/guard.h"
#include "abi/memory.h"
#include "abi/type_info.h"
#include "base/allocator_calls.h"
#include "base/memory.h"
#include "base/shape_format.h"

namespace backplane::abi {

const Tensor& TensorIn(const OrtValue* value) {
  NotNull(value, "value");
  Require(value->IsTensor(), ORT_INVALID_ARGUMENT,
          "the ort_value must contain a constructed tensor");
  return value->tensor();
}

Tensor& TensorIn(OrtValue* value) {
  return const_cast<Tensor&>(TensorIn(static_cast<const OrtValue*>(value)));
}

Shape ToShape(const int64_t* dims, size_t rank, ErrorCode code) {
  NotNullArray(dims, rank, "shape");
  Shape shape(std::span<const int64_t>(dims, rank));
  for (const int64_t dim : shape) {
    Require(dim >= 0, code, "tried creating tensor with negative value in shape: {}", shape);
  }
  shape.ElementCount();
  return shape;
}

namespace {

/// Checks what a tensor over foreign memory is made of, and makes it a value.
OrtValue* WrapMemory(void* data, size_t bytes, const int64_t* dims, size_t rank,
                     ONNXTensorElementDataType type, std::shared_ptr<Buffer> owner,
                     const MemoryInfo& memory) {
  const DType dtype = ToDType(type);
  Require(
      dtype != DType::kString, ORT_INVALID_ARGUMENT,
      "a string tensor cannot use the caller's memory; create it with an allocator and fill it");
  Shape shape = ToShape(dims, rank);
  const size_t needed = BytesOf(dtype, shape.ElementCount());
  Require(bytes >= needed, ORT_INVALID_ARGUMENT, "not enough space: expected {}, got {}", needed,
          bytes);
  NotNullArray(data, needed, "p_data");
  return new OrtValue(Tensor(dtype, std::move(shape), data, std::move(owner), &memory));
}

}  // namespace

OrtStatus* CreateTensorAsOrtValue(OrtAllocator* allocator, const int64_t* shape, size_t shape_len,
                                  ONNXTensorElementDataType type, OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(allocator, "allocator");
    NotNull(out, "out");
    *out = new OrtValue(
        Tensor::Allocate(ToDType(type), ToShape(shape, shape_len, ORT_FAIL), allocator));
  });
}

OrtStatus* CreateTensorWithDataAsOrtValue(const OrtMemoryInfo* info, void* p_data,
                                          size_t p_data_len, const int64_t* shape, size_t shape_len,
                                          ONNXTensorElementDataType type, OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(out, "out");
    *out = WrapMemory(p_data, p_data_len, shape, shape_len, type, nullptr, Interned(*info));
  });
}

OrtStatus* CreateTensorWithDataAndDeleterAsOrtValue(OrtAllocator* deleter, void* p_data,
                                                    size_t p_data_len, const int64_t* shape,
                                                    size_t shape_len,
                                                    ONNXTensorElementDataType type,
                                                    OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(deleter, "deleter");
    NotNull(out, "out");
    // The memory becomes the tensor's only on success, so the buffer starts out without a way to
    // free it.
    auto armed = std::make_shared<bool>(false);
    auto owner = std::make_shared<Buffer>(p_data, p_data_len, [deleter, armed](void* data) {
      if (*armed) FreeThrough(deleter, data);
    });
    *out = WrapMemory(p_data, p_data_len, shape, shape_len, type, std::move(owner),
                      *MemoryOf(deleter));
    *armed = true;
  });
}

void ReleaseValue(OrtValue* input) noexcept { delete input; }

OrtStatus* IsTensor(const OrtValue* value, int* out) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(out, "out");
    *out = value->IsTensor() ? 1 : 0;
  });
}

OrtStatus* IsSparseTensor(const OrtValue* value, int* out) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(out, "out");
    *out = value->kind() == ValueKind::kSparseTensor ? 1 : 0;
  });
}

OrtStatus* HasValue(const OrtValue* value, int* out) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(out, "out");
    *out = value->IsNone() ? 0 : 1;
  });
}

OrtStatus* GetValueType(const OrtValue* value, ONNXType* out) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(out, "out");
    *out = TypeOf(*value).kind;
  });
}

OrtStatus* GetTensorMutableData(OrtValue* value, void** out) noexcept {
  return Guard([&] {
    Tensor& tensor = TensorIn(value);
    NotNull(out, "out");
    *out = tensor.raw();
  });
}

OrtStatus* GetTensorData(const OrtValue* value, const void** out) noexcept {
  return Guard([&] {
    const Tensor& tensor = TensorIn(value);
    NotNull(out, "out");
    *out = tensor.raw();
  });
}

OrtStatus* GetTensorSizeInBytes(const OrtValue* ort_value, size_t* size) noexcept {
  return Guard([&] {
    const Tensor& tensor = TensorIn(ort_value);
    NotNull(size, "size");
    Require(!tensor.IsString(), ORT_INVALID_ARGUMENT,
            "String tensors are not supported by this API");
    *size = tensor.Bytes();
  });
}

OrtStatus* GetTensorMemoryInfo(const OrtValue* value, const OrtMemoryInfo** mem_info) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(mem_info, "mem_info");
    if (value->kind() == ValueKind::kSparseTensor) {
      *mem_info = &value->sparse().values.memory();
      return;
    }
    *mem_info = &TensorIn(value).memory();
  });
}

OrtStatus* GetTensorElementTypeAndShapeDataReference(const OrtValue* value,
                                                     ONNXTensorElementDataType* elem_type,
                                                     const int64_t** shape_data,
                                                     size_t* shape_data_count) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(elem_type, "elem_type");
    NotNull(shape_data, "shape_data");
    NotNull(shape_data_count, "shape_data_count");
    const bool sparse = value->kind() == ValueKind::kSparseTensor;
    const DType dtype = sparse ? value->sparse().values.dtype() : TensorIn(value).dtype();
    const Shape& shape = sparse ? value->sparse().dense_shape : value->tensor().shape();
    *elem_type = FromDType(dtype);
    *shape_data = shape.data();
    *shape_data_count = shape.rank();
  });
}

OrtStatus* TensorAt(OrtValue* value, const int64_t* location_values, size_t location_values_count,
                    void** out) noexcept {
  return Guard([&] {
    Tensor& tensor = TensorIn(value);
    NotNullArray(location_values, location_values_count, "location_values");
    NotNull(out, "out");
    Require(!tensor.IsString(), ORT_NOT_IMPLEMENTED, "this API does not support strings");
    Require(BitsOf(tensor.dtype()) >= 8, ORT_NOT_IMPLEMENTED,
            "an element of {} has no address of its own", TensorTypeName(tensor.dtype()));
    const Shape& shape = tensor.shape();
    Require(location_values_count == shape.rank(), ORT_INVALID_ARGUMENT,
            "location dimensions do not match shape size: {} for a tensor of rank {}",
            location_values_count, shape.rank());
    int64_t index = 0;
    for (size_t i = 0; i < shape.rank(); ++i) {
      const int64_t at = location_values[i];
      Require(at >= 0 && at < shape[i], ORT_INVALID_ARGUMENT,
              "invalid location range: {} in dimension {} of {}", at, i, shape);
      index = index * shape[i] + at;
    }
    *out = static_cast<std::byte*>(tensor.raw()) + BytesOf(tensor.dtype(), index);
  });
}

}  // namespace backplane::abi
