// Copies between memories: the host's own, and those that plugins do. Filled by the
// ProviderRegistry for the env, and by a session with what only it has; used wherever tensors cross
// devices.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/value.h"
#include "provider/plugin_library.h"

namespace backplane {

/// Who copies between some memories; thread-safe.
class DataTransfer {
 public:
  DataTransfer() = default;
  virtual ~DataTransfer() = default;
  DataTransfer(const DataTransfer&) = delete;
  DataTransfer& operator=(const DataTransfer&) = delete;

  /// Whose it is, if it is a library's and goes with it.
  virtual const PluginLibrary* library() const { return nullptr; }
  virtual bool CanCopy(const MemoryInfo& from, const MemoryInfo& to) const = 0;
  /// `streams` is empty (copies are done on return) or has one entry, maybe null, for each pair.
  virtual void Copy(std::span<const Value* const> from, std::span<Value* const> to,
                    std::span<OrtSyncStream* const> streams) const = 0;
};

/// One plugin's OrtDataTransferImpl; releases it.
class PluginDataTransfer final : public DataTransfer {
 public:
  /// Takes `impl` over. Fails (and releases it) where it lacks callbacks or states an impossible
  /// version.
  PluginDataTransfer(std::shared_ptr<PluginLibrary> library, std::string ep_name,
                     OrtDataTransferImpl* impl);
  ~PluginDataTransfer() override;

  const PluginLibrary* library() const override { return library_.get(); }
  bool CanCopy(const MemoryInfo& from, const MemoryInfo& to) const override;
  void Copy(std::span<const Value* const> from, std::span<Value* const> to,
            std::span<OrtSyncStream* const> streams) const override;

 private:
  std::shared_ptr<PluginLibrary> library_;
  std::string ep_name_;
  OrtDataTransferImpl* impl_;
};

/// All transfers of an env, or of a session; thread-safe. The first that says it can copy does.
class DataTransfers {
 public:
  DataTransfers() = default;
  /// A session's: those of the env come before its own.
  explicit DataTransfers(const DataTransfers& before) : before_(&before) {}

  void Add(std::shared_ptr<const DataTransfer> transfer);
  /// Drops those of `library`.
  void Remove(const PluginLibrary* library);

  bool CanCopy(const MemoryInfo& from, const MemoryInfo& to) const;
  /// Copies each tensor of `from` to its place in `to` (same dtype and shape). Host memory to host
  /// memory needs no transfer; between devices it goes through the host where none copies directly.
  /// Fails with ORT_NOT_IMPLEMENTED naming both memories where nobody
  /// can.
  void Copy(std::span<const Value* const> from, std::span<Value* const> to,
            OrtSyncStream* stream = nullptr) const;

  /// The first that copies between these memories; null if none does.
  std::shared_ptr<const DataTransfer> Find(const MemoryInfo& from, const MemoryInfo& to) const;

 private:
  void CopyThroughHost(const Value& from, Value& to, OrtSyncStream* stream) const;

  const DataTransfers* const before_ = nullptr;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const DataTransfer>> transfers_;  // guarded by mutex_
};

}  // namespace backplane
