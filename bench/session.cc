// bench_session: measures one libonnxruntime, opened by path, on one model in this process and
// prints a line of JSON. Called by bench/compare.py, each time in a fresh process, so that what is
// measured is the same for every library: the calls below and nothing else.
#include <dlfcn.h>
#include <onnxruntime_c_api.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string library;
  std::string model;
  int threads = 1;
  double seconds = 1;
  int min_runs = 3;
  std::string profile;
  std::string ep_library;
  std::string ep;
  std::string registration;
  std::vector<std::string> ep_options;  // "key=value"
};

const OrtApi* ort = nullptr;

double Now() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Processor time of all threads: what other processes do to the clock on the wall leaves it alone.
double CpuNow() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

void Check(OrtStatus* status) {
  if (status == nullptr) return;
  const std::string message = ort->GetErrorMessage(status);
  ort->ReleaseStatus(status);
  throw std::runtime_error(message);
}

// The library's table of functions, at the newest version that both sides know.
std::string Open(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  void* symbol = dlsym(library, "OrtGetApiBase");
  if (symbol == nullptr) throw std::runtime_error(path + " has no OrtGetApiBase");
  const OrtApiBase* base = reinterpret_cast<const OrtApiBase* (*)()>(symbol)();
  std::string version = base->GetVersionString();
  uint32_t newest = ORT_API_VERSION;
  const size_t dot = version.find('.');
  if (dot != std::string::npos)
    std::from_chars(version.data() + dot + 1, version.data() + version.size(), newest);
  ort = base->GetApi(std::min<uint32_t>(newest, ORT_API_VERSION));
  if (ort == nullptr) throw std::runtime_error(path + " serves no API version that is known here");
  return version;
}

// A line of /proc/self/status, in bytes.
int64_t ProcessBytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, key.size(), key) == 0) return std::atoll(line.c_str() + key.size()) * 1024;
  }
  return 0;
}

// Floats in [-1, 1) from a fixed sequence; integers are ones, which are valid ids and masks.
void Fill(ONNXTensorElementDataType type, void* data, size_t count) {
  uint32_t state = 12345;
  for (size_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
      static_cast<float*>(data)[i] = static_cast<float>(state >> 8) * 0x1p-23f - 1.0f;
    } else if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64) {
      static_cast<int64_t*>(data)[i] = 1;
    } else if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32) {
      static_cast<int32_t*>(data)[i] = 1;
    } else {
      throw std::runtime_error("inputs have to be float, int32 or int64");
    }
  }
}

OrtValue* MakeInput(const OrtSession* session, size_t index, OrtAllocator* allocator) {
  OrtTypeInfo* type = nullptr;
  Check(ort->SessionGetInputTypeInfo(session, index, &type));
  const OrtTensorTypeAndShapeInfo* info = nullptr;
  Check(ort->CastTypeInfoToTensorInfo(type, &info));
  if (info == nullptr) throw std::runtime_error("inputs have to be tensors");
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  size_t rank = 0;
  Check(ort->GetTensorElementType(info, &element));
  Check(ort->GetDimensionsCount(info, &rank));
  std::vector<int64_t> shape(rank);
  Check(ort->GetDimensions(info, shape.data(), rank));
  ort->ReleaseTypeInfo(type);
  size_t count = 1;
  for (int64_t& dim : shape) {
    dim = std::max<int64_t>(dim, 1);
    count *= static_cast<size_t>(dim);
  }
  OrtValue* value = nullptr;
  Check(ort->CreateTensorAsOrtValue(allocator, shape.data(), rank, element, &value));
  void* data = nullptr;
  Check(ort->GetTensorMutableData(value, &data));
  Fill(element, data, count);
  return value;
}

// Enough of a float output to tell whether two libraries computed the same.
Json Sample(OrtValue* value) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  size_t count = 0;
  Check(ort->GetTensorTypeAndShape(value, &info));
  Check(ort->GetTensorElementType(info, &element));
  Check(ort->GetTensorShapeElementCount(info, &count));
  ort->ReleaseTensorTypeAndShapeInfo(info);
  Json sample = Json::array();
  if (element != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || count == 0) return sample;
  void* data = nullptr;
  Check(ort->GetTensorMutableData(value, &data));
  constexpr size_t kSamples = 64;
  for (size_t i = 0; i < std::min(kSamples, count); ++i)
    sample.push_back(static_cast<const float*>(data)[i * count / std::min(kSamples, count)]);
  return sample;
}

struct Model {
  OrtEnv* env = nullptr;
  OrtSession* session = nullptr;
  std::vector<OrtValue*> inputs;
  std::vector<const char*> input_names;
  std::vector<const char*> output_names;
};

void MakeFeeds(Model& model) {
  OrtAllocator* allocator = nullptr;
  Check(ort->GetAllocatorWithDefaultOptions(&allocator));
  size_t count = 0;
  char* name = nullptr;
  Check(ort->SessionGetInputCount(model.session, &count));
  for (size_t i = 0; i < count; ++i) {
    Check(ort->SessionGetInputName(model.session, i, allocator, &name));
    model.input_names.push_back(name);  // lives as long as the process
    model.inputs.push_back(MakeInput(model.session, i, allocator));
  }
  Check(ort->SessionGetOutputCount(model.session, &count));
  for (size_t i = 0; i < count; ++i) {
    Check(ort->SessionGetOutputName(model.session, i, allocator, &name));
    model.output_names.push_back(name);
  }
}

// One Run and the release of what it made; the time of both.
double RunOnce(const Model& model, Json* sample = nullptr) {
  std::vector<OrtValue*> outputs(model.output_names.size(), nullptr);
  const double start = Now();
  Check(ort->Run(model.session, nullptr, model.input_names.data(), model.inputs.data(),
                 model.inputs.size(), model.output_names.data(), outputs.size(), outputs.data()));
  double spent = Now() - start;
  if (sample != nullptr) *sample = Sample(outputs[0]);
  const double release = Now();
  for (OrtValue* output : outputs) ort->ReleaseValue(output);
  return spent + (Now() - release);
}

// Makes an EP of a library the session's first choice, on the first device that it has.
void AppendEp(const Options& options, const OrtEnv* env, OrtSessionOptions* session_options) {
  const std::string& name = options.registration.empty() ? options.ep : options.registration;
  Check(ort->RegisterExecutionProviderLibrary(const_cast<OrtEnv*>(env), name.c_str(),
                                              options.ep_library.c_str()));
  const OrtEpDevice* const* all = nullptr;
  size_t count = 0;
  Check(ort->GetEpDevices(env, &all, &count));
  std::vector<const OrtEpDevice*> devices;
  for (size_t i = 0; i < count && devices.empty(); ++i) {
    if (options.ep == ort->EpDevice_EpName(all[i])) devices.push_back(all[i]);
  }
  if (devices.empty()) throw std::runtime_error("the library has no device for EP " + options.ep);
  std::vector<std::string> texts;
  for (const std::string& option : options.ep_options) {
    const size_t end = std::min(option.find('='), option.size() - 1);
    texts.push_back(option.substr(0, end));
    texts.push_back(option.substr(end + 1));
  }
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (size_t i = 0; i < texts.size(); ++i)
    (i % 2 == 0 ? keys : values).push_back(texts[i].c_str());
  Check(ort->SessionOptionsAppendExecutionProvider_V2(session_options, const_cast<OrtEnv*>(env),
                                                      devices.data(), devices.size(), keys.data(),
                                                      values.data(), keys.size()));
}

Json Measure(const Options& options) {
  Json result;
  result["version"] = Open(options.library);
  Model model;
  OrtSessionOptions* session_options = nullptr;
  const double start = Now();
  Check(ort->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bench", &model.env));
  Check(ort->CreateSessionOptions(&session_options));
  Check(ort->SetIntraOpNumThreads(session_options, options.threads));
  Check(ort->SetInterOpNumThreads(session_options, 1));
  if (!options.profile.empty())
    Check(ort->EnableProfiling(session_options, options.profile.c_str()));
  if (!options.ep_library.empty()) AppendEp(options, model.env, session_options);
  const double env_made = Now();
  const double env_made_cpu = CpuNow();
  Check(ort->CreateSession(model.env, options.model.c_str(), session_options, &model.session));
  const double session_made = Now();
  result["session_cpu_ms"] = CpuNow() - env_made_cpu;
  MakeFeeds(model);
  Json sample;
  result["env_ms"] = env_made - start;
  result["session_ms"] = session_made - env_made;
  const double first_cpu = CpuNow();
  result["first_ms"] = RunOnce(model, &sample);
  result["first_cpu_ms"] = CpuNow() - first_cpu;

  RunOnce(model);
  std::vector<double> times;
  times.reserve(1 << 16);
  double least_cpu = INFINITY;
  const double end = Now() + options.seconds * 1e3;
  while (times.size() < static_cast<size_t>(options.min_runs) ||
         (Now() < end && times.size() < times.capacity())) {
    const double run_cpu = CpuNow();
    times.push_back(RunOnce(model));
    least_cpu = std::min(least_cpu, CpuNow() - run_cpu);
  }
  std::sort(times.begin(), times.end());
  const auto percentile = [&](double share) {
    return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1) + 0.5)];
  };
  result["runs"] = times.size();
  result["min_ms"] = times.front();
  result["p50_ms"] = percentile(0.5);
  result["p90_ms"] = percentile(0.9);
  result["min_cpu_ms"] = least_cpu;
  result["peak_bytes"] = ProcessBytes("VmHWM:");
  result["sample"] = std::move(sample);
  if (!options.profile.empty()) {
    OrtAllocator* allocator = nullptr;
    char* file = nullptr;
    Check(ort->GetAllocatorWithDefaultOptions(&allocator));
    Check(ort->SessionEndProfiling(model.session, allocator, &file));
    result["profile"] = file;
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Measures a libonnxruntime on a model; prints a line of JSON, times in milliseconds.");
  app.add_option("--library", options.library, "Path of a libonnxruntime")->required();
  app.add_option("--model", options.model, "An ONNX model")->required();
  app.add_option("--threads", options.threads, "Intra-op threads")->capture_default_str();
  app.add_option("--seconds", options.seconds, "Time to measure Run for")->capture_default_str();
  app.add_option("--min-runs", options.min_runs, "Runs to measure at least")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  app.add_option("--profile", options.profile, "Prefix of the file for a trace of every node");
  auto* library = app.add_option("--ep-library", options.ep_library, "An EP library to run on");
  app.add_option("--ep", options.ep, "The name of its EP")->needs(library);
  app.add_option("--registration", options.registration, "What to register it as (the EP's name)")
      ->needs(library);
  app.add_option("--ep-option", options.ep_options, "KEY=VALUE for the EP; may be repeated")
      ->needs(library);
  CLI11_PARSE(app, argc, argv);
  try {
    std::printf("%s\n", Measure(options).dump().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_session: %s\n", error.what());
    return 1;
  }
  // Without tearing down: it is not what is measured.
  std::fflush(stdout);
  std::_Exit(0);
}
