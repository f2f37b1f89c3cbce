// The older ways of asking for an EP: functions with an EP in their name, structs and text options.
// Each finds a plug-in of that name, registered or installed. ONNX Runtime's CPU build has the
// texts only.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include "capi/ep_support.h"

namespace capi {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using AppendFunction = Outcome (*)(OrtSessionOptions*);

/// A function of the library that is not in OrtApi.
template <typename... Params>
OrtStatus* CallExported(const char* name, OrtSessionOptions* options, Params... params) {
  using Function = OrtStatus* (*)(OrtSessionOptions*, Params...);
  void* found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr) return Api().CreateStatus(ORT_FAIL, "not exported");
  return reinterpret_cast<Function>(found)(options, params...);
}

struct Legacy {
  const char* call;
  const char* ep;     ///< what the plug-in is called
  const char* label;  ///< in the text where there is none
  AppendFunction append;
};

/// The one that is built with the library, and so installed beside it.
constexpr std::string_view kOurs = "DnnlExecutionProvider";

const Legacy kCalls[] = {
    {"CUDA", "CUDAExecutionProvider", "CUDA",
     [](OrtSessionOptions* o) -> Outcome {
       OrtCUDAProviderOptions cuda{};
       return Api().SessionOptionsAppendExecutionProvider_CUDA(o, &cuda);
     }},
    {"TensorRT", "TensorrtExecutionProvider", "TensorRT",
     [](OrtSessionOptions* o) -> Outcome {
       OrtTensorRTProviderOptions tensorrt{};
       return Api().SessionOptionsAppendExecutionProvider_TensorRT(o, &tensorrt);
     }},
    {"ROCM", "ROCMExecutionProvider", "ROCM",
     [](OrtSessionOptions* o) -> Outcome {
       OrtROCMProviderOptions rocm{};
       return Api().SessionOptionsAppendExecutionProvider_ROCM(o, &rocm);
     }},
    {"MIGraphX", "MIGraphXExecutionProvider", "MIGraphX",
     [](OrtSessionOptions* o) -> Outcome {
       OrtMIGraphXProviderOptions migraphx{};
       return Api().SessionOptionsAppendExecutionProvider_MIGraphX(o, &migraphx);
     }},
    {"OpenVINO", "OpenVINOExecutionProvider", "OpenVINO",
     [](OrtSessionOptions* o) -> Outcome {
       OrtOpenVINOProviderOptions openvino{};
       return Api().SessionOptionsAppendExecutionProvider_OpenVINO(o, &openvino);
     }},
    {"OpenVINO_V2", "OpenVINOExecutionProvider", "OpenVINO",
     [](OrtSessionOptions* o) -> Outcome {
       return Api().SessionOptionsAppendExecutionProvider_OpenVINO_V2(o, nullptr, nullptr, 0);
     }},
    {"VitisAI", "VitisAIExecutionProvider", "VitisAI",
     [](OrtSessionOptions* o) -> Outcome {
       return Api().SessionOptionsAppendExecutionProvider_VitisAI(o, nullptr, nullptr, 0);
     }},
    {"CUDA_V2", "CUDAExecutionProvider", "CUDA",
     [](OrtSessionOptions* o) -> Outcome {
       return Api().SessionOptionsAppendExecutionProvider_CUDA_V2(o, nullptr);
     }},
    {"TensorRT_V2", "TensorrtExecutionProvider", "TensorRT",
     [](OrtSessionOptions* o) -> Outcome {
       return Api().SessionOptionsAppendExecutionProvider_TensorRT_V2(o, nullptr);
     }},
    {"CANN", "CANNExecutionProvider", "CANN",
     [](OrtSessionOptions* o) -> Outcome {
       return Api().SessionOptionsAppendExecutionProvider_CANN(o, nullptr);
     }},
    {"DNNL", "DnnlExecutionProvider", "oneDNN",
     [](OrtSessionOptions* o) -> Outcome {
       return Api().SessionOptionsAppendExecutionProvider_Dnnl(o, nullptr);
     }},
    {"exported ROCM", "ROCMExecutionProvider", "ROCM",
     [](OrtSessionOptions* o) -> Outcome {
       return CallExported("OrtSessionOptionsAppendExecutionProvider_ROCM", o, 0);
     }},
    {"exported MIGraphX", "MIGraphXExecutionProvider", "MIGraphX",
     [](OrtSessionOptions* o) -> Outcome {
       return CallExported("OrtSessionOptionsAppendExecutionProvider_MIGraphX", o, 0);
     }},
    {"exported CUDA", "CUDAExecutionProvider", "CUDA",
     [](OrtSessionOptions* o) -> Outcome {
       return CallExported("OrtSessionOptionsAppendExecutionProvider_CUDA", o, 0);
     }},
    {"exported TensorRT", "TensorrtExecutionProvider", "TensorRT",
     [](OrtSessionOptions* o) -> Outcome {
       return CallExported("OrtSessionOptionsAppendExecutionProvider_Tensorrt", o, 0);
     }},
    {"exported DNNL", "DnnlExecutionProvider", "oneDNN",
     [](OrtSessionOptions* o) -> Outcome {
       return CallExported("OrtSessionOptionsAppendExecutionProvider_Dnnl", o, 1);
     }},
    {"exported CoreML", "CoreMLExecutionProvider", "CoreML",
     [](OrtSessionOptions* o) -> Outcome {
       return CallExported("OrtSessionOptionsAppendExecutionProvider_CoreML", o, uint32_t{0});
     }},
    {"exported DML", "DmlExecutionProvider", "DML",
     [](OrtSessionOptions* o) -> Outcome {
       return CallExported("OrtSessionOptionsAppendExecutionProvider_DML", o, 0);
     }},
};

class LegacyTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime's CPU build has none of them";
    ASSERT_NE(Env(), nullptr);  // the env knows the libraries
  }
  std::vector<std::string> Created(const OrtSessionOptions* options) {
    life_.Take();
    OpenModel("add", options);
    return life_.Take("CreateEp ");
  }
  LifeCycle life_;
};

TEST_F(LegacyTest, AbsentOnesSayWhatWasLookedForAndWhere) {
  for (const Legacy& call : kCalls) {
    if (call.ep == kOurs) continue;  // see OursIsBesideTheLibrary
    Handle<OrtSessionOptions> options = NewOptions();
    const Outcome outcome = call.append(options);
    EXPECT_EQ(outcome.code, ORT_FAIL) << call.call;
    EXPECT_THAT(outcome.message,
                AllOf(HasSubstr(std::string(call.label) +
                                " execution provider is not enabled in this build."),
                      HasSubstr("No registered EP library makes " + std::string(call.ep)),
                      HasSubstr("none of lib"), HasSubstr(" is in /")))
        << call.call;
  }
}

TEST_F(LegacyTest, ThosesOfOtherPlatformsSayWhich) {
  Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_FAILS(CallExported("OrtSessionOptionsAppendExecutionProvider_CoreML", options, 0u),
               ORT_FAIL, "It exists on Apple's systems only.");
  EXPECT_FAILS(CallExported("OrtSessionOptionsAppendExecutionProvider_DML", options, 0), ORT_FAIL,
               "It exists on Windows only.");
}

TEST_F(LegacyTest, RegisteredOnesAreUsed) {
  for (const Legacy& call : kCalls) {
    life_.Set("NAMES", call.ep);
    Registered library("legacy");
    Handle<OrtSessionOptions> options = NewOptions();
    EXPECT_OK(call.append(options)) << call.call;
    EXPECT_THAT(Created(options), ElementsAre("CreateEp " + std::string(call.ep) + " 0"))
        << call.call;
  }
}

TEST_F(LegacyTest, InstalledOnesAreRegistered) {
  const auto folder = std::filesystem::temp_directory_path() / ("eps_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto library = folder / "libonnxruntime_providers_tensorrt_plugin.so";
  std::filesystem::copy_file(PluginPath(), library,
                             std::filesystem::copy_options::overwrite_existing);
  setenv("BACKPLANE_EP_PATH", folder.c_str(), 1);
  {
    Handle<OrtSessionOptions> options = NewOptions();
    OrtTensorRTProviderOptions tensorrt{};
    EXPECT_OK(Api().SessionOptionsAppendExecutionProvider_TensorRT(options, &tensorrt));
    EXPECT_THAT(Created(options), ElementsAre("CreateEp TensorrtExecutionProvider 0"));
  }
  unsetenv("BACKPLANE_EP_PATH");
  EXPECT_OK(Unregister("TensorrtExecutionProvider"));
  std::filesystem::remove_all(folder);
}

TEST_F(LegacyTest, AnInstalledFileThatDoesNotWorkIsAnErrorOfItsOwn) {
  const auto folder = std::filesystem::temp_directory_path() / ("bad_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "libonnxruntime_providers_tensorrt_plugin.so") << "no library";
  setenv("BACKPLANE_EP_PATH", folder.c_str(), 1);
  Handle<OrtSessionOptions> options = NewOptions();
  OrtTensorRTProviderOptions tensorrt{};
  EXPECT_FAILS(Api().SessionOptionsAppendExecutionProvider_TensorRT(options, &tensorrt), ORT_FAIL,
               "Failed to load library " + folder.string());
  unsetenv("BACKPLANE_EP_PATH");
  std::filesystem::remove_all(folder);
}

// -- options that are made first
// ----------------------------------------------------------------------------------------------

TEST_F(LegacyTest, OptionStructsReachTheEp) {
  life_.Set("NAMES", "CUDAExecutionProvider");
  life_.Set("OPTIONS", "device_id=0,gpu_mem_limit=1,user_compute_stream=0");
  Registered library("cuda");
  OrtCUDAProviderOptionsV2* cuda = nullptr;
  ASSERT_OK(Api().CreateCUDAProviderOptions(&cuda));
  const char* keys[] = {"gpu_mem_limit", "device_id"};
  const char* values[] = {"77", "0"};
  ASSERT_OK(Api().UpdateCUDAProviderOptions(cuda, keys, values, 2));
  char* text = nullptr;
  ASSERT_OK(Api().GetCUDAProviderOptionsAsString(cuda, DefaultAllocator(), &text));
  EXPECT_EQ(TakeText(text), "device_id=0;gpu_mem_limit=77");
  ASSERT_OK(Api().UpdateCUDAProviderOptionsWithValue(cuda, "user_compute_stream", &life_));
  void* stream = nullptr;
  ASSERT_OK(Api().GetCUDAProviderOptionsByName(cuda, "user_compute_stream", &stream));
  EXPECT_EQ(stream, &life_);
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Api().SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda));
  Api().ReleaseCUDAProviderOptions(cuda);
  const auto created = Created(options);
  ASSERT_EQ(created.size(), 1u);
  EXPECT_THAT(created[0], HasSubstr("gpu_mem_limit=77"));
}

TEST_F(LegacyTest, OptionStructsOfOthersToo) {
  const char* key = "unheard_of";
  const char* value = "1";
  life_.Set("NAMES", "TensorrtExecutionProvider,CANNExecutionProvider,DnnlExecutionProvider");
  life_.Set("OPTIONS", "unheard_of=0");
  Registered library("three");
  Handle<OrtSessionOptions> options = NewOptions();
  OrtTensorRTProviderOptionsV2* tensorrt = nullptr;
  ASSERT_OK(Api().CreateTensorRTProviderOptions(&tensorrt));
  EXPECT_OK(Api().UpdateTensorRTProviderOptions(tensorrt, &key, &value, 1));
  char* text = nullptr;
  ASSERT_OK(Api().GetTensorRTProviderOptionsAsString(tensorrt, DefaultAllocator(), &text));
  EXPECT_EQ(TakeText(text), "unheard_of=1");
  EXPECT_OK(Api().UpdateTensorRTProviderOptionsWithValue(tensorrt, key, &life_));
  void* pointer = nullptr;
  EXPECT_OK(Api().GetTensorRTProviderOptionsByName(tensorrt, key, &pointer));
  EXPECT_EQ(pointer, &life_);
  EXPECT_OK(Api().SessionOptionsAppendExecutionProvider_TensorRT_V2(options, tensorrt));
  Api().ReleaseTensorRTProviderOptions(tensorrt);
  OrtCANNProviderOptions* cann = nullptr;
  ASSERT_OK(Api().CreateCANNProviderOptions(&cann));
  EXPECT_OK(Api().UpdateCANNProviderOptions(cann, &key, &value, 1));
  ASSERT_OK(Api().GetCANNProviderOptionsAsString(cann, DefaultAllocator(), &text));
  EXPECT_EQ(TakeText(text), "unheard_of=1");
  EXPECT_OK(Api().SessionOptionsAppendExecutionProvider_CANN(options, cann));
  Api().ReleaseCANNProviderOptions(cann);
  OrtDnnlProviderOptions* dnnl = nullptr;
  ASSERT_OK(Api().CreateDnnlProviderOptions(&dnnl));
  EXPECT_OK(Api().UpdateDnnlProviderOptions(dnnl, &key, &value, 1));
  ASSERT_OK(Api().GetDnnlProviderOptionsAsString(dnnl, DefaultAllocator(), &text));
  EXPECT_EQ(TakeText(text), "unheard_of=1");
  EXPECT_OK(Api().SessionOptionsAppendExecutionProvider_Dnnl(options, dnnl));
  Api().ReleaseDnnlProviderOptions(dnnl);
  EXPECT_EQ(Created(options).size(), 3u);
}

/// "ep.NAME.KEY=VALUE" of the one EP that was created, without the prefix.
std::vector<std::string> OptionsIn(const std::vector<std::string>& created,
                                   const std::string& prefix) {
  std::vector<std::string> options;
  std::istringstream words(created.empty() ? "" : created[0]);
  for (std::string word; words >> word;) {
    if (word.rfind(prefix, 0) == 0) options.push_back(word.substr(prefix.size()));
  }
  return options;
}

// What differs from a struct's defaults becomes an option.
TEST_F(LegacyTest, MembersOfPlainStructsReachTheEp) {
  const auto created = [&](const char* ep, const std::string& prefix, auto&& append) {
    life_.Set("NAMES", ep);
    Registered library("plain");
    Handle<OrtSessionOptions> options = NewOptions();
    EXPECT_OK(Outcome(append(options.get())));
    return OptionsIn(Created(options), prefix);
  };
  OrtCUDAProviderOptions cuda;
  cuda.device_id = 1;
  cuda.gpu_mem_limit = 77;
  cuda.cudnn_conv_algo_search = OrtCudnnConvAlgoSearchHeuristic;
  cuda.arena_extend_strategy = 1;
  cuda.do_copy_in_default_stream = 0;
  cuda.has_user_compute_stream = 1;
  cuda.user_compute_stream = reinterpret_cast<void*>(4096);
  // ONNX Runtime has the short form only for this name, the long one for all others.
  for (const char* prefix : {"ep.cuda.", "ep.cudaexecutionprovider."}) {
    EXPECT_THAT(created("CUDAExecutionProvider", prefix,
                        [&](OrtSessionOptions* o) {
                          return Api().SessionOptionsAppendExecutionProvider_CUDA(o, &cuda);
                        }),
                testing::UnorderedElementsAre(
                    "device_id=1", "gpu_mem_limit=77", "cudnn_conv_algo_search=HEURISTIC",
                    "arena_extend_strategy=kSameAsRequested", "do_copy_in_default_stream=0",
                    "has_user_compute_stream=1", "user_compute_stream=4096"));
  }
  OrtTensorRTProviderOptions tensorrt{};
  tensorrt.trt_fp16_enable = 1;
  tensorrt.trt_engine_cache_path = "/some/where";
  EXPECT_THAT(
      created("TensorrtExecutionProvider", "ep.tensorrt.",
              [&](OrtSessionOptions* o) {
                return Api().SessionOptionsAppendExecutionProvider_TensorRT(o, &tensorrt);
              }),
      testing::UnorderedElementsAre("trt_fp16_enable=1", "trt_engine_cache_path=/some/where"));
  OrtMIGraphXProviderOptions migraphx{};
  migraphx.migraphx_exhaustive_tune = true;
  EXPECT_THAT(created("MIGraphXExecutionProvider", "ep.migraphx.",
                      [&](OrtSessionOptions* o) {
                        return Api().SessionOptionsAppendExecutionProvider_MIGraphX(o, &migraphx);
                      }),
              ElementsAre("migraphx_exhaustive_tune=1"));
  OrtOpenVINOProviderOptions openvino;
  openvino.device_type = "NPU";
  openvino.num_of_threads = 3;
  EXPECT_THAT(created("OpenVINOExecutionProvider", "ep.openvino.",
                      [&](OrtSessionOptions* o) {
                        return Api().SessionOptionsAppendExecutionProvider_OpenVINO(o, &openvino);
                      }),
              testing::UnorderedElementsAre("device_type=NPU", "num_of_threads=3"));
  Handle<OrtSessionOptions> options = NewOptions();
  cuda.default_memory_arena_cfg = reinterpret_cast<OrtArenaCfg*>(4096);
  EXPECT_FAILS(Api().SessionOptionsAppendExecutionProvider_CUDA(options, &cuda),
               ORT_NOT_IMPLEMENTED, "default_memory_arena_cfg");
}

TEST_F(LegacyTest, TheStructThatIsMadeAndPlain) {
  OrtROCMProviderOptions* rocm = nullptr;
  const Outcome absent = Api().CreateROCMProviderOptions(&rocm);
  EXPECT_FAILS(absent, ORT_FAIL, "ROCM execution provider is not enabled in this build. No ");
  EXPECT_THAT(absent.message, HasSubstr("libonnxruntime_providers_rocm_plugin.so"));
  EXPECT_EQ(rocm, nullptr);
  life_.Set("NAMES", "ROCMExecutionProvider");
  Registered library("rocm");
  ASSERT_OK(Api().CreateROCMProviderOptions(&rocm));
  const char* keys[] = {"gpu_mem_limit", "tunable_op_enable", "arena_extend_strategy"};
  const char* values[] = {"99", "1", "kSameAsRequested"};
  ASSERT_OK(Api().UpdateROCMProviderOptions(rocm, keys, values, 3));
  EXPECT_EQ(rocm->gpu_mem_limit, 99u);
  const char* unknown[] = {"enable_hip_graph", "gpu_mem_limits"};
  const char* numbers[] = {"1", "2"};
  EXPECT_FAILS(Api().UpdateROCMProviderOptions(rocm, unknown, numbers, 2), ORT_INVALID_ARGUMENT,
               "Unknown provider option: gpu_mem_limits. There are: device_id, ");
  EXPECT_EQ(rocm->enable_hip_graph, 0);  // all or nothing
  numbers[0] = "many";
  EXPECT_FAILS(Api().UpdateROCMProviderOptions(rocm, unknown, numbers, 1), ORT_INVALID_ARGUMENT,
               "'many' is no value");
  char* text = nullptr;
  ASSERT_OK(Api().GetROCMProviderOptionsAsString(rocm, DefaultAllocator(), &text));
  EXPECT_THAT(TakeText(text), AllOf(HasSubstr("device_id=0;"), HasSubstr(";gpu_mem_limit=99;"),
                                    HasSubstr(";arena_extend_strategy=kSameAsRequested;"),
                                    HasSubstr(";tunable_op_enable=1;")));
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Api().SessionOptionsAppendExecutionProvider_ROCM(options, rocm));
  Api().ReleaseROCMProviderOptions(rocm);
  EXPECT_THAT(OptionsIn(Created(options), "ep.rocm."),
              testing::UnorderedElementsAre("gpu_mem_limit=99", "tunable_op_enable=1",
                                            "arena_extend_strategy=kSameAsRequested"));
}

TEST_F(LegacyTest, OptionStructsOfAbsentEps) {
  OrtCUDAProviderOptionsV2* cuda = nullptr;
  EXPECT_FAILS(Api().CreateCUDAProviderOptions(&cuda), ORT_FAIL,
               "CUDA execution provider is not enabled in this build. No registered EP library");
  EXPECT_EQ(cuda, nullptr);
  Api().ReleaseCUDAProviderOptions(nullptr);
  OrtROCMProviderOptions* rocm = nullptr;
  EXPECT_FAILS(Api().CreateROCMProviderOptions(&rocm), ORT_FAIL, "ROCM execution provider");
  EXPECT_EQ(rocm, nullptr);
  OrtROCMProviderOptions own{};
  const char* key = "device_id";
  char* text = nullptr;
  EXPECT_FAILS(Api().UpdateROCMProviderOptions(&own, &key, &key, 1), ORT_FAIL, "ROCM");
  EXPECT_FAILS(Api().GetROCMProviderOptionsAsString(&own, DefaultAllocator(), &text), ORT_FAIL,
               "ROCM");
  Api().ReleaseROCMProviderOptions(nullptr);
  EXPECT_FAILS(Api().SetCurrentGpuDeviceId(0), ORT_FAIL, "CUDA execution provider");
}

// After the others: the library stays registered.
TEST_F(LegacyTest, OursIsBesideTheLibrary) {
  Dl_info host{};
  ASSERT_NE(dladdr(dlsym(RTLD_DEFAULT, "OrtGetApiBase"), &host), 0);
  const auto folder = std::filesystem::path(host.dli_fname).parent_path();
  Handle<OrtSessionOptions> options = NewOptions();
  const Outcome outcome =
      CallExported("OrtSessionOptionsAppendExecutionProvider_Dnnl", options.get(), 1);
  if (std::filesystem::exists(folder / "libbackplane_ep_dnnl.so")) {
    EXPECT_OK(outcome);
    OpenModel("add", options);
  } else {
    EXPECT_FAILS(outcome, ORT_FAIL, "oneDNN execution provider is not enabled in this build.");
  }
}

// -- by name
// ----------------------------------------------------------------------------------------------

TEST(AppendByNameTest, EveryNameOfTheListIsKnown) {
  Handle<OrtSessionOptions> options = NewOptions();
  const std::string list =
      Outcome(Api().SessionOptionsAppendExecutionProvider(options, "Nobody", nullptr, nullptr, 0))
          .message;
  size_t names = 0;
  for (size_t at = list.find("values are"); (at = list.find('\'', at)) != std::string::npos;) {
    const size_t end = list.find('\'', at + 1);
    ASSERT_NE(end, std::string::npos);
    const std::string name = list.substr(at + 1, end - at - 1);
    at = end + 1;
    ++names;
    const Outcome outcome =
        Api().SessionOptionsAppendExecutionProvider(options, name.c_str(), nullptr, nullptr, 0);
    if (outcome.ok()) continue;
    EXPECT_EQ(outcome.code, ORT_INVALID_ARGUMENT) << name;
    EXPECT_THAT(outcome.message, testing::Not(HasSubstr("Unknown provider name"))) << name;
  }
  EXPECT_GT(names, 10u);
}

TEST_F(LegacyTest, OptionsByNameBecomeEntriesAndAreStrict) {
  life_.Set("NAMES", "ByName");
  life_.Set("OPTIONS", "threads=1");
  Registered library("by name");
  Handle<OrtSessionOptions> options = NewOptions();
  const char* key = "thread";
  const char* value = "9";
  EXPECT_FAILS(Api().SessionOptionsAppendExecutionProvider(options, "ByName", &key, &value, 1),
               ORT_INVALID_ARGUMENT,
               "ByName does not know the option 'thread'. Did you mean 'threads'?");
  key = "threads";
  ASSERT_OK(Api().SessionOptionsAppendExecutionProvider(options, "ByName", &key, &value, 1));
  EXPECT_THAT(Created(options), ElementsAre("CreateEp ByName 0 ep.byname.threads=9"));
}

}  // namespace
}  // namespace capi
