// What the tests of EPs with memory of their own share: sessions with both EPs of
// tests/plugins/device_ep, what the plug-in wrote down, tensors on its devices.
#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "capi/ep_support.h"

namespace capi {

using Names = std::vector<const char*>;

inline const std::vector<float> kInput{1, 2, -3};  // of one row of the chain

/// What the chain makes of `x`.
inline std::vector<float> Chain(const std::vector<float>& x) {
  const float w[] = {1, -2, 3};
  std::vector<float> y;
  for (size_t i = 0; i < x.size(); ++i) {
    const float negative = -(x[i] + w[i % 3]);
    y.push_back(2 * ((negative < 0 ? -negative : negative) + negative + w[i % 3]));
  }
  return y;
}

/// Runs `session` on `values`; `results` are the outputs that it made.
inline Outcome RunOn(OrtSession* session, const Names& inputs,
                     const std::vector<const OrtValue*>& values, const Names& outputs,
                     std::vector<Handle<OrtValue>>& results, OrtRunOptions* options = nullptr) {
  std::vector<OrtValue*> raw(outputs.size(), nullptr);
  Outcome outcome = Api().Run(session, options, inputs.data(), values.data(), values.size(),
                              outputs.data(), outputs.size(), raw.data());
  results.clear();
  for (OrtValue* value : raw) results.emplace_back(value);
  return outcome;
}

// Both device EPs in a session, with what the plugin wrote down.
class DeviceEpTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    Set("DEVICE_EP_STREAMS", GetParam() ? "1" : "0");
    registered_ = std::make_unique<Registered>("device_ep", PluginPath("device_ep_plugin"));
  }
  void TearDown() override {
    session_ = {};
    for (const char* name : variables_) unsetenv(name);
    EXPECT_EQ(Journal("ERROR"), std::vector<std::string>());
    EXPECT_EQ(LiveBlocks(), 0u);
    library_.reset();
    registered_.reset();
  }

  void Set(const char* name, const char* value) {
    variables_.push_back(name);
    setenv(name, value, 1);
  }

  Outcome TryOpen(const std::string& model, OrtSessionOptions* given = nullptr,
                  const Names& eps = {"DeviceA", "DeviceB"}) {
    Handle<OrtSessionOptions> options = NewOptions();
    OrtSessionOptions* used = given != nullptr ? given : options.get();
    for (const char* ep : eps) EXPECT_OK(Append(used, EpDevices(ep)));
    return Api().CreateSession(Env(), ModelPath(model).c_str(), used, session_.out());
  }
  void Open(const std::string& model) { ASSERT_OK(TryOpen(model)); }
  Outcome OpenOnA(const std::string& model) { return TryOpen(model, nullptr, {"DeviceA"}); }

  template <typename Function>
  Function* Symbol(const char* name) {
    if (library_ == nullptr)
      library_.reset(dlopen(PluginPath("device_ep_plugin").c_str(), RTLD_NOW | RTLD_NOLOAD));
    return reinterpret_cast<Function*>(dlsym(library_.get(), name));
  }
  size_t LiveBlocks() { return Symbol<size_t()>("DeviceEpLiveBlocks")(); }
  /// The lines of the journal that begin with `prefix`; forgets all.
  std::vector<std::string> Journal(const std::string& prefix = "") {
    std::vector<std::string> lines;
    std::istringstream text(Symbol<const char*()>("DeviceEpJournal")());
    for (std::string line; std::getline(text, line);) {
      if (line.rfind(prefix, 0) == 0) lines.push_back(line);
    }
    return lines;
  }
  std::vector<std::string> Copies() {
    std::vector<std::string> lines = Journal("copy ");
    for (std::string& line : lines) line = line.substr(5, line.find(" on stream") - 5);
    return lines;
  }

  Outcome Run(const Names& inputs, const std::vector<const OrtValue*>& values, const Names& outputs,
              std::vector<Handle<OrtValue>>& results, OrtRunOptions* options = nullptr) {
    return RunOn(session_, inputs, values, outputs, results, options);
  }
  std::vector<float> RunChain(std::vector<float> x, OrtRunOptions* options = nullptr) {
    const Handle<OrtValue> value = TensorOver(x, {static_cast<int64_t>(x.size() / 3), 3});
    std::vector<Handle<OrtValue>> results;
    EXPECT_OK(Run({"x"}, {value}, {"y"}, results, options));
    return results.empty() || results[0] == nullptr ? std::vector<float>()
                                                    : DataOf<float>(results[0]);
  }

  std::unique_ptr<Registered> registered_;
  Handle<OrtSession> session_;

 private:
  struct Close {
    void operator()(void* library) const { dlclose(library); }
  };
  std::vector<const char*> variables_;
  std::unique_ptr<void, Close> library_;
};

class DeviceTensors : public DeviceEpTest {
 protected:
  const OrtMemoryInfo* MemoryOf(const std::string& ep) {
    return Api().EpDevice_MemoryInfo(EpDevices(ep).at(0), OrtDeviceMemoryType_DEFAULT);
  }
  Handle<OrtAllocator> AllocatorOf(const std::string& ep) {
    Handle<OrtAllocator> allocator;
    EXPECT_OK(Api().CreateAllocator(session_, MemoryOf(ep), allocator.out()));
    return allocator;
  }
  Handle<OrtValue> NewOn(OrtAllocator* allocator, const std::vector<int64_t>& shape) {
    Handle<OrtValue> value;
    EXPECT_OK(Api().CreateTensorAsOrtValue(allocator, shape.data(), shape.size(),
                                           ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, value.out()));
    return value;
  }
  /// The only output that is bound.
  static Handle<OrtValue> BoundOutput(OrtIoBinding* binding) {
    OrtValue** outputs = nullptr;
    size_t count = 0;
    EXPECT_OK(Api().GetBoundOutputValues(binding, DefaultAllocator(), &outputs, &count));
    EXPECT_EQ(count, 1u);
    Handle<OrtValue> output(outputs[0]);
    EXPECT_OK(Api().AllocatorFree(DefaultAllocator(), outputs));
    return output;
  }
  Outcome Copy(const OrtValue* from, OrtValue* to) {
    return Api().CopyTensors(Env(), &from, &to, nullptr, 1);
  }
  std::vector<float> OnHost(const OrtValue* value, size_t count) {
    std::vector<float> data(count);
    Handle<OrtValue> host = TensorOver(data, ShapeOf(value));
    EXPECT_OK(Copy(value, host));
    return data;
  }
};

}  // namespace capi
