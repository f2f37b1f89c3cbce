// Options of sessions and runs: what is stored, what comes back, what is refused.
#include "capi/api.h"

namespace capi {
namespace {

class SessionOptionsTest : public testing::Test {
 protected:
  SessionOptionsTest() {
    Env();
    EXPECT_OK(Api().CreateSessionOptions(options.out()));
  }
  Outcome SetConfig(const std::string& key, const std::string& value) {
    return Api().AddSessionConfigEntry(options, key.c_str(), value.c_str());
  }
  Handle<OrtSessionOptions> options;
};

TEST_F(SessionOptionsTest, PlainSettersSucceed) {
  const OrtApi& api = Api();
  EXPECT_OK(api.SetOptimizedModelFilePath(options, "x.onnx"));
  EXPECT_OK(api.EnableProfiling(options, "prefix"));
  EXPECT_OK(api.DisableProfiling(options));
  EXPECT_OK(api.EnableCpuMemArena(options));
  EXPECT_OK(api.DisableCpuMemArena(options));
  EXPECT_OK(api.SetSessionLogId(options, "id"));
  EXPECT_OK(api.SetSessionLogVerbosityLevel(options, 3));
  EXPECT_OK(api.SetSessionLogSeverityLevel(options, 3));
  EXPECT_OK(api.SetIntraOpNumThreads(options, -3));
  EXPECT_OK(api.SetIntraOpNumThreads(options, 2));
  EXPECT_OK(api.SetInterOpNumThreads(options, 2));
  EXPECT_OK(api.DisablePerSessionThreads(options));
  EXPECT_OK(api.AddFreeDimensionOverride(options, "DATA_BATCH", 1));
  EXPECT_OK(api.AddFreeDimensionOverrideByName(options, "batch", 1));
  EXPECT_OK(api.SetDeterministicCompute(options, true));
  EXPECT_OK(api.SessionOptionsSetCustomCreateThreadFn(options, nullptr));
  EXPECT_OK(api.SessionOptionsSetCustomThreadCreationOptions(options, nullptr));
  EXPECT_OK(api.SessionOptionsSetCustomJoinThreadFn(options, nullptr));
  EXPECT_OK(api.SetUserLoggingFunction(options, nullptr, nullptr));
  EXPECT_OK(api.SessionOptionsSetLoadCancellationFlag(options, true));
}

TEST_F(SessionOptionsTest, ExecutionModeAndMemPatternComeBack) {
  ExecutionMode mode = ORT_PARALLEL;
  EXPECT_OK(Api().GetSessionExecutionMode(options, &mode));
  EXPECT_EQ(mode, ORT_SEQUENTIAL);
  EXPECT_OK(Api().SetSessionExecutionMode(options, ORT_PARALLEL));
  EXPECT_OK(Api().GetSessionExecutionMode(options, &mode));
  EXPECT_EQ(mode, ORT_PARALLEL);
  EXPECT_FAILS(Api().SetSessionExecutionMode(options, static_cast<ExecutionMode>(7)),
               ORT_INVALID_ARGUMENT, "execution_mode is not valid");
  int enabled = 0;
  EXPECT_OK(Api().GetMemPatternEnabled(options, &enabled));
  EXPECT_EQ(enabled, 1);
  EXPECT_OK(Api().DisableMemPattern(options));
  EXPECT_OK(Api().GetMemPatternEnabled(options, &enabled));
  EXPECT_EQ(enabled, 0);
  EXPECT_OK(Api().EnableMemPattern(options));
  EXPECT_OK(Api().GetMemPatternEnabled(options, &enabled));
  EXPECT_EQ(enabled, 1);
}

TEST_F(SessionOptionsTest, OptimizationLevels) {
  for (const int level : {0, 1, 2, 3, 99}) {
    EXPECT_OK(Api().SetSessionGraphOptimizationLevel(options,
                                                     static_cast<GraphOptimizationLevel>(level)));
  }
  for (const int level : {-1, 4, 50, 100}) {
    EXPECT_FAILS(
        Api().SetSessionGraphOptimizationLevel(options, static_cast<GraphOptimizationLevel>(level)),
        ORT_INVALID_ARGUMENT, "graph_optimization_level is not valid");
  }
}

TEST_F(SessionOptionsTest, ConfigEntries) {
  int has = 1;
  EXPECT_OK(Api().HasSessionConfigEntry(options, "key", &has));
  EXPECT_EQ(has, 0);
  size_t size = 0;
  EXPECT_FAILS(Api().GetSessionConfigEntry(options, "key", nullptr, &size), ORT_INVALID_ARGUMENT,
               "Session config entry 'key' was not found.");
  EXPECT_OK(SetConfig("key", "abc"));
  EXPECT_OK(Api().HasSessionConfigEntry(options, "key", &has));
  EXPECT_EQ(has, 1);
  EXPECT_OK(Api().GetSessionConfigEntry(options, "key", nullptr, &size));
  EXPECT_EQ(size, 4u);
  char text[16];
  size = 3;
  EXPECT_FAILS(Api().GetSessionConfigEntry(options, "key", text, &size), ORT_INVALID_ARGUMENT,
               "Output buffer is not large enough for session config entry");
  EXPECT_EQ(size, 4u);
  size = sizeof(text);
  EXPECT_OK(Api().GetSessionConfigEntry(options, "key", text, &size));
  EXPECT_STREQ(text, "abc");
  EXPECT_EQ(size, 4u);
  Handle<OrtKeyValuePairs> all;
  EXPECT_OK(Api().GetSessionOptionsConfigEntries(options, all.out()));
  EXPECT_STREQ(Api().GetKeyValue(all, "key"), "abc");
}

TEST_F(SessionOptionsTest, ConfigEntriesHaveLimits) {
  EXPECT_OK(SetConfig(std::string(1024, 'k'), ""));
  EXPECT_FAILS(SetConfig("", "v"), ORT_INVALID_ARGUMENT,
               "Config key is empty or longer than maximum length 1024");
  EXPECT_FAILS(SetConfig(std::string(1025, 'k'), "v"), ORT_INVALID_ARGUMENT,
               "Config key is empty or longer");
  EXPECT_OK(SetConfig("k", std::string(8192, 'v')));
  EXPECT_FAILS(SetConfig("k", std::string(8193, 'v')), ORT_INVALID_ARGUMENT,
               "Config value is longer than maximum length: 8192");
}

TEST_F(SessionOptionsTest, ACloneIsIndependent) {
  EXPECT_OK(SetConfig("key", "one"));
  EXPECT_OK(Api().DisableMemPattern(options));
  Handle<OrtSessionOptions> clone;
  ASSERT_OK(Api().CloneSessionOptions(options, clone.out()));
  EXPECT_OK(SetConfig("key2", "two"));
  EXPECT_OK(Api().EnableMemPattern(options));
  int has = 0;
  EXPECT_OK(Api().HasSessionConfigEntry(clone, "key", &has));
  EXPECT_EQ(has, 1);
  EXPECT_OK(Api().HasSessionConfigEntry(clone, "key2", &has));
  EXPECT_EQ(has, 0);
  EXPECT_OK(Api().GetMemPatternEnabled(clone, &has));
  EXPECT_EQ(has, 0);
}

TEST_F(SessionOptionsTest, Initializers) {
  std::vector<float> data{1, 2, 3};
  const auto tensor = TensorOver(data, {3});
  EXPECT_OK(Api().AddInitializer(options, "w", tensor));
  EXPECT_FAILS(Api().AddInitializer(options, "w", tensor), ORT_INVALID_ARGUMENT,
               "An OrtValue for this name has already been added: w");
  if (OnBackplane()) {
    EXPECT_FAILS(Api().AddInitializer(options, "", tensor), ORT_INVALID_ARGUMENT);
  }
  const char* names[] = {"a", "b"};
  const OrtValue* values[] = {tensor, tensor};
  EXPECT_OK(Api().AddExternalInitializers(options, names, values, 2));
  EXPECT_FAILS(Api().AddExternalInitializers(options, names, values, 1), ORT_INVALID_ARGUMENT);
}

TEST_F(SessionOptionsTest, ExtensionsAreNotBuiltIn) {
  EXPECT_FAILS(Api().EnableOrtCustomOps(options), ORT_FAIL,
               "onnxruntime-extensions are not enabled");
}

class RunOptionsTest : public testing::Test {
 protected:
  RunOptionsTest() { EXPECT_OK(Api().CreateRunOptions(options.out())); }
  Handle<OrtRunOptions> options;
};

TEST_F(RunOptionsTest, DefaultsAndWhatIsSet) {
  int level = 0;
  EXPECT_OK(Api().RunOptionsGetRunLogSeverityLevel(options, &level));
  EXPECT_EQ(level, -1);
  EXPECT_OK(Api().RunOptionsGetRunLogVerbosityLevel(options, &level));
  EXPECT_EQ(level, 0);
  const char* tag = nullptr;
  EXPECT_OK(Api().RunOptionsGetRunTag(options, &tag));
  EXPECT_STREQ(tag, "");
  EXPECT_OK(Api().RunOptionsSetRunLogSeverityLevel(options, 3));
  EXPECT_OK(Api().RunOptionsSetRunLogVerbosityLevel(options, 2));
  EXPECT_OK(Api().RunOptionsSetRunTag(options, "tag"));
  EXPECT_OK(Api().RunOptionsGetRunLogSeverityLevel(options, &level));
  EXPECT_EQ(level, 3);
  EXPECT_OK(Api().RunOptionsGetRunLogVerbosityLevel(options, &level));
  EXPECT_EQ(level, 2);
  EXPECT_OK(Api().RunOptionsGetRunTag(options, &tag));
  EXPECT_STREQ(tag, "tag");
  EXPECT_OK(Api().RunOptionsSetTerminate(options));
  EXPECT_OK(Api().RunOptionsUnsetTerminate(options));
  EXPECT_OK(Api().RunOptionsEnableProfiling(options, "prefix"));
  EXPECT_OK(Api().RunOptionsDisableProfiling(options));
  EXPECT_OK(Api().RunOptionsAddActiveLoraAdapter(options, nullptr));
}

TEST_F(RunOptionsTest, ConfigEntries) {
  EXPECT_EQ(Api().GetRunConfigEntry(options, "key"), nullptr);
  EXPECT_OK(Api().AddRunConfigEntry(options, "key", "value"));
  EXPECT_STREQ(Api().GetRunConfigEntry(options, "key"), "value");
  EXPECT_FAILS(Api().AddRunConfigEntry(options, "", "value"), ORT_INVALID_ARGUMENT,
               "Config key is empty or longer");
}

TEST(ThreadingOptionsTest, WhatIsRefused) {
  Handle<OrtThreadingOptions> options;
  ASSERT_OK(Api().CreateThreadingOptions(options.out()));
  EXPECT_OK(Api().SetGlobalIntraOpNumThreads(options, 2));
  EXPECT_OK(Api().SetGlobalInterOpNumThreads(options, 2));
  EXPECT_OK(Api().SetGlobalSpinControl(options, 0));
  EXPECT_FAILS(Api().SetGlobalSpinControl(options, 2), ORT_INVALID_ARGUMENT,
               "Received invalid value for allow_spinning. Valid values are 0 or 1");
  EXPECT_OK(Api().SetGlobalDenormalAsZero(options));
  EXPECT_OK(Api().SetGlobalIntraOpThreadAffinity(options, "1"));
  EXPECT_FAILS(Api().SetGlobalIntraOpThreadAffinity(options, ""), ORT_INVALID_ARGUMENT,
               "Size of affinity string must be between 1 and");
  EXPECT_OK(Api().SetGlobalCustomCreateThreadFn(options, nullptr));
  EXPECT_OK(Api().SetGlobalCustomThreadCreationOptions(options, nullptr));
  EXPECT_OK(Api().SetGlobalCustomJoinThreadFn(options, nullptr));
}

}  // namespace
}  // namespace capi
