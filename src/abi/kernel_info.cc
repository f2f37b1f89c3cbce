#include "abi/kernel_info.h"

#include <algorithm>

#include "abi/guard.h"
#include "graph/schema.h"
#include "provider/kernel.h"
#include "provider/plugin_ep_impl.h"

namespace backplane::abi {
namespace {

/// `*out = read(info)`, both checked for null.
template <typename Out, typename Read>
OrtStatus* Get(const OrtKernelInfo* info, Out* out, Read&& read) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(out, "out");
    *out = read(*info);
  });
}

/// Copies the text read(info) out in the C API's manner.
template <typename Read>
OrtStatus* GetText(const OrtKernelInfo* info, char* out, size_t* size, const char* what,
                   Read&& read) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(size, "size");
    CopyTextOut(read(*info), out, size, what);
  });
}

/// The attribute's value, which must be a T.
template <typename T>
const T& AttributeOf(const OrtKernelInfo& info, const char* name) {
  NotNull(name, "name");
  const Attribute* attribute = AttributeOrDefault(info.node, name);
  Require(attribute != nullptr, ORT_FAIL, "No attribute with name:'{}' is defined for {}.", name,
          info.node.Describe());
  const T* value = std::get_if<T>(&attribute->value);
  Require(value != nullptr, ORT_FAIL,
          "Attribute: {} of {} is of type {}, which is not the one that was asked for", name,
          info.node.Describe(), NameOf(TypeOf(*attribute)));
  return *value;
}

template <typename T>
OrtStatus* GetList(const OrtKernelInfo* info, const char* name, T* out, size_t* size) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(size, "size");
    // An empty list in a model has no type.
    const Attribute* attribute = name == nullptr ? nullptr : AttributeOrDefault(info->node, name);
    const bool untyped =
        attribute != nullptr && std::holds_alternative<std::monostate>(attribute->value);
    static const std::vector<T> kEmpty;
    const auto& list = untyped ? kEmpty : AttributeOf<std::vector<T>>(*info, name);
    const size_t room = *size;
    *size = list.size();
    if (out == nullptr) return;
    Require(room >= list.size(), ORT_INVALID_ARGUMENT,
            "Result buffer is not large enough: attribute '{}' has {} elements, there is room for "
            "{}",
            name, list.size(), room);
    std::copy(list.begin(), list.end(), out);
  });
}

const ValueInfo* Argument(const std::vector<ValueInfo*>& values, size_t index, const char* what) {
  Require(index < values.size(), ORT_INVALID_ARGUMENT,
          "OrtKernelInfo {} index is out of bounds: {} of {}", what, index, values.size());
  return values[index];
}

std::string_view NameOf(const ValueInfo* value) {
  return value == nullptr ? std::string_view() : std::string_view(value->name);
}

OrtTypeInfo* CopyType(const ValueInfo* value, const char* what, size_t index) {
  Require(value != nullptr && value->type.known(), ORT_INVALID_GRAPH,
          "OrtKernelInfo {} {} does not have a type: it is absent, or inference does not know it",
          what, index);
  return new OrtTypeInfo(value->type);
}

}  // namespace

// -- attributes

OrtStatus* KernelInfoGetAttribute_float(const OrtKernelInfo* info, const char* name,
                                        float* out) noexcept {
  return Get(info, out, [&](const OrtKernelInfo& i) { return AttributeOf<float>(i, name); });
}

OrtStatus* KernelInfoGetAttribute_int64(const OrtKernelInfo* info, const char* name,
                                        int64_t* out) noexcept {
  return Get(info, out, [&](const OrtKernelInfo& i) { return AttributeOf<int64_t>(i, name); });
}

OrtStatus* KernelInfoGetAttribute_string(const OrtKernelInfo* info, const char* name, char* out,
                                         size_t* size) noexcept {
  return GetText(info, out, size, "the attribute", [&](const OrtKernelInfo& i) {
    return std::string_view(AttributeOf<std::string>(i, name));
  });
}

OrtStatus* KernelInfoGetAttribute_tensor(const OrtKernelInfo* info, const char* name,
                                         OrtAllocator* allocator, OrtValue** out) noexcept {
  return Get(info, out, [&](const OrtKernelInfo& i) {
    NotNull(allocator, "allocator");
    const Tensor& source = AttributeOf<Tensor>(i, name);
    Tensor copy = Tensor::Allocate(source.dtype(), source.shape(), allocator);
    Require(copy.memory().HostAccessible(), ORT_INVALID_ARGUMENT,
            "attribute '{}' can be copied to host memory only, not to '{}'", name,
            copy.memory().name);
    CopyElements(source, copy);
    return new OrtValue(std::move(copy));
  });
}

OrtStatus* KernelInfoGetAttributeArray_float(const OrtKernelInfo* info, const char* name,
                                             float* out, size_t* size) noexcept {
  return GetList(info, name, out, size);
}

OrtStatus* KernelInfoGetAttributeArray_int64(const OrtKernelInfo* info, const char* name,
                                             int64_t* out, size_t* size) noexcept {
  return GetList(info, name, out, size);
}

OrtStatus* KernelInfoGetAttributeArray_string(const OrtKernelInfo* info, const char* name,
                                              OrtAllocator* allocator, char*** out,
                                              size_t* size) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(allocator, "allocator");
    NotNull(out, "out");
    NotNull(size, "size");
    *out = nullptr;
    *size = 0;
    const auto& list = AttributeOf<std::vector<std::string>>(*info, name);
    if (list.empty()) return;
    auto** texts = static_cast<char**>(AllocateFrom(allocator, list.size() * sizeof(char*)));
    size_t copied = 0;
    try {
      for (; copied < list.size(); ++copied) texts[copied] = CopyText(list[copied], allocator);
    } catch (...) {
      while (copied > 0) allocator->Free(allocator, texts[--copied]);
      allocator->Free(allocator, texts);
      throw;
    }
    *out = texts;
    *size = list.size();
  });
}

// -- the node

OrtStatus* KernelInfo_GetInputCount(const OrtKernelInfo* info, size_t* out) noexcept {
  return Get(info, out, [](const OrtKernelInfo& i) { return i.node.inputs.size(); });
}

OrtStatus* KernelInfo_GetOutputCount(const OrtKernelInfo* info, size_t* out) noexcept {
  return Get(info, out, [](const OrtKernelInfo& i) { return i.node.outputs.size(); });
}

OrtStatus* KernelInfo_GetInputName(const OrtKernelInfo* info, size_t index, char* out,
                                   size_t* size) noexcept {
  return GetText(info, out, size, "the input's name", [&](const OrtKernelInfo& i) {
    return NameOf(Argument(i.node.inputs, index, "input"));
  });
}

OrtStatus* KernelInfo_GetOutputName(const OrtKernelInfo* info, size_t index, char* out,
                                    size_t* size) noexcept {
  return GetText(info, out, size, "the output's name", [&](const OrtKernelInfo& i) {
    return NameOf(Argument(i.node.outputs, index, "output"));
  });
}

OrtStatus* KernelInfo_GetInputTypeInfo(const OrtKernelInfo* info, size_t index,
                                       OrtTypeInfo** type_info) noexcept {
  return Get(info, type_info, [&](const OrtKernelInfo& i) {
    return CopyType(Argument(i.node.inputs, index, "input"), "input", index);
  });
}

OrtStatus* KernelInfo_GetOutputTypeInfo(const OrtKernelInfo* info, size_t index,
                                        OrtTypeInfo** type_info) noexcept {
  return Get(info, type_info, [&](const OrtKernelInfo& i) {
    return CopyType(Argument(i.node.outputs, index, "output"), "output", index);
  });
}

OrtStatus* KernelInfoGetConstantInput_tensor(const OrtKernelInfo* info, size_t index,
                                             int* is_constant, const OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(is_constant, "is_constant");
    NotNull(out, "out");
    Argument(info->node.inputs, index, "input");
    ValueInfo* value = info->node.inputs[index];
    const bool constant = value != nullptr && value->IsConstant();
    *is_constant = constant ? 1 : 0;
    *out = constant ? value->InitializerValue() : nullptr;
  });
}

OrtStatus* KernelInfo_GetNodeName(const OrtKernelInfo* info, char* out, size_t* size) noexcept {
  return GetText(info, out, size, "the node's name",
                 [](const OrtKernelInfo& i) { return std::string_view(i.node.name); });
}

OrtStatus* KernelInfo_GetOperatorDomain(const OrtKernelInfo* info, char* out,
                                        size_t* size) noexcept {
  return GetText(info, out, size, "the operator's domain",
                 [](const OrtKernelInfo& i) { return std::string_view(i.node.domain); });
}

OrtStatus* KernelInfo_GetOperatorType(const OrtKernelInfo* info, char* out, size_t* size) noexcept {
  return GetText(info, out, size, "the operator's name",
                 [](const OrtKernelInfo& i) { return std::string_view(i.node.op_type); });
}

OrtStatus* KernelInfo_GetOperatorSinceVersion(const OrtKernelInfo* info,
                                              int* since_version) noexcept {
  return Get(info, since_version, [](const OrtKernelInfo& i) { return i.node.since_version; });
}

// -- the session and the EP

OrtStatus* KernelInfo_GetLogger(const OrtKernelInfo* info, const OrtLogger** logger) noexcept {
  return Get(info, logger, [](const OrtKernelInfo& i) { return &i.logger; });
}

OrtStatus* KernelInfo_GetConfigEntries(const OrtKernelInfo* info, OrtKeyValuePairs** out) noexcept {
  return Get(info, out, [](const OrtKernelInfo& i) {
    return i.config == nullptr ? new OrtKeyValuePairs() : new OrtKeyValuePairs(*i.config);
  });
}

OrtStatus* KernelInfoGetAllocator(const OrtKernelInfo* info, OrtMemType mem_type,
                                  OrtAllocator** out) noexcept {
  return Get(info, out, [&](const OrtKernelInfo& i) {
    const bool host = mem_type == OrtMemTypeCPUInput || mem_type == OrtMemTypeCPUOutput;
    Require(host || mem_type == OrtMemTypeDefault, ORT_INVALID_ARGUMENT, "{} is no OrtMemType",
            static_cast<int>(mem_type));
    return host || i.ep == nullptr ? CpuAllocator() : i.ep->allocator();
  });
}

OrtStatus* KernelInfo_GetEp(const OrtKernelInfo* info, const OrtEp** ep) noexcept {
  return Get(info, ep, [](const OrtKernelInfo& i) {
    const auto* plugin = dynamic_cast<const PluginEp*>(i.ep);
    Require(plugin != nullptr, ORT_INVALID_ARGUMENT,
            "{} is not run by an execution provider of a plug-in", i.node.Describe());
    return static_cast<const OrtEp*>(plugin->ep());
  });
}

OrtStatus* CopyKernelInfo(const OrtKernelInfo* info, OrtKernelInfo** info_copy) noexcept {
  return Get(info, info_copy, [](const OrtKernelInfo& i) { return new OrtKernelInfo(i); });
}

void ReleaseKernelInfo(OrtKernelInfo* input) noexcept { delete input; }

}  // namespace backplane::abi
