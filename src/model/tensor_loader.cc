#include "model/tensor_loader.h"

#include <charconv>
#include <cstring>

#include "base/error.h"
#include "graph/onnx_convert.h"

namespace backplane {

using onnx::TensorProto;

namespace {

size_t ElementAlignment(DType dtype) {
  const size_t bytes = BitsOf(dtype) / 8;
  return bytes == 0 ? 1 : std::min<size_t>(bytes, alignof(double));
}

// Large initializers stay views even where the file puts them at an odd address (most writers do
// not align): kernels pack them, which reads them once, sequentially. Whoever keeps one aligns it
// then (compile/plan.cc).
constexpr size_t kAlignedCopyLimit = 64 * 1024;

// A view of `data` if its address suits the element type (or it is large) and its owner can be
// kept, else a copy.
Tensor ViewOrCopy(const OwnedBytes& data, bool copy, DType dtype, Shape shape) {
  void* const address =
      const_cast<std::byte*>(data.bytes.data());  // see MappedFile; callers' bytes are only read
  const bool aligned = reinterpret_cast<uintptr_t>(address) % ElementAlignment(dtype) == 0;
  if (!copy && (aligned || data.bytes.size() >= kAlignedCopyLimit)) {
    return Tensor(dtype, std::move(shape), address, data.owner);
  }
  Tensor tensor = Tensor::Allocate(dtype, std::move(shape));
  if (!data.bytes.empty()) std::memcpy(tensor.raw(), data.bytes.data(), data.bytes.size());
  if (data.owner != nullptr)
    DropFilePages(address, data.bytes.size());  // of a mapped file; it is not read again
  return tensor;
}

template <typename T>
T ParseNumber(const std::string& text, const char* key, const std::string& what) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  Require(error == std::errc() && end == text.data() + text.size() && number >= 0, ORT_FAIL,
          "External data of {}: '{}' is '{}', which is not a valid number", what, key, text);
  return number;
}

}  // namespace

ImportedTensor TensorLoader::LoadExternal(const TensorProto& proto, const std::string& what) {
  const DType dtype = DTypeFromProto(proto.data_type(), what);
  Require(dtype != DType::kString, ORT_FAIL, "External data of {}: strings cannot be external",
          what);
  Shape shape = ShapeFromProto(proto.dims(), dtype, what);
  ExternalData data;
  data.length = BytesOf(dtype, shape.ElementCount());
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") data.path = entry.value();
    if (entry.key() == "offset") data.offset = ParseNumber<int64_t>(entry.value(), "offset", what);
    if (entry.key() == "length") {
      const auto length = ParseNumber<int64_t>(entry.value(), "length", what);
      if (static_cast<uint64_t>(length) != data.length) {
        Fail(ORT_FAIL, "External data of {}: length is {} where shape {} of {} takes {} bytes",
             what, length, shape.ToString(), NameOf(dtype), data.length);
      }
    }
  }
  Require(!data.path.empty(), ORT_FAIL,
          "model format error! Missing 'location' in the external data of {}", what);
  const OwnedBytes bytes = external_.Read(data, what);
  auto tensor = std::make_shared<const Tensor>(ViewOrCopy(bytes, false, dtype, std::move(shape)));
  return {std::move(tensor), std::make_shared<const ExternalData>(std::move(data))};
}

ImportedTensor TensorLoader::Load(const TensorProto& proto, const std::string& what) {
  if (proto.data_location() == TensorProto::EXTERNAL) return LoadExternal(proto, what);
  if (!proto.has_raw_data()) return OwnData(proto, what);
  const DType dtype = DTypeFromProto(proto.data_type(), what);
  Shape shape = ShapeFromProto(proto.dims(), dtype, what);
  const auto blob = ResolveBlob(skeleton_, proto.raw_data());
  Require(blob.has_value(), ORT_INVALID_PROTOBUF, "{}: raw_data is malformed", what);
  CheckRawSize(blob->size(), dtype, shape, what);
  return {
      std::make_shared<const Tensor>(ViewOrCopy({*blob, owner_}, copy_, dtype, std::move(shape))),
      nullptr};
}

}  // namespace backplane
