// Names the type of files with Magika's model, through the C API alone: an example of a complete
// client. usage: magika MODEL_FOLDER FILE...     (MODEL_FOLDER is .models/magika, from
// scripts/models.sh) Each file becomes 2048 numbers: the bytes at its beginning and at its end; the
// model answers with a score per type.

#include <onnxruntime_c_api.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using nlohmann::json;

const OrtApi* const ort = OrtGetApiBase()->GetApi(ORT_API_VERSION);

void Check(OrtStatus* status) {
  if (status == nullptr) return;
  std::string message = ort->GetErrorMessage(status);
  ort->ReleaseStatus(status);
  throw std::runtime_error(message);
}

// An owner for what the API creates: Owned<OrtEnv> env(created, ort->ReleaseEnv).
template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

template <typename T, typename Create, typename... Arguments>
Owned<T> Make(void (*release)(T*), Create create, Arguments... arguments) {
  T* created = nullptr;
  Check(create(arguments..., &created));
  return {created, release};
}

json ReadJson(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path);
  return json::parse(file);
}

std::string ReadBlock(std::ifstream& file, size_t offset, size_t size) {
  std::string block(size, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(block.data(), static_cast<std::streamsize>(size)))
    throw std::runtime_error("cannot read");
  return block;
}

// The model's input: the first bytes without leading white space, padded behind; then the last
// bytes without trailing white space, padded in front. Empty when there is too little to look at.
std::vector<int32_t> Features(const std::string& path, const json& config) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error("cannot open " + path);
  const size_t size = static_cast<size_t>(file.tellg());
  const size_t block_size = std::min<size_t>(size, config.at("block_size"));
  const size_t begin_size = config.at("beg_size"), end_size = config.at("end_size");
  const std::string white_space = " \t\n\r\v\f";

  std::string begin = ReadBlock(file, 0, block_size);
  begin.erase(0, begin.find_first_not_of(white_space));
  std::string end = ReadBlock(file, size - block_size, block_size);
  end.erase(end.find_last_not_of(white_space) + 1);
  if (begin.size() < config.at("min_file_size_for_dl")) return {};

  std::vector<int32_t> features(begin_size + end_size, config.at("padding_token"));
  const size_t begin_count = std::min(begin.size(), begin_size);
  const size_t end_count = std::min(end.size(), end_size);
  const auto as_byte = [](char c) { return static_cast<unsigned char>(c); };
  std::transform(begin.begin(), begin.begin() + begin_count, features.begin(), as_byte);
  std::transform(end.end() - end_count, end.end(), features.end() - end_count, as_byte);
  return features;
}

// What to say about a file, given the scores of all types: the best one if the model is sure
// enough.
std::string Verdict(const float* scores, const json& config, const json& types) {
  const json& labels = config.at("target_labels_space");
  const size_t best = std::max_element(scores, scores + labels.size()) - scores;
  const std::string guess = labels.at(best);
  std::string label = config.at("overwrite_map").value(guess, guess);
  const float threshold =
      config.at("thresholds").value<float>(guess, config.at("medium_confidence_threshold"));
  if (scores[best] < threshold) label = types.at(label).at("is_text") ? "txt" : "unknown";
  char score[16];
  std::snprintf(score, sizeof score, "%5.1f %%", scores[best] * 100);
  return score + std::string("  ") + label + ": " + types.at(label).value("description", label);
}

int Main(int argc, char** argv) {
  if (argc < 3) throw std::runtime_error("usage: magika MODEL_FOLDER FILE...");
  const std::string folder = argv[1];
  const json config = ReadJson(folder + "/config.min.json");
  const json types = ReadJson(folder + "/content_types_kb.min.json");

  const auto env = Make(ort->ReleaseEnv, ort->CreateEnv, ORT_LOGGING_LEVEL_WARNING, "magika");
  const auto options = Make(ort->ReleaseSessionOptions, ort->CreateSessionOptions);
  const auto session = Make(ort->ReleaseSession, ort->CreateSession, env.get(),
                            (folder + "/model.onnx").c_str(), options.get());
  const auto memory =
      Make(ort->ReleaseMemoryInfo, ort->CreateCpuMemoryInfo, OrtArenaAllocator, OrtMemTypeDefault);
  const char* const input_name = "bytes";
  const char* const output_name = "target_label";

  for (int i = 2; i < argc; ++i) {
    std::vector<int32_t> features = Features(argv[i], config);
    if (features.empty()) {
      std::printf("%-32s too short to tell\n", argv[i]);
      continue;
    }
    const std::array<int64_t, 2> shape = {1, static_cast<int64_t>(features.size())};
    const auto input = Make(ort->ReleaseValue, ort->CreateTensorWithDataAsOrtValue, memory.get(),
                            static_cast<void*>(features.data()), features.size() * sizeof(int32_t),
                            shape.data(), shape.size(), ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32);
    const OrtValue* const inputs[] = {input.get()};
    const auto start = std::chrono::steady_clock::now();
    const auto output =
        Make(ort->ReleaseValue, ort->Run, session.get(), static_cast<const OrtRunOptions*>(nullptr),
             &input_name, static_cast<const OrtValue* const*>(inputs), size_t{1}, &output_name,
             size_t{1});
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    void* scores = nullptr;
    Check(ort->GetTensorMutableData(output.get(), &scores));
    const std::string verdict = Verdict(static_cast<const float*>(scores), config, types);
    std::printf("%-32s %6.2f ms  %s\n", argv[i], took.count(), verdict.c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "magika: %s\n", error.what());
    return 1;
  }
}
