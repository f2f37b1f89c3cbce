// Functions on sequences and maps, and on opaque values, of which there are none.
#include <memory>
#include <vector>

#include "abi/guard.h"
#include "abi/values.h"

namespace backplane::abi {
namespace {

std::unique_ptr<OrtValue> MakeSequence(std::span<const OrtValue* const> elements) {
  Require(!elements.empty(), ORT_FAIL, "Number of values should be at least 1.");
  const ValueKind kind = elements[0]->kind();
  Require(kind == ValueKind::kTensor || kind == ValueKind::kMap, ORT_INVALID_ARGUMENT,
          "Unsupported input type: a sequence holds tensors or maps");
  const DType dtype = kind == ValueKind::kTensor ? elements[0]->tensor().dtype()
                                                 : elements[0]->map().values.dtype();
  std::vector<OrtValue> copies;
  copies.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    const OrtValue& element = *elements[i];
    Require(element.kind() == kind, ORT_FAIL,
            "At least one element in the sequence is of a type different from others: element {}",
            i);
    const DType other =
        kind == ValueKind::kTensor ? element.tensor().dtype() : element.map().values.dtype();
    Require(
        other == dtype, ORT_FAIL,
        "Sequences must have tensors of the same data type. There was at least one tensor in the "
        "input that was different:"
        " element {} is {}, the first {}",
        i, TensorTypeName(other), TensorTypeName(dtype));
    copies.push_back(element);
  }
  auto value = std::make_unique<OrtValue>();
  value->SetSequence(std::move(copies), dtype);
  return value;
}

/// A copy: a map does not share its caller's tensors.
Tensor Copied(const Tensor& tensor) {
  Tensor copy = Tensor::Allocate(tensor.dtype(), tensor.shape());
  CopyElements(tensor, copy);
  return copy;
}

std::unique_ptr<OrtValue> MakeMap(std::span<const OrtValue* const> parts) {
  Require(parts.size() == 2, ORT_FAIL, "For map type num_values MUST be 2, not {}", parts.size());
  const Tensor& keys = TensorIn(parts[0]);
  const Tensor& values = TensorIn(parts[1]);
  Require(keys.memory().HostAccessible() && values.memory().HostAccessible(), ORT_INVALID_ARGUMENT,
          "keys and values of a map must be in memory of the CPU");
  Require(keys.dtype() == DType::kInt64 || keys.dtype() == DType::kString, ORT_FAIL,
          "Key type is not supported yet. Keys are int64 or strings, not {}",
          TensorTypeName(keys.dtype()));
  constexpr TypeSet kValueTypes{DType::kFloat, DType::kDouble, DType::kInt64, DType::kString};
  Require(kValueTypes.Has(values.dtype()), ORT_FAIL, "Value type is not supported yet: {}",
          TensorTypeName(values.dtype()));
  Require(keys.shape().rank() == 1 && values.shape().rank() == 1 && keys.shape() == values.shape(),
          ORT_FAIL,
          "Key and value tensors have unequal number of elements, or are not of rank 1: {} and {}",
          keys.shape().ToString(), values.shape().ToString());
  auto value = std::make_unique<OrtValue>();
  value->SetMap({Copied(keys), Copied(values)});
  return value;
}

}  // namespace

OrtStatus* CreateValue(const OrtValue* const* in, size_t num_values, ONNXType value_type,
                       OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    Require(num_values != 0, ORT_FAIL, "Number of values should be at least 1.");
    NotNull(in, "in");
    const std::span<const OrtValue* const> parts(in, num_values);
    for (size_t i = 0; i < num_values; ++i) {
      Require(in[i] != nullptr, ORT_INVALID_ARGUMENT, "value {} is null", i);
    }
    if (value_type == ONNX_TYPE_SEQUENCE) {
      *out = MakeSequence(parts).release();
    } else if (value_type == ONNX_TYPE_MAP) {
      *out = MakeMap(parts).release();
    } else {
      Fail(ORT_FAIL, "Input is not of type sequence or map. ({})", static_cast<int>(value_type));
    }
  });
}

OrtStatus* GetValueCount(const OrtValue* value, size_t* out) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(out, "out");
    if (value->kind() == ValueKind::kMap) {
      *out = 2;
    } else {
      Require(value->kind() == ValueKind::kSequence, ORT_FAIL,
              "Input is not of type sequence or map.");
      *out = value->sequence().size();
    }
  });
}

OrtStatus* GetValue(const OrtValue* value, int index, OrtAllocator* allocator,
                    OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(allocator, "allocator");
    NotNull(out, "out");
    if (value->kind() == ValueKind::kMap) {
      Require(index == 0 || index == 1, ORT_FAIL,
              "Invalid index requested for map type: {} (0: keys, 1: values)", index);
      *out = new OrtValue(index == 0 ? value->map().keys : value->map().values);
    } else {
      Require(value->kind() == ValueKind::kSequence, ORT_FAIL,
              "Input is not of type sequence or map.");
      const auto& elements = value->sequence();
      Require(index >= 0 && static_cast<size_t>(index) < elements.size(), ORT_FAIL,
              "Invalid index requested for sequence: {} of {}", index, elements.size());
      *out = new OrtValue(elements[static_cast<size_t>(index)]);
    }
  });
}

namespace {

// Types outside of ONNX would have to be compiled into the library; this one has none, as the
// builds of ONNX Runtime that are published.
[[noreturn]] void FailOpaque(const char* domain_name, const char* type_name) {
  NotNull(domain_name, "domain_name");
  NotNull(type_name, "type_name");
  Fail(ORT_FAIL,
       "Specified domain and type names combination does not refer to a registered opaque type: "
       "{}.{}",
       domain_name, type_name);
}

}  // namespace

OrtStatus* CreateOpaqueValue(const char* domain_name, const char* type_name, const void*, size_t,
                             OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = nullptr;
    FailOpaque(domain_name, type_name);
  });
}

OrtStatus* GetOpaqueValue(const char* domain_name, const char* type_name, const OrtValue* in, void*,
                          size_t) noexcept {
  return Guard([&] {
    NotNull(in, "in");
    FailOpaque(domain_name, type_name);
  });
}

}  // namespace backplane::abi
