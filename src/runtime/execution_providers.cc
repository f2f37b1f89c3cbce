#include "runtime/execution_providers.h"

#include <algorithm>

#include "cpu/cpu_ep.h"
#include "onnxruntime_session_options_config_keys.h"
#include "provider/custom_ops.h"
#include "provider/ep_options.h"
#include "provider/installed_eps.h"
#include "provider/plugin_ep.h"
#include "provider/registry.h"
#include "provider/selection.h"
#include "runtime/env.h"
#include "runtime/session_options.h"

namespace backplane {
namespace {

// What a delegate is told of the model.
KeyValuePairs DescribeModel(const Graph& graph) {
  const ModelInfo& model = *graph.model();
  KeyValuePairs metadata;
  for (const auto& [key, value] : model.metadata) metadata.Set(key, value);
  metadata.Set("graph_name", graph.name);
  metadata.Set("graph_description", graph.doc_string);
  metadata.Set("producer_name", model.producer_name);
  metadata.Set("producer_version", model.producer_version);
  metadata.Set("domain", model.domain);
  metadata.Set("doc_string", model.doc_string);
  metadata.Set("model_version", Format("{}", model.model_version));
  return metadata;
}

void SetOption(OrtSessionOptions& options, const std::string& ep_name, const std::string& key,
               const char* value) {
  for (const std::string& entry : EpOptionEntries(ep_name, key))
    options.SetConfig(entry.c_str(), value);
}

void SetDefaults(OrtSessionOptions& options, std::span<const EpDevice* const> devices,
                 bool overwrite) {
  for (const EpDevice* device : devices) {
    for (const auto& [key, value] : device->options.entries()) {
      std::string chosen = value;
      if (!overwrite) {
        for (const std::string& entry : EpOptionEntries(device->ep_name, key)) {
          if (const char* present = options.config.Find(entry)) chosen = present;
        }
      }
      SetOption(options, device->ep_name, key, chosen.c_str());
    }
  }
}

// The EPs a policy or a delegate picks for a session that names none.
std::vector<EpChoice> Select(const ProviderRegistry& registry, OrtSessionOptions& options,
                             const Graph& graph) {
  const EpSelection& selection = options.ep_selection;
  const HeldDevices all = registry.AllDevices();
  const std::vector<const EpDevice*> ordered = OrderByPreference(all.devices);
  const std::vector<const EpDevice*> selected =
      selection.delegate != nullptr
          ? SelectByDelegate(selection.delegate, selection.delegate_state, ordered,
                             DescribeModel(graph), KeyValuePairs())
          : SelectByPolicy(selection.policy, ordered);
  std::vector<EpChoice> choices;
  for (auto& group : GroupByEp(selected)) {
    SetDefaults(options, group, /*overwrite=*/false);
    choices.push_back({group.front()->ep_name, {}, std::move(group)});
  }
  return choices;
}

// The EP, with what must outlive it: its own logger (the session's moves while it is built), and
// the lease that keeps its library from being unregistered.
std::shared_ptr<ExecutionProvider> Create(const ProviderRegistry& registry, const EpChoice& choice,
                                          const OrtSessionOptions& options, const Logger& logger,
                                          PluginEpSession session) {
  Require(!choice.devices.empty(), ORT_INVALID_ARGUMENT, "{} was appended without devices",
          choice.name);
  auto [library, lease] =
      registry.LeaseLibraryOf(choice.devices.front(), Format("a session: '{}'", logger.id()));
  for (const EpDevice* device : choice.devices) registry.LibraryOf(device);  // all are known
  auto own_logger = std::make_unique<const Logger>(logger);
  OrtEpFactory* factory = choice.devices.front()->factory;
  std::shared_ptr<ExecutionProvider> ep;
  try {
    if (options.ConfigSwitch(kOrtSessionOptionsConfigUseEnvAllocators))
      session.shared_allocators = [&registry](const MemoryInfo& memory) {
        return registry.FindAllocator(memory);
      };
    ep = CreatePluginEp(std::move(library), factory, choice.devices, options, *own_logger,
                        std::move(session));
  } catch (const Error& error) {
    ThrowError(ORT_FAIL, Format("{} ({})", error.message(),
                                choice.name));  // ONNX Runtime's code whatever the EP's
  }
  ExecutionProvider* raw = ep.get();
  return {raw,
          [ep = std::move(ep), own_logger = std::shared_ptr<const Logger>(std::move(own_logger)),
           lease = std::move(lease)](ExecutionProvider*) mutable {
            ep.reset();
            own_logger.reset();
            lease.reset();
          }};
}

// The custom operators of the client and of the EPs; null if there are none. Of two domains with
// one name the client's counts, then that of the EP named first.
std::shared_ptr<const CustomOps> CollectCustomOps(const ProviderRegistry& registry,
                                                  const OrtSessionOptions& options,
                                                  std::span<const EpChoice> choices) {
  std::vector<const OrtCustomOpDomain*> domains = options.custom_op_domains;
  for (const EpChoice& choice : choices) {
    for (const EpDevice* device : choice.devices) {
      const std::shared_ptr<PluginLibrary> held = registry.LibraryOf(device);
      if (held == nullptr) continue;
      for (const OrtCustomOpDomain* domain : CustomOpDomainsOf(*device->factory, choice.name)) {
        const bool known = std::any_of(domains.begin(), domains.end(), [&](const auto* other) {
          return other->name == domain->name;
        });
        if (!known) domains.push_back(domain);
      }
    }
  }
  if (domains.empty()) return nullptr;
  return std::make_shared<const CustomOps>(domains, cpu::kCpuExecutionProvider);
}

}  // namespace

std::vector<std::shared_ptr<ExecutionProvider>> CreateExecutionProviders(const OrtEnv& env,
                                                                         OrtSessionOptions& options,
                                                                         const Graph& graph,
                                                                         const Logger& logger) {
  const ProviderRegistry& registry = env.providers();
  if (options.eps.empty() && options.ep_selection.enabled)
    options.eps = Select(registry, options, graph);
  // The C API has no function by which an EP could ask for the number of threads.
  if (options.intra_op_threads > 0 &&
      options.config.Find(kOrtSessionOptionsConfigIntraOpNumThreads) == nullptr) {
    options.SetConfig(kOrtSessionOptionsConfigIntraOpNumThreads,
                      std::to_string(options.intra_op_threads).c_str());
  }
  const auto custom_ops = CollectCustomOps(registry, options, options.eps);
  if (custom_ops != nullptr) graph.model()->schemas = custom_ops->schemas();
  std::vector<std::shared_ptr<ExecutionProvider>> eps;
  for (const EpChoice& choice : options.eps) {
    if (choice.name == cpu::kCpuExecutionProvider) {  // always there, always last
      Require(!options.ConfigSwitch(kOrtSessionOptionsDisableCPUEPFallback), ORT_INVALID_ARGUMENT,
              "Conflicting session configuration: explicitly added the CPU EP to the session, but "
              "also disabled fallback to the CPU EP via session configuration options.");
      continue;
    }
    for (const auto& ep : eps) {
      Require(ep->name() != choice.name, ORT_FAIL, "Provider {} has already been registered.",
              choice.name);
    }
    eps.push_back(Create(registry, choice, options, logger,
                         {custom_ops, options.prepacked_weights, nullptr}));
  }
  const cpu::CpuOptions cpu_options{.fuse = options.optimization_level >= ORT_ENABLE_EXTENDED,
                                    .layout = options.optimization_level >= ORT_ENABLE_LAYOUT};
  eps.push_back(std::make_shared<cpu::CpuExecutionProvider>(cpu_options, custom_ops));
  return eps;
}

std::vector<std::pair<std::string, Reason>> WhyNotInSession(
    const OrtEnv& env, const OrtSessionOptions& options,
    std::span<const std::shared_ptr<ExecutionProvider>> eps) {
  std::vector<std::pair<std::string, Reason>> notes;
  const char* why = !options.ep_selection.enabled ? "the session's options do not name it"
                    : options.ep_selection.delegate != nullptr
                        ? "the session's selection delegate chose other devices"
                        : "the session's selection policy chose other devices";
  for (const std::string& name : env.providers().EpNames()) {
    const bool used =
        name == cpu::kCpuExecutionProvider ||
        std::any_of(options.eps.begin(), options.eps.end(),
                    [&](const EpChoice& choice) { return choice.name == name; }) ||
        std::any_of(eps.begin(), eps.end(), [&](const auto& ep) { return ep->name() == name; });
    if (!used) notes.emplace_back(name, Reason{ReasonCode::kOption, why, {}});
  }
  for (auto& absent : env.providers().Absent()) notes.push_back(std::move(absent));
  return notes;
}

void AppendEpDevices(const OrtEnv& env, OrtSessionOptions& options,
                     std::span<const OrtEpDevice* const> devices, const KeyValuePairs& ep_options) {
  Require(!devices.empty(), ORT_INVALID_ARGUMENT,
          "Must provide one or more OrtEpDevice instances.");
  for (const EpDevice* device : devices) {
    env.providers().LibraryOf(device);  // fails for what is no device of this env
    Require(device->factory == devices[0]->factory && device->ep_name == devices[0]->ep_name,
            ORT_INVALID_ARGUMENT,
            "All OrtEpDevice values in ep_devices must have the same execution provider.");
  }
  if (options.Config(kStrictEpOptions, "1") != "0") CheckEpOptions(devices, ep_options);
  SetDefaults(options, devices, /*overwrite=*/true);
  for (const auto& [key, value] : ep_options.entries())
    SetOption(options, devices[0]->ep_name, key, value.c_str());
  options.eps.push_back({devices[0]->ep_name, ep_options, {devices.begin(), devices.end()}});
}

namespace {

using HeldDevice = std::pair<const EpDevice*, std::shared_ptr<const PluginLibrary>>;

HeldDevice FirstDevice(const ProviderRegistry& registry, const NamedEp& ep) {
  HeldDevice found = registry.FirstDeviceOf(ep.full_name);
  return found.first != nullptr ? found : registry.FirstDeviceOf(ep.short_name);
}

}  // namespace

std::string AppendEpByName(OrtSessionOptions& options, const NamedEp& ep,
                           const KeyValuePairs& ep_options) {
  if (ep.full_name == cpu::kCpuExecutionProvider) {
    // Always there; but a session that names it has named its EPs.
    options.eps.push_back({std::string(ep.full_name), ep_options, {}});
    return {};
  }
  const std::shared_ptr<OrtEnv> env = OrtEnv::Current();
  if (env == nullptr) return "There is no environment yet that knows EP libraries.";
  ProviderRegistry& registry = env->providers();
  HeldDevice found = FirstDevice(registry, ep);
  if (found.first == nullptr) {
    const InstalledEp installed = FindInstalledEp(ep.short_name);
    if (installed.path.empty()) {
      return Format("No registered EP library makes {}, and none of {} is in {}.{}", ep.full_name,
                    Join(installed.files, ", "), Join(installed.folders, ", "),
                    ep.platform.empty() ? "" : Format(" It exists on {} only.", ep.platform));
    }
    try {
      registry.Register(std::string(ep.full_name), installed.path, *OrtGetApiBase());
    } catch (const Error&) {
      // Another thread may have been first; then it is there.
      if (FirstDevice(registry, ep).first == nullptr) throw;
    }
    found = FirstDevice(registry, ep);
    if (found.first == nullptr) {
      return Format("{} makes no EP {} for the devices of this machine ({}).", installed.path,
                    ep.full_name, Join(DescribeHardware(registry.hardware()), ", "));
    }
  }
  AppendEpDevices(*env, options, {&found.first, 1}, ep_options);
  return {};
}

}  // namespace backplane
