// Inputs and outputs bound ahead of runs, so that a run finds its arguments ready and allocates
// nothing. Made and filled through abi/. Not thread-safe: one binding serves one run at a time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/value.h"
#include "runtime/session.h"

/// C API: OrtIoBinding.
struct OrtIoBinding final {
 public:
  /// `session` must outlive the binding.
  explicit OrtIoBinding(OrtSession& session) : session_(session) {}

  /// Bind, replacing an earlier binding of that name. Elements are shared with `value`, unless the
  /// input is wanted on a device: then they are copied there now, once for all runs.
  void BindInput(const char* name, const backplane::Value& value);
  void BindOutput(const char* name, const backplane::Value& value);
  /// Every run makes a new value in `memory`.
  void BindOutput(const char* name, const backplane::MemoryInfo& memory);
  void ClearInputs();
  void ClearOutputs();

  void Run(const OrtRunOptions* run_options);
  OrtSession& session() const { return session_; }

  const std::vector<std::string>& output_names() const { return output_names_; }
  /// The values of the outputs, in the order of output_names(); of kind kNone before a run has made
  /// them.
  const std::vector<backplane::Value>& outputs() const { return outputs_; }

 private:
  size_t OutputSlot(const char* name);
  void Refresh();

  OrtSession& session_;
  std::vector<std::string> input_names_;
  std::vector<backplane::Value> inputs_;
  std::vector<std::string> output_names_;
  std::vector<backplane::Value> outputs_;
  std::vector<bool> preallocated_;  // by output: written in place
  // By output: where runs make new values; null: in host memory.
  std::vector<std::unique_ptr<const backplane::MemoryInfo>> output_memory_;

  // What Session::Run takes, kept from run to run.
  std::vector<const char*> input_name_pointers_;
  std::vector<const backplane::Value*> input_pointers_;
  std::vector<const char*> output_name_pointers_;
  std::vector<backplane::Value*> output_pointers_;
  std::vector<const backplane::MemoryInfo*> output_memory_pointers_;
};

namespace backplane {
using IoBinding = ::OrtIoBinding;
}  // namespace backplane
