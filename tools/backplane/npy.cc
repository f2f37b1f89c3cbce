#include "backplane/npy.h"

#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "backplane/error.h"

namespace backplane::command {
namespace {

struct NpyType {
  std::string_view descr;  // without the byte-order mark
  ElementType type;
};
constexpr std::array<NpyType, 14> kNpyTypes = {{
    {"f4", ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT},
    {"f8", ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE},
    {"f2", ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16},
    {"b1", ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL},
    {"i1", ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8},
    {"i2", ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16},
    {"i4", ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32},
    {"i8", ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64},
    {"u1", ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8},
    {"u2", ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16},
    {"u4", ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32},
    {"u8", ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64},
    {"c8", ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64},
    {"c16", ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128},
}};
constexpr std::string_view kMagic = "\x93NUMPY";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(path + ": cannot be opened");
  std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) throw Failure(path + ": cannot be read");
  return content;
}

// What follows `key` in the header, a Python dictionary literal: "{'descr': '<f4', ...}".
std::string_view After(std::string_view header, std::string_view key, const std::string& path) {
  const size_t at = header.find(key);
  if (at == std::string_view::npos) throw Failure(path + ": the header has no " + std::string(key));
  std::string_view rest = header.substr(at + key.size());
  rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(": ")));
  return rest;
}

std::vector<int64_t> ParseShape(std::string_view text, const std::string& path) {
  const size_t end = text.find(')');
  if (text.empty() || text[0] != '(' || end == std::string_view::npos)
    throw Failure(path + ": the header's shape is malformed");
  std::vector<int64_t> shape;
  const char* at = text.data() + 1;
  const char* const stop = text.data() + end;
  while (at < stop) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    int64_t dim = 0;
    const auto [next, error] = std::from_chars(at, stop, dim);
    if (error != std::errc() || dim < 0) throw Failure(path + ": the header's shape is malformed");
    shape.push_back(dim);
    at = next;
  }
  return shape;
}

ElementType ParseDescr(std::string_view text, const std::string& path) {
  const size_t end = text.size() > 1 ? text.find_first_of("'\"", 1) : std::string_view::npos;
  if (end == std::string_view::npos || (text[0] != '\'' && text[0] != '"'))
    throw Failure(path + ": the elements are not of a plain type");
  std::string_view descr = text.substr(1, end - 1);
  if (!descr.empty() && descr[0] == '>')
    throw Failure(path + ": big-endian elements are not supported");
  if (!descr.empty() && std::string_view("<|=").find(descr[0]) != std::string_view::npos)
    descr.remove_prefix(1);
  for (const NpyType& known : kNpyTypes)
    if (known.descr == descr) return known.type;
  throw Failure(path + ": element type '" + std::string(descr) + "' is not supported");
}

std::string DescrOf(ElementType type) {
  for (const NpyType& known : kNpyTypes) {
    if (known.type != type) continue;
    const bool byte = known.descr.back() == '1';
    return (byte ? "|" : "<") + std::string(known.descr);
  }
  return BitsOf(type) == 16 ? "<u2" : BitsOf(type) == 8 ? "|u1" : "";
}

}  // namespace

HostTensor ReadNpy(const std::string& path) {
  const std::string content = ReadFile(path);
  const auto byte = [&](size_t i) {
    return static_cast<size_t>(static_cast<unsigned char>(content[i]));
  };
  if (content.size() < 12 || content.compare(0, kMagic.size(), kMagic) != 0)
    throw Failure(path + ": is not a .npy file");
  const size_t version = byte(6);
  const size_t header_at = version == 1 ? 10 : 12;
  size_t header_size = byte(8) | byte(9) << 8;
  if (version != 1) header_size |= byte(10) << 16 | byte(11) << 24;
  if (header_size > content.size() - header_at) throw Failure(path + ": the header is cut off");

  const std::string_view header(content.data() + header_at, header_size);
  HostTensor tensor;
  tensor.type = ParseDescr(After(header, "'descr'", path), path);
  tensor.shape = ParseShape(After(header, "'shape'", path), path);
  const bool fortran = After(header, "'fortran_order'", path).starts_with("True");
  if (fortran && tensor.shape.size() > 1)
    throw Failure(path + ": is in Fortran order; save it with numpy.ascontiguousarray");
  const size_t bytes = BytesOf(tensor.type, ElementCount(tensor.shape));
  const size_t have = content.size() - header_at - header_size;
  if (bytes > have) {
    throw Failure(path + ": holds " + std::to_string(have) + " bytes of elements instead of " +
                  std::to_string(bytes));
  }
  tensor.bytes.resize(bytes);
  if (bytes > 0) std::memcpy(tensor.bytes.data(), content.data() + header_at + header_size, bytes);
  return tensor;
}

void WriteNpy(const std::string& path, ElementType type, const std::vector<int64_t>& shape,
              std::span<const std::byte> bytes) {
  const std::string descr = DescrOf(type);
  if (descr.empty()) throw Failure(path + ": NumPy has no element type for " + NameOf(type));
  std::string dims;
  for (const int64_t dim : shape) dims += std::to_string(dim) + ",";
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + dims + "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  const std::array<char, 4> fields = {1, 0, static_cast<char>(header.size() & 0xff),
                                      static_cast<char>(header.size() >> 8)};
  file.write(kMagic.data(), kMagic.size());
  file.write(fields.data(), fields.size());
  file << header;
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw Failure(path + ": cannot be written");
}

}  // namespace backplane::command
