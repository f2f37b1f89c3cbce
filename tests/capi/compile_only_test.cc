// Sessions with session.compile_only: EPs compile, the session tells about the model and what runs
// where, and cannot be run. Runs on ONNX Runtime too.
#include <gmock/gmock.h>

#include "capi/ep_support.h"

namespace capi {
namespace {

constexpr const char* kCompileOnly = "session.compile_only";

class CompileOnly : public testing::Test {
 protected:
  CompileOnly() : library_("Claims", PluginPath("claims_plugin")) {
    EXPECT_OK(
        Api().AddSessionConfigEntry(options_, "session.record_ep_graph_assignment_info", "1"));
    EXPECT_OK(Append(options_, EpDevices("Claims"), {{"claim", "Neg"}}));
  }
  Handle<OrtSession> Open(const char* value) {
    EXPECT_OK(Api().AddSessionConfigEntry(options_, kCompileOnly, value));
    return OpenModel("neg_relu_neg", options_);
  }
  static Outcome Run(OrtSession* session) {
    std::vector<float> x = {1, -2, 3, -4};
    const Handle<OrtValue> value = TensorOver(x, {4});
    const char* input = "x";
    const char* output = "y";
    const OrtValue* inputs[] = {value};
    Handle<OrtValue> result;
    return Api().Run(session, nullptr, &input, inputs, 1, &output, 1, result.out());
  }

  Registered library_;
  Handle<OrtSessionOptions> options_ = NewOptions();
};

TEST_F(CompileOnly, TellsAboutTheModel) {
  const Handle<OrtSession> session = Open("1");
  size_t count = 0;
  ASSERT_OK(Api().SessionGetInputCount(session, &count));
  EXPECT_EQ(count, 1u);
  char* name = nullptr;
  ASSERT_OK(Api().SessionGetOutputName(session, 0, DefaultAllocator(), &name));
  EXPECT_EQ(TakeText(name), "y");
  Handle<OrtModelMetadata> metadata;
  EXPECT_OK(Api().SessionGetModelMetadata(session, metadata.out()));
  const OrtEpAssignedSubgraph* const* parts = nullptr;
  ASSERT_OK(Api().Session_GetEpGraphAssignmentInfo(session, &parts, &count));
  EXPECT_EQ(count, 3u);
}

TEST_F(CompileOnly, CannotBeRun) {
  const Handle<OrtSession> session = Open("1");
  EXPECT_FAILS(Run(session), ORT_FAIL, "Session not initialized.");
  Handle<OrtIoBinding> binding;
  EXPECT_FAILS(Api().CreateIoBinding(session, binding.out()), ORT_FAIL, "Session not initialized.");
  const OrtMemoryInfo* memory = nullptr;
  EXPECT_FAILS(Api().SessionGetMemoryInfoForInputs(session, &memory, 1), ORT_INVALID_ARGUMENT,
               "Session has not been initialized.");
  EXPECT_FAILS(Api().SessionGetMemoryInfoForOutputs(session, &memory, 1), ORT_INVALID_ARGUMENT,
               "Session has not been initialized.");
  const OrtEpDevice* device = nullptr;
  EXPECT_FAILS(Api().SessionGetEpDeviceForOutputs(session, &device, 1), ORT_INVALID_ARGUMENT,
               "Session has not been initialized.");
}

TEST_F(CompileOnly, OtherValuesMeanNo) {
  for (const char* value : {"0", "2", "yes", ""}) {
    const Handle<OrtSession> session = Open(value);
    const Outcome outcome = Run(session);
    EXPECT_FAILS(outcome, ORT_NOT_IMPLEMENTED, "this EP computes nothing") << value;
  }
}

}  // namespace
}  // namespace capi
