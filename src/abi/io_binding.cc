#include "abi/io_binding.h"

#include <cstring>

#include "abi/guard.h"
#include "runtime/io_binding.h"

namespace backplane::abi {

OrtStatus* CreateIoBinding(OrtSession* session, OrtIoBinding** out) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(out, "out");
    *out = nullptr;
    Require(session->ready(), ORT_FAIL, "Session not initialized.");
    *out = new OrtIoBinding(*session);
  });
}

void ReleaseIoBinding(OrtIoBinding* input) noexcept { delete input; }

OrtStatus* BindInput(OrtIoBinding* binding_ptr, const char* name,
                     const OrtValue* val_ptr) noexcept {
  return Guard([&] {
    NotNull(binding_ptr, "binding_ptr");
    NotNull(name, "name");
    NotNull(val_ptr, "val_ptr");
    binding_ptr->BindInput(name, *val_ptr);
  });
}

OrtStatus* BindOutput(OrtIoBinding* binding_ptr, const char* name,
                      const OrtValue* val_ptr) noexcept {
  return Guard([&] {
    NotNull(binding_ptr, "binding_ptr");
    NotNull(name, "name");
    NotNull(val_ptr, "val_ptr");
    binding_ptr->BindOutput(name, *val_ptr);
  });
}

OrtStatus* BindOutputToDevice(OrtIoBinding* binding_ptr, const char* name,
                              const OrtMemoryInfo* mem_info_ptr) noexcept {
  return Guard([&] {
    NotNull(binding_ptr, "binding_ptr");
    NotNull(name, "name");
    NotNull(mem_info_ptr, "mem_info_ptr");
    binding_ptr->BindOutput(name, *mem_info_ptr);
  });
}

OrtStatus* GetBoundOutputNames(const OrtIoBinding* binding_ptr, OrtAllocator* allocator,
                               char** buffer, size_t** lengths, size_t* count) noexcept {
  return Guard([&] {
    NotNull(binding_ptr, "binding_ptr");
    NotNull(allocator, "allocator");
    NotNull(buffer, "buffer");
    NotNull(lengths, "lengths");
    NotNull(count, "count");
    const auto& names = binding_ptr->output_names();
    *buffer = nullptr;
    *lengths = nullptr;
    *count = names.size();
    if (names.empty()) return;
    size_t total = 0;
    for (const std::string& name : names) total += name.size();
    *lengths = static_cast<size_t*>(AllocateFrom(allocator, names.size() * sizeof(size_t)));
    *buffer = static_cast<char*>(allocator->Alloc(allocator, total + 1));
    if (*buffer == nullptr) {
      allocator->Free(allocator, *lengths);
      *lengths = nullptr;
      Fail(ORT_FAIL, "the allocator could not provide {} bytes for the names of the outputs",
           total + 1);
    }
    char* at = *buffer;
    for (size_t i = 0; i < names.size(); ++i) {
      (*lengths)[i] = names[i].size();
      std::memcpy(at, names[i].data(), names[i].size());
      at += names[i].size();
    }
    *at = '\0';
  });
}

OrtStatus* GetBoundOutputValues(const OrtIoBinding* binding_ptr, OrtAllocator* allocator,
                                OrtValue*** output, size_t* output_count) noexcept {
  return Guard([&] {
    NotNull(binding_ptr, "binding_ptr");
    NotNull(allocator, "allocator");
    NotNull(output, "output");
    NotNull(output_count, "output_count");
    const auto& values = binding_ptr->outputs();
    *output = nullptr;
    *output_count = 0;
    if (values.empty()) return;
    std::vector<std::unique_ptr<OrtValue>> copies;
    copies.reserve(values.size());
    for (const OrtValue& value : values) copies.push_back(std::make_unique<OrtValue>(value));
    *output = static_cast<OrtValue**>(AllocateFrom(allocator, copies.size() * sizeof(OrtValue*)));
    for (size_t i = 0; i < copies.size(); ++i) (*output)[i] = copies[i].release();
    *output_count = copies.size();
  });
}

void ClearBoundInputs(OrtIoBinding* binding_ptr) noexcept {
  if (binding_ptr != nullptr) binding_ptr->ClearInputs();
}

void ClearBoundOutputs(OrtIoBinding* binding_ptr) noexcept {
  if (binding_ptr != nullptr) binding_ptr->ClearOutputs();
}

// Inputs are where they are wanted when BindInput returns.
OrtStatus* SynchronizeBoundInputs(OrtIoBinding* binding_ptr) noexcept {
  return Guard([&] { NotNull(binding_ptr, "binding_ptr"); });
}

OrtStatus* SynchronizeBoundOutputs(OrtIoBinding* binding_ptr) noexcept {
  return Guard([&] {
    NotNull(binding_ptr, "binding_ptr");
    binding_ptr->session().Synchronize();
  });
}

OrtStatus* RunWithBinding(OrtSession* session, const OrtRunOptions* run_options,
                          const OrtIoBinding* binding_ptr) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(binding_ptr, "binding_ptr");
    const_cast<OrtIoBinding*>(binding_ptr)
        ->Run(run_options);  // const in C only: its outputs change
  });
}

}  // namespace backplane::abi
