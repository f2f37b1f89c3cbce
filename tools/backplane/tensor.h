// Tensors on the command's side: what was read from a file or generated, before it becomes an
// OrtValue; element types by name, and elements of any type as doubles for display.
#pragma once

#include <onnxruntime_c_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace backplane::command {

using ElementType = ONNXTensorElementDataType;

struct HostTensor {
  ElementType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::vector<int64_t> shape;
  std::vector<std::byte> bytes;      // empty for strings
  std::vector<std::string> strings;  // for strings only
};

/// ONNX's spelling: "float", "int64", ...
std::string NameOf(ElementType type);
/// Bits of one element; 0 for strings and unknown types.
size_t BitsOf(ElementType type);
/// Product of the dimensions; fails where it or the bytes of that many elements overflow.
int64_t ElementCount(const std::vector<int64_t>& shape);
/// Bytes of `count` elements, sub-byte types packed.
size_t BytesOf(ElementType type, int64_t count);

bool IsFloating(ElementType type);
/// True where ReadElements and WriteElements know the type.
bool IsNumeric(ElementType type);
/// Calls `visit` with each of `count` elements as a double.
void ReadElements(ElementType type, const void* data, int64_t count,
                  const std::function<void(int64_t index, double value)>& visit);
/// Sets each of `count` elements to what `value` gives for it, converted.
void WriteElements(ElementType type, void* data, int64_t count,
                   const std::function<double(int64_t index)>& value);

}  // namespace backplane::command
