// The way in: versions, tables, and what slots without a function say.
#include "capi/api.h"

namespace capi {
namespace {

TEST(ApiBaseTest, OneTableForEveryVersion) {
  for (uint32_t version = 1; version <= ORT_API_VERSION; ++version) {
    EXPECT_EQ(ApiBase().GetApi(version), &Api()) << version;
  }
}

TEST(ApiBaseTest, OtherVersionsGetNullAndALine) {
  for (const uint32_t version : {0u, ORT_API_VERSION + 1u, 1000u}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(ApiBase().GetApi(version), nullptr);
    const std::string line = testing::internal::GetCapturedStderr();
    EXPECT_NE(
        line.find("The requested API version [" + std::to_string(version) + "] is not available"),
        std::string::npos)
        << line;
    EXPECT_NE(line.find("[1, 31]"), std::string::npos) << line;
    EXPECT_NE(line.find("1.31."), std::string::npos) << line;
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  }
}

TEST(ApiBaseTest, NamesItself) {
  EXPECT_EQ(std::string(ApiBase().GetVersionString()).substr(0, 5), "1.31.");
  EXPECT_NE(std::string(Api().GetBuildInfoString()).find("build type="), std::string::npos);
  if (!OnBackplane()) return;
  EXPECT_STREQ(ApiBase().GetVersionString(), "1.31.0");
}

/// Every slot of a table of functions is filled.
template <typename Table>
void ExpectFull(const Table* table, size_t slots) {
  ASSERT_NE(table, nullptr);
  ASSERT_EQ(sizeof(Table), slots * sizeof(void*));
  for (size_t i = 0; i < slots; ++i) {
    EXPECT_NE(reinterpret_cast<void* const*>(table)[i], nullptr) << "slot " << i;
  }
}

TEST(TablesTest, EverySlotIsFilled) {
  ExpectFull(&Api(), 428);
  ExpectFull(Api().GetModelEditorApi(), 20);
  ExpectFull(Api().GetCompileApi(), 19);
  ExpectFull(Api().GetInteropApi(), 13);
  ExpectFull(Api().GetModelPackageApi(), 16);
  ExpectFull(Api().GetEpApi(), 78);
  EXPECT_EQ(Api().GetTrainingApi(ORT_API_VERSION), nullptr);
}

TEST(TablesTest, WhatIsNotImplementedSaysSo) {
  if (!OnBackplane()) GTEST_SKIP() << "words of ours";
  EXPECT_FAILS(Api().GetCompileApi()->Reserved17(nullptr), ORT_NOT_IMPLEMENTED,
               "Reserved17 is not implemented in this build of Backplane");
}

TEST(StatusTest, KeepsCodeAndMessage) {
  for (const auto code : {ORT_FAIL, ORT_INVALID_ARGUMENT, ORT_NOT_FOUND, ORT_DEVICE_RESET}) {
    std::string message = "what went wrong";
    OrtStatus* status = Api().CreateStatus(code, message.c_str());
    message = "changed";
    EXPECT_EQ(Api().GetErrorCode(status), code);
    EXPECT_STREQ(Api().GetErrorMessage(status), "what went wrong");
    Api().ReleaseStatus(status);
  }
}

TEST(ReleaseTest, NullIsAllowed) {
  const OrtApi& api = Api();
  api.ReleaseStatus(nullptr);
  api.ReleaseMemoryInfo(nullptr);
  api.ReleaseSession(nullptr);
  api.ReleaseValue(nullptr);
  api.ReleaseRunOptions(nullptr);
  api.ReleaseTypeInfo(nullptr);
  api.ReleaseTensorTypeAndShapeInfo(nullptr);
  api.ReleaseSessionOptions(nullptr);
  api.ReleaseMapTypeInfo(nullptr);
  api.ReleaseSequenceTypeInfo(nullptr);
  api.ReleaseModelMetadata(nullptr);
  api.ReleaseThreadingOptions(nullptr);
  api.ReleaseIoBinding(nullptr);
  api.ReleaseArenaCfg(nullptr);
  api.ReleasePrepackedWeightsContainer(nullptr);
  api.ReleaseKeyValuePairs(nullptr);
}

TEST(ProvidersTest, TheCpuIsThere) {
  char** names = nullptr;
  int count = 0;
  ASSERT_OK(Api().GetAvailableProviders(&names, &count));
  const std::vector<std::string> list(names, names + count);
  EXPECT_NE(std::find(list.begin(), list.end(), "CPUExecutionProvider"), list.end());
  EXPECT_OK(Api().ReleaseAvailableProviders(names, count));
}

TEST(ProvidersTest, AppendingByName) {
  Env();
  Handle<OrtSessionOptions> options;
  ASSERT_OK(Api().CreateSessionOptions(options.out()));
  const auto append = [&](const char* name) {
    return Outcome(Api().SessionOptionsAppendExecutionProvider(options, name, nullptr, nullptr, 0));
  };
  EXPECT_OK(append("CPU"));
  EXPECT_OK(append("CPUExecutionProvider"));
  EXPECT_FAILS(append("nonsense"), ORT_INVALID_ARGUMENT,
               "Unknown provider name 'nonsense'. Currently supported values are "
               "'DML'/'DmlExecutionProvider', ");
  EXPECT_FAILS(append("xnnpack"), ORT_INVALID_ARGUMENT, "Unknown provider name");
  EXPECT_FAILS(append("QNN"), ORT_INVALID_ARGUMENT,
               "QNN execution provider is not supported in this build.");
}

TEST(ProvidersTest, TypedOptionsOfAbsentProviders) {
  Env();
  OrtCUDAProviderOptionsV2* options = nullptr;
  EXPECT_FAILS(Api().CreateCUDAProviderOptions(&options), ORT_FAIL,
               "CUDA execution provider is not enabled in this build.");
  int device = 0;
  EXPECT_FAILS(Api().GetCurrentGpuDeviceId(&device), ORT_FAIL);
  const void* table = nullptr;
  EXPECT_FAILS(Api().GetExecutionProviderApi("nonsense", 1, &table), ORT_INVALID_ARGUMENT,
               "Specified provider is not supported.");
}

TEST(KeyValuePairsTest, AddsReplacesRemoves) {
  Handle<OrtKeyValuePairs> pairs;
  Api().CreateKeyValuePairs(pairs.out());
  Api().AddKeyValuePair(pairs, "b", "1");
  Api().AddKeyValuePair(pairs, "a", "2");
  Api().AddKeyValuePair(pairs, "b", "3");
  Api().AddKeyValuePair(pairs, "", "ignored");
  Api().AddKeyValuePair(pairs, nullptr, "ignored");
  Api().AddKeyValuePair(pairs, "null", nullptr);
  EXPECT_STREQ(Api().GetKeyValue(pairs, "b"), "3");
  EXPECT_EQ(Api().GetKeyValue(pairs, "c"), nullptr);
  const char* const* keys = nullptr;
  const char* const* values = nullptr;
  size_t count = 0;
  Api().GetKeyValuePairs(pairs, &keys, &values, &count);
  ASSERT_EQ(count, 2u);
  EXPECT_STREQ(keys[0], "a");
  EXPECT_STREQ(values[0], "2");
  EXPECT_STREQ(keys[1], "b");
  Api().RemoveKeyValuePair(pairs, "a");
  Api().RemoveKeyValuePair(pairs, "not there");
  Api().GetKeyValuePairs(pairs, &keys, &values, &count);
  EXPECT_EQ(count, 1u);
}

}  // namespace
}  // namespace capi
