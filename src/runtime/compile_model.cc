#include "runtime/compile_model.h"

#include <filesystem>

#include "base/error.h"
#include "graph/draft.h"
#include "runtime/session.h"

using backplane::Require;

namespace fs = std::filesystem;

OrtModelCompilationOptions::OrtModelCompilationOptions(const OrtSessionOptions& options)
    : session_(options) {
  session_.SetConfig("ep.context_enable", "1");
  session_.optimization_level = ORT_DISABLE_ALL;  // until told otherwise: the model stays as it is
  context_ = *backplane::ContextModelOptions::FromConfig(session_);
  context_.from_compile_api = true;
  context_.fail_if_output_exists = false;
}

void OrtModelCompilationOptions::SetInputPath(std::string path) {
  Require(!path.empty(), ORT_INVALID_ARGUMENT, "Invalid input model: path string is empty");
  input_ = std::move(path);
}

void OrtModelCompilationOptions::SetOutputPath(std::string path) {
  Require(!path.empty(), ORT_INVALID_ARGUMENT, "Invalid output model path: path is empty");
  session_.SetConfig("ep.context_file_path", path.c_str());  // EPs put their data beside it
  context_.allocator = nullptr;
  context_.write = nullptr;
  context_.path = std::move(path);
}

void OrtModelCompilationOptions::SetOutputBuffer(OrtAllocator* allocator, void** buffer,
                                                 size_t* size) {
  context_.allocator = allocator;
  context_.buffer = buffer;
  context_.buffer_size = size;
  context_.write = nullptr;
}

void OrtModelCompilationOptions::SetOutputFunction(OrtWriteBufferFunc write, void* state) {
  context_.allocator = nullptr;
  context_.write = write;
  context_.write_state = state;
}

void OrtModelCompilationOptions::SetEmbedMode(bool embed) {
  session_.SetConfig("ep.context_embed_mode", embed ? "1" : "0");
}

void OrtModelCompilationOptions::SetFlags(uint32_t flags) {
  context_.fail_if_nothing_compiled = (flags & OrtCompileApiFlags_ERROR_IF_NO_NODES_COMPILED) != 0;
  context_.fail_if_output_exists = (flags & OrtCompileApiFlags_ERROR_IF_OUTPUT_FILE_EXISTS) != 0;
}

void OrtModelCompilationOptions::SetDataLocation(const std::string& folder,
                                                 const std::string& model_name) {
  Require(!folder.empty(), ORT_INVALID_ARGUMENT, "Invalid output directory: path is empty");
  Require(!model_name.empty(), ORT_INVALID_ARGUMENT, "Invalid model name: string is empty");
  session_.SetConfig("ep.context_file_path", (fs::path(folder) / model_name).c_str());
}

void OrtModelCompilationOptions::SetWeightless(bool weightless) {
  session_.SetConfig("ep.enable_weightless", weightless ? "1" : "0");
}

void OrtModelCompilationOptions::Compile(const OrtEnv& env) const {
  backplane::ModelSource source;
  if (const auto* path = std::get_if<std::string>(&input_)) {
    std::error_code error;
    Require(fs::exists(*path, error), ORT_INVALID_ARGUMENT,
            "Input model path does not exist: \"{}\"", *path);
    source = *path;
  } else if (const auto* bytes = std::get_if<std::span<const std::byte>>(&input_)) {
    source = *bytes;
  } else if (const auto* model = std::get_if<const OrtModel*>(&input_)) {
    source = (*model)->MakeGraph();
  } else {
    backplane::Fail(ORT_INVALID_ARGUMENT,
                    "Input model to compile must be specified via file path, memory buffer, or "
                    "OrtModel");
  }
  OrtSessionOptions options = session_;
  options.context_model = std::make_shared<const backplane::ContextModelOptions>(context_);
  backplane::BeginSession(env, std::move(source), options)->CompileOnly();
}
