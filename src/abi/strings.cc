// Functions on the elements of string tensors.
#include <cstring>

#include "abi/guard.h"
#include "abi/values.h"

namespace backplane::abi {
namespace {

void RequireStrings(const Tensor& tensor) {
  Require(tensor.IsString(), ORT_FAIL, "the tensor has elements of {}, not strings",
          TensorTypeName(tensor.dtype()));
}

std::span<const std::string> StringsIn(const OrtValue* value) {
  NotNull(value, "value");
  const Tensor& tensor =
      value->kind() == ValueKind::kSparseTensor ? value->sparse().values : TensorIn(value);
  RequireStrings(tensor);
  return tensor.span<std::string>();
}

std::span<std::string> StringsIn(OrtValue* value) {
  Tensor& tensor = TensorIn(value);
  RequireStrings(tensor);
  return tensor.span<std::string>();
}

template <typename Strings>
auto& StringAt(const Strings& strings, size_t index) {
  Require(index < strings.size(), ORT_INVALID_ARGUMENT, "element index is out of bounds: {} of {}",
          index, strings.size());
  return strings[index];
}

}  // namespace

OrtStatus* FillStringTensor(OrtValue* value, const char* const* s, size_t s_len) noexcept {
  return Guard([&] {
    const auto strings = StringsIn(value);
    NotNullArray(s, s_len, "s");
    Require(s_len == strings.size(), ORT_INVALID_ARGUMENT,
            "input array doesn't equal tensor size: {} for {} elements", s_len, strings.size());
    for (size_t i = 0; i < s_len; ++i) {
      NotNull(s[i], "s[i]");
      strings[i] = s[i];
    }
  });
}

OrtStatus* FillStringTensorElement(OrtValue* value, const char* s, size_t index) noexcept {
  return Guard([&] {
    std::string& element = StringAt(StringsIn(value), index);
    NotNull(s, "s");
    element = s;
  });
}

OrtStatus* GetStringTensorDataLength(const OrtValue* value, size_t* len) noexcept {
  return Guard([&] {
    const auto strings = StringsIn(value);
    NotNull(len, "len");
    *len = 0;
    for (const std::string& string : strings) *len += string.size();
  });
}

OrtStatus* GetStringTensorContent(const OrtValue* value, void* s, size_t s_len, size_t* offsets,
                                  size_t offsets_len) noexcept {
  return Guard([&] {
    const auto strings = StringsIn(value);
    NotNullArray(s, s_len, "s");
    NotNullArray(offsets, offsets_len, "offsets");
    Require(offsets_len == strings.size(), ORT_FAIL,
            "offsets buffer is not equal to tensor size: {} for {} elements", offsets_len,
            strings.size());
    size_t total = 0;
    for (const std::string& string : strings) total += string.size();
    Require(
        s_len >= total, ORT_FAIL,
        "output buffer is too small. Use GetStringTensorDataLength: it has {} bytes and needs {}",
        s_len, total);
    size_t offset = 0;
    for (size_t i = 0; i < strings.size(); ++i) {
      offsets[i] = offset;
      if (!strings[i].empty())
        std::memcpy(static_cast<char*>(s) + offset, strings[i].data(), strings[i].size());
      offset += strings[i].size();
    }
  });
}

OrtStatus* GetStringTensorElementLength(const OrtValue* value, size_t index, size_t* out) noexcept {
  return Guard([&] {
    const std::string& element = StringAt(StringsIn(value), index);
    NotNull(out, "out");
    *out = element.size();
  });
}

OrtStatus* GetStringTensorElement(const OrtValue* value, size_t s_len, size_t index,
                                  void* s) noexcept {
  return Guard([&] {
    const std::string& element = StringAt(StringsIn(value), index);
    NotNullArray(s, s_len, "s");
    Require(s_len >= element.size(), ORT_FAIL,
            "buffer size is too small for string element: {} for {} bytes", s_len, element.size());
    if (!element.empty()) std::memcpy(s, element.data(), element.size());
  });
}

OrtStatus* GetResizedStringTensorElementBuffer(OrtValue* value, size_t index,
                                               size_t length_in_bytes, char** buffer) noexcept {
  return Guard([&] {
    std::string& element = StringAt(StringsIn(value), index);
    NotNull(buffer, "buffer");
    element.resize(length_in_bytes);
    *buffer = element.data();
  });
}

}  // namespace backplane::abi
