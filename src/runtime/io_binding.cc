#include "runtime/io_binding.h"

#include <algorithm>
#include <memory>

#include "base/error.h"

using backplane::MemoryInfo;
using backplane::Require;
using backplane::Value;
using backplane::ValueInfo;

namespace {

/// Position of `name`, or the size.
size_t Find(const std::vector<std::string>& names, const char* name) {
  return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// Null if none is called `name`.
const ValueInfo* Find(const std::vector<ValueInfo*>& values, const char* name) {
  const auto it = std::find_if(values.begin(), values.end(),
                               [&](const ValueInfo* value) { return value->name == name; });
  return it == values.end() ? nullptr : *it;
}

}  // namespace

void OrtIoBinding::BindInput(const char* name, const Value& value) {
  const ValueInfo* input = Find(session_.inputs(), name);
  if (input == nullptr) input = Find(session_.overridable_initializers(), name);
  Require(input != nullptr, ORT_FAIL, "Failed to find input name in the mapping: {}", name);
  const size_t slot = Find(input_names_, name);
  if (slot == input_names_.size()) {
    input_names_.emplace_back(name);
    inputs_.emplace_back();
  }
  inputs_[slot] = session_.InInputMemory(*input, value);
  Refresh();
}

size_t OrtIoBinding::OutputSlot(const char* name) {
  Require(Find(session_.outputs(), name) != nullptr, ORT_FAIL,
          "Failed to find output name in the mapping: {}", name);
  const size_t slot = Find(output_names_, name);
  if (slot == output_names_.size()) {
    output_names_.emplace_back(name);
    outputs_.emplace_back();
    preallocated_.push_back(false);
    output_memory_.emplace_back();
  }
  return slot;
}

void OrtIoBinding::BindOutput(const char* name, const Value& value) {
  const size_t slot = OutputSlot(name);
  outputs_[slot] = value;
  preallocated_[slot] = !value.IsNone();
  output_memory_[slot].reset();
  Refresh();
}

void OrtIoBinding::BindOutput(const char* name, const MemoryInfo& memory) {
  Require(session_.AllocatorFor(memory) != nullptr, ORT_INVALID_ARGUMENT,
          "cannot bind output '{}': no execution provider of the session has memory '{}'", name,
          memory.name);
  const size_t slot = OutputSlot(name);
  outputs_[slot] = Value();
  preallocated_[slot] = false;
  output_memory_[slot] = std::make_unique<const MemoryInfo>(memory);
  Refresh();
}

void OrtIoBinding::ClearInputs() {
  input_names_.clear();
  inputs_.clear();
  Refresh();
}

void OrtIoBinding::ClearOutputs() {
  output_names_.clear();
  outputs_.clear();
  preallocated_.clear();
  output_memory_.clear();
  Refresh();
}

void OrtIoBinding::Refresh() {
  input_name_pointers_.clear();
  input_pointers_.clear();
  output_name_pointers_.clear();
  output_pointers_.assign(outputs_.size(), nullptr);
  for (const std::string& name : input_names_) input_name_pointers_.push_back(name.c_str());
  for (const Value& value : inputs_) input_pointers_.push_back(&value);
  for (const std::string& name : output_names_) output_name_pointers_.push_back(name.c_str());
  output_memory_pointers_.clear();
  for (const auto& memory : output_memory_) output_memory_pointers_.push_back(memory.get());
}

void OrtIoBinding::Run(const OrtRunOptions* run_options) {
  for (size_t i = 0; i < outputs_.size(); ++i)
    output_pointers_[i] = preallocated_[i] ? &outputs_[i] : nullptr;
  session_.Run(run_options, input_name_pointers_, input_pointers_, output_name_pointers_,
               output_pointers_, output_memory_pointers_);
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (preallocated_[i]) continue;
    const std::unique_ptr<Value> made(output_pointers_[i]);
    outputs_[i] = std::move(*made);
  }
}
