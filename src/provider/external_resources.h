// External memory and semaphores: what a plugin's importer makes of handles of other APIs, and who
// keeps what alive. Called by abi/ for clients; sessions see nothing but tensors.
#pragma once

#include <memory>

#include "base/value.h"
#include "provider/devices.h"
#include "provider/plugin_library.h"

/// C API: OrtExternalResourceImporter. What it has imported keeps the plugin's importer, and the
/// library, for as long as it lives itself.
struct OrtExternalResourceImporter final {
 public:
  /// Asks the factory of `device`, which `library` drives. Null where the EP has no importer. Fails
  /// with what the EP says, or ORT_INVALID_ARGUMENT for an importer that states no possible version
  /// or has no Release.
  static std::unique_ptr<OrtExternalResourceImporter> Create(
      std::shared_ptr<backplane::PluginLibrary> library, const OrtEpDevice& device);

  bool CanImportMemory(OrtExternalMemoryHandleType type) const;
  bool CanImportSemaphore(OrtExternalSemaphoreType type) const;

  /// The EP's object; goes back through ReleaseImported. Both fail with ORT_NOT_IMPLEMENTED where
  /// the EP cannot, ORT_FAIL where it gives nothing.
  OrtExternalMemoryHandle* ImportMemory(const OrtExternalMemoryDescriptor& descriptor);
  OrtExternalSemaphoreHandle* ImportSemaphore(const OrtExternalSemaphoreDescriptor& descriptor);

  /// A tensor over imported memory, which it keeps. Fails with ORT_INVALID_ARGUMENT for memory that
  /// this importer has not imported, and for what does not fit into it.
  std::unique_ptr<backplane::Value> CreateTensor(const OrtExternalMemoryHandle* memory,
                                                 const OrtExternalTensorDescriptor& descriptor);

  void Wait(OrtExternalSemaphoreHandle* semaphore, OrtSyncStream& stream, uint64_t value);
  void Signal(OrtExternalSemaphoreHandle* semaphore, OrtSyncStream& stream, uint64_t value);

  /// The EP's importer and what holds it.
  struct Impl;

 private:
  explicit OrtExternalResourceImporter(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  void CheckOwn(const void* handle, const char* what) const;

  std::shared_ptr<Impl> impl_;
};

namespace backplane {

using ExternalResourceImporter = ::OrtExternalResourceImporter;

/// Gives an imported object back to its EP, once nothing lies over it. Does nothing for one that is
/// not, or not any more, known.
void ReleaseImported(const void* handle) noexcept;

}  // namespace backplane
