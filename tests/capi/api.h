// What the tests of the C API stand on: the table, statuses as values, owning handles. Header-only,
// and nothing but the public header. BACKPLANE_TEST_LIBRARY=/path/to/libonnxruntime.so runs the
// same tests on another library.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "onnxruntime_c_api.h"

namespace capi {

inline const OrtApiBase& ApiBase() {
  static const OrtApiBase* base = [] {
    const char* path = std::getenv("BACKPLANE_TEST_LIBRARY");
    if (path == nullptr) return OrtGetApiBase();
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void* function = library != nullptr ? dlsym(library, "OrtGetApiBase") : nullptr;
    if (function == nullptr) {
      std::fprintf(stderr, "BACKPLANE_TEST_LIBRARY: %s\n", dlerror());
      std::abort();
    }
    return reinterpret_cast<const OrtApiBase* (*)()>(function)();
  }();
  return *base;
}

inline const OrtApi& Api() {
  static const OrtApi* api = ApiBase().GetApi(ORT_API_VERSION);
  return *api;
}

/// False when BACKPLANE_TEST_LIBRARY names somebody else's library; tests of what only ours does
/// ask this.
inline bool OnBackplane() {
  return std::string(Api().GetBuildInfoString()).find("Backplane") != std::string::npos;
}

/// A status that was taken over: its code (ORT_OK for null) and message.
struct Outcome {
  OrtErrorCode code = ORT_OK;
  std::string message;

  Outcome(OrtStatus* status) {  // NOLINT: every status becomes one
    if (status == nullptr) return;
    code = Api().GetErrorCode(status);
    message = Api().GetErrorMessage(status);
    Api().ReleaseStatus(status);
  }
  bool ok() const { return code == ORT_OK; }
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << "status " << outcome.code << ": " << outcome.message;
  }
};

inline testing::AssertionResult IsOk(const Outcome& outcome) {
  if (outcome.ok()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << outcome;
}

/// True if it failed with `code` and its message has `words` in it.
inline testing::AssertionResult FailsWith(const Outcome& outcome, OrtErrorCode code,
                                          const std::string& words = "") {
  if (outcome.code == code && outcome.message.find(words) != std::string::npos) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << outcome << "; expected status " << code << ": " << words;
}

#define EXPECT_OK(...) EXPECT_TRUE(::capi::IsOk(__VA_ARGS__)) << #__VA_ARGS__
#define ASSERT_OK(...) ASSERT_TRUE(::capi::IsOk(__VA_ARGS__)) << #__VA_ARGS__
#define EXPECT_FAILS(call, ...) EXPECT_TRUE(::capi::FailsWith(call, __VA_ARGS__)) << #call

#define CAPI_RELEASE(X) \
  inline constexpr auto ReleaseSlot(Ort##X*) { return &OrtApi::Release##X; }
CAPI_RELEASE(Env)
CAPI_RELEASE(Session)
CAPI_RELEASE(SessionOptions)
CAPI_RELEASE(RunOptions)
CAPI_RELEASE(ThreadingOptions)
CAPI_RELEASE(MemoryInfo)
CAPI_RELEASE(Value)
CAPI_RELEASE(TypeInfo)
CAPI_RELEASE(TensorTypeAndShapeInfo)
CAPI_RELEASE(ModelMetadata)
CAPI_RELEASE(IoBinding)
CAPI_RELEASE(KeyValuePairs)
CAPI_RELEASE(ArenaCfg)
CAPI_RELEASE(Allocator)
CAPI_RELEASE(PrepackedWeightsContainer)
CAPI_RELEASE(Model)
#undef CAPI_RELEASE

/// Owns a handle of the C API: Handle<OrtEnv> env; EXPECT_OK(Api().CreateEnv(..., env.out()));
template <typename T>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T* handle) : handle_(handle) {}
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() { Release(handle_); }
  T** out() {
    Release(std::exchange(handle_, nullptr));
    return &handle_;
  }
  T* get() const { return handle_; }
  /// Somebody else owns it now.
  T* Forget() { return std::exchange(handle_, nullptr); }
  operator T*() const { return handle_; }  // NOLINT: stands for the handle

 private:
  static void Release(T* handle) {
    if (handle != nullptr) (Api().*ReleaseSlot(static_cast<T*>(nullptr)))(handle);
  }

  T* handle_ = nullptr;
};

/// One env for all tests.
inline OrtEnv* Env() {
  static OrtEnv* env = [] {
    OrtEnv* created = nullptr;
    const Outcome outcome = Api().CreateEnv(ORT_LOGGING_LEVEL_ERROR, "capi", &created);
    if (!outcome.ok()) std::abort();
    return created;
  }();
  return env;
}

inline OrtAllocator* DefaultAllocator() {
  OrtAllocator* allocator = nullptr;
  EXPECT_OK(Api().GetAllocatorWithDefaultOptions(&allocator));
  return allocator;
}

/// A text that the library allocated with the default allocator, taken over.
inline std::string TakeText(char* text) {
  std::string copy = text == nullptr ? "(null)" : text;
  if (text != nullptr) {
    EXPECT_OK(Api().AllocatorFree(DefaultAllocator(), text));
  }
  return copy;
}

inline Handle<OrtMemoryInfo> CpuMemory() {
  Handle<OrtMemoryInfo> memory;
  EXPECT_OK(Api().CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, memory.out()));
  return memory;
}

template <typename T>
struct ElementType;
#define CAPI_ELEMENT(T, name)                                                                \
  template <>                                                                                \
  struct ElementType<T> {                                                                    \
    static constexpr ONNXTensorElementDataType value = ONNX_TENSOR_ELEMENT_DATA_TYPE_##name; \
  };
CAPI_ELEMENT(float, FLOAT)
CAPI_ELEMENT(double, DOUBLE)
CAPI_ELEMENT(int64_t, INT64)
CAPI_ELEMENT(int32_t, INT32)
CAPI_ELEMENT(uint8_t, UINT8)
#undef CAPI_ELEMENT

/// A tensor over `data`, which must outlive it.
template <typename T>
Handle<OrtValue> TensorOver(std::vector<T>& data, const std::vector<int64_t>& shape) {
  Handle<OrtValue> value;
  EXPECT_OK(Api().CreateTensorWithDataAsOrtValue(CpuMemory(), data.data(), data.size() * sizeof(T),
                                                 shape.data(), shape.size(), ElementType<T>::value,
                                                 value.out()));
  return value;
}

/// A scalar over the caller's bool, which a vector cannot lend.
inline Handle<OrtValue> BoolOver(bool& data) {
  Handle<OrtValue> value;
  EXPECT_OK(Api().CreateTensorWithDataAsOrtValue(CpuMemory(), &data, sizeof data, nullptr, 0,
                                                 ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL, value.out()));
  return value;
}

/// A string tensor of rank 1.
inline Handle<OrtValue> Strings(const std::vector<const char*>& texts) {
  Handle<OrtValue> value;
  const auto count = static_cast<int64_t>(texts.size());
  EXPECT_OK(Api().CreateTensorAsOrtValue(DefaultAllocator(), &count, 1,
                                         ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, value.out()));
  EXPECT_OK(Api().FillStringTensor(value, texts.data(), texts.size()));
  return value;
}

inline std::vector<int64_t> ShapeOf(const OrtValue* value) {
  Handle<OrtTensorTypeAndShapeInfo> info;
  EXPECT_OK(Api().GetTensorTypeAndShape(value, info.out()));
  size_t rank = 0;
  EXPECT_OK(Api().GetDimensionsCount(info, &rank));
  std::vector<int64_t> shape(rank);
  EXPECT_OK(Api().GetDimensions(info, shape.data(), rank));
  return shape;
}

template <typename T>
std::vector<T> DataOf(const OrtValue* value) {
  Handle<OrtTensorTypeAndShapeInfo> info;
  EXPECT_OK(Api().GetTensorTypeAndShape(value, info.out()));
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  EXPECT_OK(Api().GetTensorElementType(info, &type));
  EXPECT_EQ(type, ElementType<T>::value);
  size_t count = 0;
  EXPECT_OK(Api().GetTensorShapeElementCount(info, &count));
  const void* data = nullptr;
  EXPECT_OK(Api().GetTensorData(value, &data));
  const T* elements = static_cast<const T*>(data);
  return std::vector<T>(elements, elements + count);
}

/// tests/capi/models/<name>.onnx, which make_models.py wrote.
inline std::string ModelPath(const std::string& name) {
  return std::string(BACKPLANE_SOURCE_DIR "/tests/capi/models/") + name + ".onnx";
}

inline Handle<OrtSession> OpenModel(const std::string& name,
                                    const OrtSessionOptions* options = nullptr) {
  Handle<OrtSession> session;
  EXPECT_OK(Api().CreateSession(Env(), ModelPath(name).c_str(), options, session.out()));
  return session;
}

}  // namespace capi
