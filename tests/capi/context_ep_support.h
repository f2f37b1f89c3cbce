// What tests of compiled models share: compilation options, and a fixture with the context EP
// (tests/plugins/context_ep) and a model that it compiles in part.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "capi/ep_support.h"

namespace capi {

inline const OrtCompileApi& Compiler() { return *Api().GetCompileApi(); }

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Compilation options that last to the end of the scope.
class Compilation {
 public:
  explicit Compilation(const OrtSessionOptions* options) {
    EXPECT_OK(
        Compiler().CreateModelCompilationOptionsFromSessionOptions(Env(), options, &options_));
  }
  ~Compilation() { Compiler().ReleaseModelCompilationOptions(options_); }
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  Compilation& Input(const std::string& path) {
    EXPECT_OK(Compiler().ModelCompilationOptions_SetInputModelPath(options_, path.c_str()));
    return *this;
  }
  Compilation& Output(const std::string& path) {
    EXPECT_OK(Compiler().ModelCompilationOptions_SetOutputModelPath(options_, path.c_str()));
    return *this;
  }
  Compilation& Embed() {
    EXPECT_OK(Compiler().ModelCompilationOptions_SetEpContextEmbedMode(options_, true));
    return *this;
  }
  Compilation& Flags(uint32_t flags) {
    EXPECT_OK(Compiler().ModelCompilationOptions_SetFlags(options_, flags));
    return *this;
  }
  Outcome Compile() { return Compiler().CompileModel(Env(), options_); }
  OrtModelCompilationOptions* get() const { return options_; }

 private:
  OrtModelCompilationOptions* options_ = nullptr;
};

/// A folder with a copy of chain.onnx, the context EP, its settings and trace.
class ContextEpTest : public testing::Test {
 protected:
  ContextEpTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("compile_model_" + std::to_string(getpid()))),
        library_("CtxEp", PluginPath("context_ep_plugin")) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::filesystem::copy_file(ModelPath("partly_compiled"), Path("chain.onnx"));
    Set("TRACE", Path("trace.txt"));
  }
  ~ContextEpTest() override {
    for (const std::string& name : names_) unsetenv(name.c_str());
    std::filesystem::remove_all(folder_);
  }

  void Set(const std::string& name, const std::string& value) {
    names_.push_back("CONTEXT_EP_" + name);
    setenv(names_.back().c_str(), value.c_str(), 1);
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  /// The trace's lines that begin with `prefix`; forgets all.
  std::vector<std::string> Take(const std::string& prefix) {
    std::vector<std::string> lines;
    std::ifstream file(Path("trace.txt"));
    for (std::string line; std::getline(file, line);) {
      if (line.rfind(prefix, 0) == 0) lines.push_back(line);
    }
    std::filesystem::remove(Path("trace.txt"));
    return lines;
  }

  Handle<OrtSessionOptions> Options(
      const std::vector<std::pair<const char*, std::string>>& entries = {}) {
    Handle<OrtSessionOptions> options = NewOptions();
    EXPECT_OK(Append(options, {EpDevices("CtxEp").at(0)}));
    for (const auto& [key, value] : entries)
      EXPECT_OK(Api().AddSessionConfigEntry(options, key, value.c_str()));
    return options;
  }
  Outcome Open(const std::string& path, const OrtSessionOptions* options) {
    Handle<OrtSession> session;
    const Outcome outcome = Api().CreateSession(Env(), path.c_str(), options, session.out());
    if (outcome.ok()) ExpectChain(session);
    return outcome;
  }
  Outcome Open(const std::string& path,
               const std::vector<std::pair<const char*, std::string>>& entries = {}) {
    return Open(path, Options(entries));
  }

  // z = relu(x + (1, 2, 3)) - (1, 2, 3); y[i] = -sum_k (relu(x + w1) * w2)[k] * (50 k + i).
  static void ExpectChain(OrtSession* session) {
    std::vector<float> data{1, 1, 1};
    Handle<OrtValue> input = TensorOver(data, {3});
    const char* input_name = "x";
    const char* output_names[] = {"z", "y"};
    const OrtValue* inputs[] = {input};
    OrtValue* outputs[] = {nullptr, nullptr};
    const Outcome outcome =
        Api().Run(session, nullptr, &input_name, inputs, 1, output_names, 2, outputs);
    ASSERT_OK(outcome);
    Handle<OrtValue> z(outputs[0]);
    Handle<OrtValue> y(outputs[1]);
    EXPECT_EQ(DataOf<float>(z), (std::vector<float>{1, 1, 1}));
    EXPECT_EQ(DataOf<float>(y).at(0), -(20.f * 0 + 60.f * 50 + 120.f * 100));
  }

  std::filesystem::path folder_;
  std::vector<std::string> names_;
  Registered library_;
};

}  // namespace capi
