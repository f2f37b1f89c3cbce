#include "backplane/runtime.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "backplane/error.h"

namespace backplane::command {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int kDeepBind = 0;  // AddressSanitizer refuses it
#else
constexpr int kDeepBind =
    RTLD_DEEPBIND;  // else the other library's own calls of OrtGetApiBase would end in ours
#endif

std::string NameOf(OrtErrorCode code) {
  static constexpr std::array kNames = {"OK",
                                        "FAIL",
                                        "INVALID_ARGUMENT",
                                        "NO_SUCHFILE",
                                        "NO_MODEL",
                                        "ENGINE_ERROR",
                                        "RUNTIME_EXCEPTION",
                                        "INVALID_PROTOBUF",
                                        "MODEL_LOADED",
                                        "NOT_IMPLEMENTED",
                                        "INVALID_GRAPH",
                                        "EP_FAIL",
                                        "MODEL_LOAD_CANCELED",
                                        "MODEL_REQUIRES_COMPILATION",
                                        "NOT_FOUND"};
  const auto index = static_cast<size_t>(code);
  return index < kNames.size() ? kNames[index] : "code " + std::to_string(index);
}

const OrtApiBase* OpenLibrary(const std::string& path) {
  // Never closed: a library with threads of its own does not like to be unloaded.
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | kDeepBind);
  if (handle == nullptr) throw Failure(std::string("cannot open the library: ") + dlerror());
  void* symbol = dlsym(handle, "OrtGetApiBase");
  if (symbol == nullptr)
    throw Failure(path + " has no OrtGetApiBase: it is not an ONNX Runtime library");
  return reinterpret_cast<const OrtApiBase* (*)()>(symbol)();
}

const OrtApi& OwnApi() {
  static const OrtApi* api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
  if (api == nullptr)
    throw Failure("the library that this command was started with is too old for it");
  return *api;
}

OrtAllocator* DefaultAllocator(const OrtApi& api) {
  OrtAllocator* allocator = nullptr;
  Runtime::CheckWith(api, api.GetAllocatorWithDefaultOptions(&allocator));
  return allocator;
}

// The text that one of our library's own functions gives for `arguments`.
template <typename Function, typename... Arguments>
std::string AskOurLibrary(Function function, Arguments... arguments) {
  OrtAllocator* allocator = DefaultAllocator(OwnApi());
  char* text = nullptr;
  Runtime::CheckWith(OwnApi(), function(arguments..., allocator, &text));
  std::string result = text;
  allocator->Free(allocator, text);
  return result;
}

}  // namespace

Runtime::Runtime(const std::string& library) {
  const OrtApiBase* base = library.empty() ? OrtGetApiBase() : OpenLibrary(library);
  version_ = base->GetVersionString();
  // Release 1.N serves the API versions up to N.
  uint32_t newest = ORT_API_VERSION;
  const size_t dot = version_.find('.');
  if (dot != std::string::npos)
    std::from_chars(version_.data() + dot + 1, version_.data() + version_.size(), newest);
  api_version_ = std::min<uint32_t>(newest, ORT_API_VERSION);
  api_ = base->GetApi(api_version_);
  if (api_ == nullptr)
    throw Failure("the library serves no API version " + std::to_string(api_version_));
  Dl_info info;
  // An address inside the library tells which file it came from.
  if (dladdr(reinterpret_cast<const void*>(base), &info) != 0 && info.dli_fname != nullptr)
    path_ = info.dli_fname;
}

void Runtime::CheckWith(const OrtApi& api, OrtStatus* status) {
  if (status == nullptr) return;
  const std::string message = api.GetErrorMessage(status);
  const OrtErrorCode code = api.GetErrorCode(status);
  api.ReleaseStatus(status);
  throw Failure(message, NameOf(code));
}

OrtAllocator* Runtime::allocator() const { return DefaultAllocator(*api_); }

Owned<OrtEnv> Runtime::MakeEnv(bool verbose) const {
  const OrtLoggingLevel level = verbose ? ORT_LOGGING_LEVEL_INFO : ORT_LOGGING_LEVEL_WARNING;
  return Make<OrtEnv>(api_->ReleaseEnv, api_->CreateEnv, level, "backplane");
}

Owned<OrtValue> Runtime::MakeValue(const HostTensor& tensor) const {
  auto value = Make<OrtValue>(api_->ReleaseValue, api_->CreateTensorAsOrtValue, allocator(),
                              tensor.shape.data(), tensor.shape.size(), tensor.type);
  if (tensor.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) {
    std::vector<const char*> texts;
    for (const std::string& text : tensor.strings) texts.push_back(text.c_str());
    Check(api_->FillStringTensor(value.get(), texts.data(), texts.size()));
  } else if (!tensor.bytes.empty()) {
    void* data = nullptr;
    Check(api_->GetTensorMutableData(value.get(), &data));
    std::memcpy(data, tensor.bytes.data(), tensor.bytes.size());
  }
  return value;
}

HostTensor CopyTensor(const OrtApi& api, const OrtValue& value) {
  const auto check = [&](OrtStatus* status) { Runtime::CheckWith(api, status); };
  OrtTensorTypeAndShapeInfo* created = nullptr;
  check(api.GetTensorTypeAndShape(&value, &created));
  const Owned<OrtTensorTypeAndShapeInfo> info(created, api.ReleaseTensorTypeAndShapeInfo);
  HostTensor tensor;
  size_t rank = 0;
  check(api.GetTensorElementType(info.get(), &tensor.type));
  check(api.GetDimensionsCount(info.get(), &rank));
  tensor.shape.resize(rank);
  check(api.GetDimensions(info.get(), tensor.shape.data(), rank));
  const int64_t count = ElementCount(tensor.shape);
  if (tensor.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) {
    for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
      size_t length = 0;
      check(api.GetStringTensorElementLength(&value, i, &length));
      std::string text(length, '\0');
      check(api.GetStringTensorElement(&value, length, i, text.data()));
      tensor.strings.push_back(std::move(text));
    }
  } else {
    const void* data = nullptr;
    check(api.GetTensorMutableData(const_cast<OrtValue*>(&value), const_cast<void**>(&data)));
    tensor.bytes.resize(BytesOf(tensor.type, count));
    if (!tensor.bytes.empty()) std::memcpy(tensor.bytes.data(), data, tensor.bytes.size());
  }
  return tensor;
}

std::string ModelSummary(const std::string& model_path) {
  return AskOurLibrary(BackplaneGetModelSummary, model_path.c_str());
}

std::string CpuFacts() { return AskOurLibrary(BackplaneGetCpuFacts); }

std::string ExplanationOf(const OrtSession* session) {
  return AskOurLibrary(BackplaneSessionExplain, session);
}

HostTensor ReadTensorProto(const std::string& path) {
  const OrtApi& api = OwnApi();
  OrtValue* loaded = nullptr;
  Runtime::CheckWith(api, BackplaneLoadTensor(path.c_str(), &loaded));
  const Owned<OrtValue> value(loaded, api.ReleaseValue);
  return CopyTensor(api, *value);
}

}  // namespace backplane::command
