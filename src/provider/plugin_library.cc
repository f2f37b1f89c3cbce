#include "provider/plugin_library.h"

#include <dlfcn.h>

#include <algorithm>

#include "provider/library_path.h"

namespace backplane {
namespace {

// The types of the exported functions without the promise not to throw.
using CreateFunction = ThatMayThrow<CreateEpApiFactoriesFn>::Type;

std::string LoaderError() {
  const char* text = dlerror();
  return text == nullptr ? "unknown error" : text;
}

void CheckFactory(const OrtEpFactory* factory, size_t index) {
  Require(factory != nullptr, ORT_FAIL, "CreateEpFactories returned a null factory (number {})",
          index + 1);
  CheckStatedVersion(factory->ort_version_supported, kFirstEpApiVersion,
                     Format("factory {}", index + 1));
  const std::pair<const char*, bool> needed[] = {
      {"GetName", factory->GetName != nullptr},
      {"GetVendor", factory->GetVendor != nullptr},
      {"GetSupportedDevices", factory->GetSupportedDevices != nullptr},
      {"CreateEp", factory->CreateEp != nullptr},
      {"ReleaseEp", factory->ReleaseEp != nullptr}};
  for (const auto& [name, present] : needed) {
    Require(present, ORT_INVALID_ARGUMENT, "factory {} has no {}", index + 1, name);
  }
  FactoryName(*factory);
}

}  // namespace

std::string FactoryName(const OrtEpFactory& factory) {
  const char* name = AskPlugin<const char*>(
      "GetName", nullptr, Callback(factory, &OrtEpFactory::GetName, kFirstEpApiVersion), &factory);
  Require(name != nullptr && name[0] != '\0', ORT_INVALID_ARGUMENT,
          "a factory's GetName gives no name");
  return name;
}

std::shared_ptr<PluginLibrary> PluginLibrary::Load(const std::string& name, const std::string& path,
                                                   const PluginHost& host) {
  const ResolvedLibrary resolved = ResolveLibraryPath(path, LibraryFolders());
  // From here on the destructor undoes whatever was done when a later step fails.
  std::shared_ptr<PluginLibrary> library(new PluginLibrary(name, resolved.path));
  library->logger_ = host.logger;
  if (!resolved.found && resolved.tried.size() > 1) {
    Fail(ORT_FAIL, "Failed to load library {} with error: no such file; tried {}", path,
         Join(resolved.tried, ", "));
  }
  library->Open(host);
  return library;
}

void PluginLibrary::Open(const PluginHost& host) {
  handle_ = dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    const std::string error = LoaderError();
    const std::string foreign =
        ForeignArchitecture(path_);  // the loader only says that it found no file
    Fail(ORT_FAIL, "Failed to load library {} with error: {}{}{}{}", path_, error,
         foreign.empty() ? "" : " (", foreign, foreign.empty() ? "" : ")");
  }
  const auto create = reinterpret_cast<CreateEpApiFactoriesFn>(Symbol("CreateEpFactories"));
  release_factory_ = reinterpret_cast<ReleaseEpApiFactoryFn>(Symbol("ReleaseEpFactory"));
  CreateFactories(create, host);
}

void* PluginLibrary::Symbol(const char* symbol) const {
  dlerror();
  void* address = dlsym(handle_, symbol);
  if (address == nullptr)
    Fail(ORT_FAIL, "Failed to get symbol {} with error: {}", symbol, LoaderError());
  return address;
}

void PluginLibrary::CreateFactories(CreateEpApiFactoriesFn create, const PluginHost& host) {
  OrtEpFactory* made[kMaxFactories] = {};
  size_t count = 0;
  // Whatever the plugin wrote is released, also if it then failed.
  const auto adopt = [&] {
    for (OrtEpFactory* factory : made) {
      if (factory != nullptr) factories_.push_back(factory);
    }
  };
  try {
    CallPlugin("", static_cast<CreateFunction>(create), name_.c_str(), host.api, host.logger, made,
               kMaxFactories, &count);
  } catch (const Error& error) {
    adopt();
    ThrowError(error.code(), Format("{} (CreateEpFactories of EP library '{}', {})",
                                    error.message(), name_, path_));
  }
  adopt();
  Require(count <= kMaxFactories, ORT_FAIL,
          "CreateEpFactories returned {} factories but the supplied capacity was {}. (EP library "
          "'{}', {})",
          count, kMaxFactories, name_, path_);
  try {
    for (size_t i = 0; i < count; ++i) CheckFactory(made[i], i);
  } catch (const Error& error) {
    ThrowError(error.code(), Format("EP library '{}' ({}): {}", name_, path_, error.message()));
  }
  factories_.resize(count);  // with fewer counted than written, the rest is not ours
}

PluginLibrary::~PluginLibrary() {
  devices_.clear();
  for (auto factory = factories_.rbegin(); factory != factories_.rend(); ++factory) {
    try {
      CallPlugin("", static_cast<ThatMayThrow<ReleaseEpApiFactoryFn>::Type>(release_factory_),
                 *factory);
    } catch (const std::exception& error) {
      if (logger_ != nullptr) {
        logger_->Log(ORT_LOGGING_LEVEL_ERROR, "provider",
                     "ReleaseEpFactory of EP library '{}' failed: {}", name_, error.what());
      }
    }
  }
  if (handle_ != nullptr) dlclose(handle_);
}

std::shared_ptr<void> PluginLibrary::Lease(std::string user) {
  auto entry = std::make_shared<std::string>(std::move(user));
  {
    const std::lock_guard lock(mutex_);
    users_.push_back(entry);
  }
  return std::shared_ptr<void>(nullptr, [self = shared_from_this(), entry](void*) {
    const std::lock_guard lock(self->mutex_);
    std::erase(self->users_, entry);
  });
}

std::vector<std::string> PluginLibrary::Users() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& user : users_) names.push_back(*user);
  return names;
}

}  // namespace backplane
