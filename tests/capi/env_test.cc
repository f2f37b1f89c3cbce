// The env: counted, one in a process, and where its log lines go.
#include "capi/api.h"

namespace capi {
namespace {

TEST(EnvTest, IsOneAndCounted) {
  OrtEnv* shared = Env();
  Handle<OrtEnv> second;
  ASSERT_OK(Api().CreateEnv(ORT_LOGGING_LEVEL_VERBOSE, "other", second.out()));
  EXPECT_EQ(second.get(), shared);
  Handle<OrtThreadingOptions> threads;
  ASSERT_OK(Api().CreateThreadingOptions(threads.out()));
  Handle<OrtEnv> third;
  ASSERT_OK(Api().CreateEnvWithGlobalThreadPools(ORT_LOGGING_LEVEL_WARNING, "other", threads,
                                                 third.out()));
  EXPECT_EQ(third.get(), shared);
}

TEST(EnvTest, TheFirstLoggerStays) {
  int lines = 0;
  const OrtLoggingFunction count = [](void* lines, OrtLoggingLevel, const char*, const char*,
                                      const char*, const char*) { ++*static_cast<int*>(lines); };
  Handle<OrtEnv> env;
  ASSERT_OK(Api().CreateEnvWithCustomLogger(count, &lines, ORT_LOGGING_LEVEL_VERBOSE, "other",
                                            env.out()));
  EXPECT_EQ(env.get(), Env());
  Handle<OrtThreadingOptions> threads;
  ASSERT_OK(Api().CreateThreadingOptions(threads.out()));
  Handle<OrtEnv> pooled;
  ASSERT_OK(Api().CreateEnvWithCustomLoggerAndGlobalThreadPools(
      count, &lines, ORT_LOGGING_LEVEL_VERBOSE, "other", threads, pooled.out()));
  EXPECT_EQ(pooled.get(), Env());
  Handle<OrtSessionOptions> options;
  ASSERT_OK(Api().CreateSessionOptions(options.out()));
  Handle<OrtSession> session;
  EXPECT_OK(Api().CreateSession(Env(), ModelPath("add").c_str(), options, session.out()));
  EXPECT_EQ(lines, 0);
}

TEST(EnvTest, Settings) {
  EXPECT_OK(Api().EnableTelemetryEvents(Env()));
  EXPECT_OK(Api().DisableTelemetryEvents(Env()));
  EXPECT_OK(Api().SetLanguageProjection(Env(), ORT_PROJECTION_CPLUSPLUS));
  EXPECT_OK(Api().UpdateEnvWithCustomLogLevel(Env(), ORT_LOGGING_LEVEL_ERROR));
}

TEST(EnvTest, FromOneStruct) {
  OrtEnvCreationOptions options{};
  Handle<OrtEnv> env;
  EXPECT_FAILS(Api().CreateEnvWithOptions(nullptr, env.out()), ORT_INVALID_ARGUMENT,
               "requires a valid (non-null) OrtEnvCreationOptions argument");
  options.log_id = "id";
  EXPECT_FAILS(Api().CreateEnvWithOptions(&options, env.out()), ORT_INVALID_ARGUMENT,
               "with the version set equal to ORT_API_VERSION");
  options.version = ORT_API_VERSION;
  options.logging_severity_level = 9;
  EXPECT_FAILS(Api().CreateEnvWithOptions(&options, env.out()), ORT_INVALID_ARGUMENT,
               "valid logging severity level");
  options.logging_severity_level = ORT_LOGGING_LEVEL_WARNING;
  options.log_id = nullptr;
  EXPECT_FAILS(Api().CreateEnvWithOptions(&options, env.out()), ORT_INVALID_ARGUMENT,
               "log identifier");
  options.log_id = "id";
  ASSERT_OK(Api().CreateEnvWithOptions(&options, env.out()));
  EXPECT_EQ(env.get(), Env());
}

TEST(EnvTest, ThreadPoolCallbacks) {
  OrtThreadPoolCallbacksConfig config{};
  config.version = ORT_API_VERSION;
  EXPECT_FAILS(Api().SetPerSessionThreadPoolCallbacks(Env(), nullptr), ORT_INVALID_ARGUMENT,
               "config must not be null");
  EXPECT_FAILS(Api().SetPerSessionThreadPoolCallbacks(Env(), &config), ORT_NOT_IMPLEMENTED,
               "SetPerSessionThreadPoolCallbacks");
}

}  // namespace
}  // namespace capi
