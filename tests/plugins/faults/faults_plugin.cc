// Another EP library with one fault: whatever table of functions it hands to the host passes
// through here, and one function in one of them misbehaves. So each callback of each table can fail
// in turn, in EPs that otherwise do real work. Uses the public headers only. Read when needed:
//
//   FAULTS_LIBRARY  path of the EP library that does the work
//   FAULT           KIND:TABLE.MEMBER, for example "fail:OrtEp.Sync". Kinds:
//                     fail     it returns a status
//                     throw    it throws a C++ exception
//                     null     it is left out of its table
//                     nothing  it does nothing and returns success (false, zero, null)
//
// FaultsFilled() gives the functions that the library has filled in, FaultsReached() how often the
// host came to the one with the fault.
#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "onnxruntime_c_api.h"

// Member types of the headers ask not to ignore statuses; as template arguments they need not.
#pragma GCC diagnostic ignored "-Wignored-attributes"

#define EXPORT extern "C" __attribute__((visibility("default")))

// There in builds with a sanitizer that looks for leaks.
extern "C" __attribute__((weak)) void __lsan_ignore_object(const void* object);  // NOLINT

namespace {

const OrtApi* ort = nullptr;
std::mutex mutex;
std::set<std::string> filled;
std::atomic<int> reached{0};

std::string Fault() {
  const char* fault = std::getenv("FAULT");
  return fault == nullptr ? "" : fault;
}

bool Is(const char* kind, const std::string& name) { return Fault() == kind + (":" + name); }

/// A function to be called as one that is not noexcept, whatever its type promises.
template <typename Result, typename... Params>
auto MayThrow(Result (*function)(Params...) noexcept) -> Result (*)(Params...) {
  return function;
}

// What an EP does not give back is its own leak, not the host's.
void ExpectLeak(const void* object) {
  const std::string fault = Fault();
  const bool keeps =
      fault.find("Release") != std::string::npos || fault.find(".Free") != std::string::npos;
  if (keeps && object != nullptr && __lsan_ignore_object != nullptr) __lsan_ignore_object(object);
}

/// What is done with what a function has made: After(its parameters...).
template <auto kMember>
struct Made {};

template <auto kMember, typename = decltype(kMember)>
class Faulty;

/// The function that stands in for member `kMember` of all objects of its table.
template <auto kMember, typename Table, typename Result, bool kNoexcept, typename... Params>
class Faulty<kMember, Result (*Table::*)(Params...) noexcept(kNoexcept)> {
 public:
  static void Put(Table& table, const std::string& name) {
    auto& member = table.*kMember;
    // The headers call most members noexcept; a faulty one keeps no such promise.
    const auto call = reinterpret_cast<std::remove_reference_t<decltype(member)>>(&Call);
    if (member == nullptr || member == call) return;
    const std::lock_guard lock(mutex);
    name_ = name;
    filled.insert(name);
    originals_[&table] = reinterpret_cast<Function*>(member);
    if (Is("null", name)) ++reached;
    member = Is("null", name) ? nullptr : call;
  }

 private:
  using Function = Result(Params...);

  template <typename Self, typename... Rest>
  static const void* SelfOf(Self* self, Rest...) {
    return self;
  }

  static Result Call(Params... params) {
    if (Is("throw", name_) && ++reached) throw std::runtime_error(name_ + " threw");
    if (Is("nothing", name_) && ++reached) return Result();
    if constexpr (std::is_same_v<Result, OrtStatus*>) {
      if (Is("fail", name_) && ++reached)
        return ort->CreateStatus(ORT_EP_FAIL, (name_ + " was told to fail").c_str());
    }
    Function* original = nullptr;
    {
      const std::lock_guard lock(mutex);
      original = originals_.at(SelfOf(params...));
    }
    if constexpr (requires { Made<kMember>::After(params...); }) {
      const Result result = original(params...);
      if (result == nullptr) Made<kMember>::After(params...);
      return result;
    } else {
      return original(params...);
    }
  }

  static inline std::string name_;
  static inline std::map<const void*, Function*> originals_;
};

#define PUT(Table, Member) Faulty<&Table::Member>::Put(table, #Table "." #Member)

void Wrap(OrtNodeComputeInfo& table) {
  ExpectLeak(&table);
  PUT(OrtNodeComputeInfo, CreateState);
  PUT(OrtNodeComputeInfo, Compute);
  PUT(OrtNodeComputeInfo, ReleaseState);
}

void Wrap(OrtEpProfilerImpl& table) {
  ExpectLeak(&table);
  PUT(OrtEpProfilerImpl, Release);
  PUT(OrtEpProfilerImpl, StartProfiling);
  PUT(OrtEpProfilerImpl, StartEvent);
  PUT(OrtEpProfilerImpl, StopEvent);
  PUT(OrtEpProfilerImpl, EndProfiling);
}

void Complete(OrtAllocator& allocator) {
  if (allocator.GetStats == nullptr) {
    allocator.GetStats = [](const OrtAllocator*, OrtKeyValuePairs** out) noexcept -> OrtStatus* {
      ort->CreateKeyValuePairs(out);
      return nullptr;
    };
  }
  if (allocator.Shrink == nullptr)
    allocator.Shrink = [](OrtAllocator*) noexcept -> OrtStatus* { return nullptr; };
  if (allocator.Reserve == nullptr) {
    allocator.Reserve = [](OrtAllocator* self, size_t bytes) { return self->Alloc(self, bytes); };
  }
}

void Wrap(OrtAllocator& table) {
  ExpectLeak(&table);
  Complete(table);
  PUT(OrtAllocator, Alloc);
  PUT(OrtAllocator, Free);
  PUT(OrtAllocator, Info);
  PUT(OrtAllocator, Reserve);
  PUT(OrtAllocator, GetStats);
  PUT(OrtAllocator, AllocOnStream);
  PUT(OrtAllocator, Shrink);
}

void Wrap(OrtDataTransferImpl& table) {
  ExpectLeak(&table);
  PUT(OrtDataTransferImpl, Release);
  PUT(OrtDataTransferImpl, CanCopy);
  PUT(OrtDataTransferImpl, CopyTensors);
}

void Wrap(OrtSyncNotificationImpl& table) {
  ExpectLeak(&table);
  PUT(OrtSyncNotificationImpl, Release);
  PUT(OrtSyncNotificationImpl, Activate);
  PUT(OrtSyncNotificationImpl, WaitOnDevice);
  PUT(OrtSyncNotificationImpl, WaitOnHost);
}

void Wrap(OrtSyncStreamImpl& table) {
  ExpectLeak(&table);
  PUT(OrtSyncStreamImpl, Release);
  PUT(OrtSyncStreamImpl, GetHandle);
  PUT(OrtSyncStreamImpl, CreateNotification);
  PUT(OrtSyncStreamImpl, Flush);
  PUT(OrtSyncStreamImpl, OnSessionRunEnd);
}

void Wrap(OrtKernelImpl& table) {
  ExpectLeak(&table);
  PUT(OrtKernelImpl, Compute);
  PUT(OrtKernelImpl, Release);
  PUT(OrtKernelImpl, PrePackWeight);
  PUT(OrtKernelImpl, SetSharedPrePackedWeight);
}

void Wrap(OrtLoopKernelHelper& table) {
  ExpectLeak(&table);
  PUT(OrtLoopKernelHelper, Release);
  PUT(OrtLoopKernelHelper, ConcatOutput);
}

void Wrap(OrtScanKernelHelper& table) {
  ExpectLeak(&table);
  PUT(OrtScanKernelHelper, Release);
  PUT(OrtScanKernelHelper, Transpose);
}

void Wrap(OrtExternalMemoryHandle& table) {
  ExpectLeak(&table);
  PUT(OrtExternalMemoryHandle, Release);
}

void Wrap(OrtExternalSemaphoreHandle& table) {
  ExpectLeak(&table);
  PUT(OrtExternalSemaphoreHandle, Release);
}

void Wrap(OrtExternalResourceImporterImpl& table) {
  ExpectLeak(&table);
  PUT(OrtExternalResourceImporterImpl, CanImportMemory);
  PUT(OrtExternalResourceImporterImpl, ImportMemory);
  PUT(OrtExternalResourceImporterImpl, ReleaseMemory);
  PUT(OrtExternalResourceImporterImpl, CreateTensorFromMemory);
  PUT(OrtExternalResourceImporterImpl, CanImportSemaphore);
  PUT(OrtExternalResourceImporterImpl, ImportSemaphore);
  PUT(OrtExternalResourceImporterImpl, ReleaseSemaphore);
  PUT(OrtExternalResourceImporterImpl, WaitSemaphore);
  PUT(OrtExternalResourceImporterImpl, SignalSemaphore);
  PUT(OrtExternalResourceImporterImpl, Release);
}

// Functions that the library leaves to its factory, or out, so that each can have a fault.
std::map<const OrtEp*, OrtEpFactory*> factory_of;

void Complete(OrtEp& ep) {
  // What stands in may call a faulty one, so it is not noexcept as the member's type says.
  const auto fill = [](auto& member, auto function) {
    using Member = std::remove_reference_t<decltype(member)>;
    if (member == nullptr) member = reinterpret_cast<Member>(function);
  };
  const OrtEpFactory& factory = *factory_of.at(&ep);
  if (factory.CreateAllocator != nullptr) {
    fill(
        ep.CreateAllocator, +[](OrtEp* self, const OrtMemoryInfo* memory, OrtAllocator** out) {
          OrtEpFactory* maker = factory_of.at(self);
          return MayThrow(maker->CreateAllocator)(maker, memory, nullptr, out);
        });
  }
  if (factory.CreateSyncStreamForDevice != nullptr) {
    fill(
        ep.CreateSyncStreamForDevice,
        +[](OrtEp* self, const OrtMemoryDevice* memory, OrtSyncStreamImpl** out) {
          OrtEpFactory* maker = factory_of.at(self);
          return MayThrow(maker->CreateSyncStreamForDevice)(maker, memory, nullptr, out);
        });
  }
  fill(
      ep.Sync, +[](OrtEp*) noexcept -> OrtStatus* { return nullptr; });
  fill(
      ep.GetDefaultMemoryDevice,
      +[](const OrtEp*, const OrtMemoryDevice**) noexcept -> OrtStatus* { return nullptr; });
  fill(
      ep.GetAvailableResource,
      +[](const OrtEp*, OrtResourceCount*) noexcept -> OrtStatus* { return nullptr; });
  fill(
      ep.ShouldConvertDataLayoutForOp,
      +[](OrtEp*, const char*, const char*, OrtEpDataLayout, int*) noexcept -> OrtStatus* {
        return nullptr;
      });
}

void Wrap(OrtEp& table) {
  ExpectLeak(&table);
  Complete(table);
  PUT(OrtEp, GetName);
  PUT(OrtEp, GetCapability);
  PUT(OrtEp, Compile);
  PUT(OrtEp, ReleaseNodeComputeInfos);
  PUT(OrtEp, GetPreferredDataLayout);
  PUT(OrtEp, ShouldConvertDataLayoutForOp);
  PUT(OrtEp, SetDynamicOptions);
  PUT(OrtEp, OnRunStart);
  PUT(OrtEp, OnRunEnd);
  PUT(OrtEp, CreateAllocator);
  PUT(OrtEp, CreateSyncStreamForDevice);
  PUT(OrtEp, GetCompiledModelCompatibilityInfo);
  PUT(OrtEp, GetKernelRegistry);
  PUT(OrtEp, IsConcurrentRunSupported);
  PUT(OrtEp, Sync);
  PUT(OrtEp, CreateProfiler);
  PUT(OrtEp, IsGraphCaptureEnabled);
  PUT(OrtEp, IsGraphCaptured);
  PUT(OrtEp, ReplayGraph);
  PUT(OrtEp, GetGraphCaptureNodeAssignmentPolicy);
  PUT(OrtEp, GetAvailableResource);
  PUT(OrtEp, OnSessionInitializationEnd);
  PUT(OrtEp, GetDefaultMemoryDevice);
  PUT(OrtEp, ReleaseCapturedGraph);
  PUT(OrtEp, GetWeightlessSupport);
  PUT(OrtEp, GetEpContextDataCallbackSupport);
}

void Wrap(OrtEpFactory& table) {
  PUT(OrtEpFactory, GetName);
  PUT(OrtEpFactory, GetVendor);
  PUT(OrtEpFactory, GetSupportedDevices);
  PUT(OrtEpFactory, CreateEp);
  PUT(OrtEpFactory, ReleaseEp);
  PUT(OrtEpFactory, GetVendorId);
  PUT(OrtEpFactory, GetVersion);
  PUT(OrtEpFactory, ValidateCompiledModelCompatibilityInfo);
  PUT(OrtEpFactory, CreateAllocator);
  PUT(OrtEpFactory, ReleaseAllocator);
  PUT(OrtEpFactory, CreateDataTransfer);
  PUT(OrtEpFactory, IsStreamAware);
  PUT(OrtEpFactory, CreateSyncStreamForDevice);
  PUT(OrtEpFactory, GetHardwareDeviceIncompatibilityDetails);
  PUT(OrtEpFactory, CreateExternalResourceImporterForDevice);
  PUT(OrtEpFactory, GetNumCustomOpDomains);
  PUT(OrtEpFactory, GetCustomOpDomains);
  PUT(OrtEpFactory, InitGraphicsInterop);
  PUT(OrtEpFactory, DeinitGraphicsInterop);
}

// -- tables that functions make: the last parameter points to them

template <typename Table>
void WrapMade(Table** made) {
  if (made != nullptr && *made != nullptr) Wrap(**made);
}

struct LastParameter {
  template <typename First, typename... Rest>
  static void After(First first, Rest... rest) {
    if constexpr (sizeof...(rest) == 0) {
      WrapMade(first);
    } else {
      After(rest...);
    }
  }
};

template <>
struct Made<&OrtEpFactory::CreateEp> {
  static void After(OrtEpFactory* factory, const OrtHardwareDevice* const*,
                    const OrtKeyValuePairs* const*, size_t, const OrtSessionOptions*,
                    const OrtLogger*, OrtEp** ep) {
    factory_of[*ep] = factory;
    WrapMade(ep);
  }
};
template <>
struct Made<&OrtEpFactory::CreateAllocator> : LastParameter {};
template <>
struct Made<&OrtEp::CreateAllocator> : LastParameter {};
template <>
struct Made<&OrtEpFactory::CreateDataTransfer> : LastParameter {};
template <>
struct Made<&OrtEpFactory::CreateSyncStreamForDevice> : LastParameter {};
template <>
struct Made<&OrtEp::CreateSyncStreamForDevice> : LastParameter {};
template <>
struct Made<&OrtSyncStreamImpl::CreateNotification> : LastParameter {};
template <>
struct Made<&OrtEp::CreateProfiler> : LastParameter {};
template <>
struct Made<&OrtEpFactory::CreateExternalResourceImporterForDevice> : LastParameter {};
template <>
struct Made<&OrtExternalResourceImporterImpl::ImportMemory> : LastParameter {};
template <>
struct Made<&OrtExternalResourceImporterImpl::ImportSemaphore> : LastParameter {};

template <>
struct Made<&OrtEp::Compile> {
  static void After(OrtEp*, const OrtGraph**, const OrtNode**, size_t count,
                    OrtNodeComputeInfo** infos, OrtNode**) {
    for (size_t i = 0; i < count; ++i) WrapMade(&infos[i]);
  }
};
template <>
struct Made<&OrtNodeComputeInfo::CreateState> {
  static void After(OrtNodeComputeInfo*, OrtNodeComputeContext*, void** state) {
    ExpectLeak(*state);
  }
};

// -- the host's API as the library sees it: kernels and their helpers pass through here too

OrtApi api;
OrtEpApi ep_api;
const OrtEpApi* host_ep_api = nullptr;

struct Creation {
  OrtKernelCreateFunc create;
  void* state;
};
std::map<std::pair<OrtKernelCreateFunc, void*>, Creation> creations;

OrtStatus* CreateKernel(void* state, const OrtKernelInfo* info, OrtKernelImpl** kernel) noexcept {
  const Creation& creation = *static_cast<Creation*>(state);
  OrtStatus* status = creation.create(creation.state, info, kernel);
  if (status == nullptr) WrapMade(kernel);
  return status;
}

OrtStatus* AddKernel(OrtKernelRegistry* registry, const OrtKernelDef* def,
                     OrtKernelCreateFunc create, void* state) noexcept {
  const auto at = creations.try_emplace({create, state}, Creation{create, state}).first;
  return host_ep_api->KernelRegistry_AddKernel(registry, def, &CreateKernel, &at->second);
}

template <typename Helper>
using MakeControlFlow = OrtStatus* (*OrtEpApi::*)(const OrtKernelInfo*, Helper*,
                                                  OrtKernelImpl**) noexcept;

template <typename Helper, MakeControlFlow<Helper> kMake>
OrtStatus* CreateControlFlow(const OrtKernelInfo* info, Helper* helper,
                             OrtKernelImpl** kernel) noexcept {
  Wrap(*helper);
  return (host_ep_api->*kMake)(info, helper, kernel);
}

const OrtApi* GetApi(uint32_t) noexcept { return &api; }

struct Close {
  void operator()(void* library) const {
    if (library != nullptr) dlclose(library);
  }
};
using Library = std::shared_ptr<void>;
std::map<const OrtEpFactory*, Library> library_of;

template <typename Function>
Function Symbol(const Library& library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library.get(), name));
}

}  // namespace

/// The functions that the library has filled in since the last call, a line each; valid until the
/// next.
EXPORT const char* FaultsFilled() {
  static std::string text;
  const std::lock_guard lock(mutex);
  text.clear();
  for (const std::string& name : filled) text += name + "\n";
  filled.clear();
  return text.c_str();
}

/// How often the function with the fault was called, or left out, since the last call.
EXPORT int FaultsReached() { return reached.exchange(0); }

EXPORT OrtStatus* CreateEpFactories(const char* name, const OrtApiBase* base,
                                    const OrtLogger* logger, OrtEpFactory** factories, size_t room,
                                    size_t* count) {
  ort = base->GetApi(ORT_API_VERSION);
  host_ep_api = ort->GetEpApi();
  api = *ort;
  ep_api = *host_ep_api;
  api.GetEpApi = []() noexcept -> const OrtEpApi* { return &ep_api; };
  ep_api.KernelRegistry_AddKernel = &AddKernel;
  ep_api.CreateLoopKernel = &CreateControlFlow<OrtLoopKernelHelper, &OrtEpApi::CreateLoopKernel>;
  ep_api.CreateScanKernel = &CreateControlFlow<OrtScanKernelHelper, &OrtEpApi::CreateScanKernel>;
  static const OrtApiBase kBase = {&GetApi, base->GetVersionString};
  const Library library(dlopen(std::getenv("FAULTS_LIBRARY"), RTLD_NOW | RTLD_LOCAL), Close());
  if (library == nullptr) return ort->CreateStatus(ORT_FAIL, dlerror());
  const auto create = Symbol<CreateEpApiFactoriesFn>(library, "CreateEpFactories");
  OrtStatus* status = create(name, &kBase, logger, factories, room, count);
  if (status != nullptr) return status;
  for (size_t i = 0; i < *count; ++i) {
    library_of[factories[i]] = library;
    Wrap(*factories[i]);
  }
  return nullptr;
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  const Library library = std::move(library_of.extract(factory).mapped());
  return Symbol<ReleaseEpApiFactoryFn>(library, "ReleaseEpFactory")(factory);
}
