// Compiling a model ahead of time (C API: OrtCompileApi): everything that session creation does up
// to what EPs compile, then the compiled model is written and the rest dropped.
#pragma once

#include <string>
#include <variant>

#include "runtime/context_model.h"
#include "runtime/session_options.h"

struct OrtEnv;
struct OrtModel;

/// C API: OrtModelCompilationOptions. Setters fail with ORT_INVALID_ARGUMENT.
struct OrtModelCompilationOptions final {
 public:
  explicit OrtModelCompilationOptions(const OrtSessionOptions& options);

  void SetInputPath(std::string path);
  void SetInputBytes(std::span<const std::byte> bytes) { input_ = bytes; }
  void SetInputModel(const OrtModel& model) { input_ = &model; }

  // Each output takes the place of the one set before.
  void SetOutputPath(std::string path);
  void SetOutputBuffer(OrtAllocator* allocator, void** buffer, size_t* size);
  void SetOutputFunction(OrtWriteBufferFunc write, void* state);

  void SetEmbedMode(bool embed);
  void SetFlags(uint32_t flags);
  /// What EPs name their data files after: `folder`/`model_name`.
  void SetDataLocation(const std::string& folder, const std::string& model_name);
  void SetWeightless(bool weightless);

  OrtSessionOptions& session() { return session_; }
  backplane::ContextModelOptions& context() { return context_; }

  /// Fails with ORT_INVALID_ARGUMENT where no input is set, and as session creation does.
  void Compile(const OrtEnv& env) const;

 private:
  OrtSessionOptions session_;
  backplane::ContextModelOptions context_;
  std::variant<std::monostate, std::string, std::span<const std::byte>, const OrtModel*> input_;
};
