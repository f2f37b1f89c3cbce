#include "runtime/env.h"

#include <algorithm>

#include "base/error.h"
#include "base/memory.h"
#include "cpu/cpu_ep.h"
#include "provider/registry.h"
#include "runtime/background.h"

namespace {

// The process's env. The weak reference outlives the clients' one where sessions still hold the
// env.
struct Process {
  std::mutex mutex;
  std::weak_ptr<OrtEnv> env;
  std::shared_ptr<OrtEnv> clients;  // set while references > 0
  int references = 0;
};

Process& TheProcess() {
  static auto* process =
      new Process();  // never freed: clients may release at exit, after our statics
  return *process;
}

}  // namespace

OrtEnv* OrtEnv::Acquire(const backplane::EnvOptions& options) {
  Process& process = TheProcess();
  const std::lock_guard lock(process.mutex);
  std::shared_ptr<OrtEnv> env = process.env.lock();
  if (env == nullptr) {
    env = std::make_shared<OrtEnv>(options);
    process.env = env;
  }
  process.clients = env;
  ++process.references;
  return env.get();
}

std::shared_ptr<OrtEnv> OrtEnv::Current() {
  Process& process = TheProcess();
  const std::lock_guard lock(process.mutex);
  return process.env.lock();
}

void OrtEnv::Release(OrtEnv* env) noexcept {
  if (env == nullptr) return;
  Process& process = TheProcess();
  std::shared_ptr<OrtEnv>
      last;  // destroyed outside of the lock: the end of an env may call foreign code
  const std::lock_guard lock(process.mutex);
  if (env != process.clients.get() || --process.references > 0) return;
  last = std::move(process.clients);
}

OrtEnv::OrtEnv(const backplane::EnvOptions& options)
    : logger_(options.sink, options.severity, options.log_id),
      config_(options.config),
      background_(std::make_unique<backplane::BackgroundThreads>()) {
  if (options.threads != nullptr) {
    pool_ = std::make_shared<backplane::ThreadPool>(options.threads->intra_op);
  }
  providers_ = std::make_unique<backplane::ProviderRegistry>(
      backplane::RegistryOptions{backplane::cpu::kCpuExecutionProvider, config_, &logger_});
}

OrtEnv::~OrtEnv() = default;

void OrtEnv::RunInBackground(std::function<void()> task) const {
  background_->Run(std::move(task));
}

void OrtEnv::RegisterAllocator(OrtAllocator* allocator, std::shared_ptr<void> owner) {
  const OrtMemoryInfo& memory = *allocator->Info(allocator);
  const std::lock_guard lock(mutex_);
  for (Shared& shared : allocators_) {
    if (shared.allocator->Info(shared.allocator)->SameDevice(memory)) {
      shared = {allocator, std::move(owner)};
      return;
    }
  }
  allocators_.push_back({allocator, std::move(owner)});
}

void OrtEnv::UnregisterAllocator(const backplane::MemoryInfo& memory) {
  const std::lock_guard lock(mutex_);
  const size_t removed = std::erase_if(allocators_, [&](const Shared& shared) {
    return shared.allocator->Info(shared.allocator)->SameDevice(memory);
  });
  backplane::Require(
      removed != 0, ORT_INVALID_ARGUMENT,
      "No allocator for this device has been registered for sharing. (memory '{}', device {})",
      memory.name, memory.device_id);
}

std::shared_ptr<OrtAllocator> OrtEnv::RegisteredAllocator(
    const backplane::MemoryInfo& memory) const {
  const std::lock_guard lock(mutex_);
  for (const Shared& shared : allocators_) {
    if (shared.allocator->Info(shared.allocator)->SameDevice(memory))
      return {shared.owner, shared.allocator};
  }
  return nullptr;
}

OrtAllocator* OrtEnv::SharedAllocator(const backplane::MemoryInfo& memory) const {
  const std::lock_guard lock(mutex_);
  for (const Shared& shared : allocators_) {
    if (shared.allocator->Info(shared.allocator)->SameDevice(memory)) return shared.allocator;
  }
  if (memory.SameDevice(backplane::CpuMemoryInfo())) return backplane::CpuAllocator();
  return providers_->FindAllocator(memory).get();  // the registry keeps it
}
