#include "abi/ep_registration.h"

#include "abi/guard.h"
#include "provider/registry.h"
#include "runtime/env.h"
#include "runtime/execution_providers.h"
#include "runtime/session_options.h"

namespace backplane::abi {

OrtStatus* RegisterExecutionProviderLibrary(OrtEnv* env, const char* registration_name,
                                            const ORTCHAR_T* path) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    // ONNX Runtime's code for a null name; it crashes for a null path.
    Require(registration_name != nullptr, ORT_RUNTIME_EXCEPTION, "registration_name is null");
    NotNull(path, "path");
    env->providers().Register(registration_name, path, *OrtGetApiBase());
  });
}

OrtStatus* UnregisterExecutionProviderLibrary(OrtEnv* env, const char* registration_name) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    Require(registration_name != nullptr, ORT_RUNTIME_EXCEPTION, "registration_name is null");
    env->providers().Unregister(registration_name);
  });
}

OrtStatus* SessionOptionsAppendExecutionProvider_V2(OrtSessionOptions* session_options, OrtEnv* env,
                                                    const OrtEpDevice* const* ep_devices,
                                                    size_t num_ep_devices,
                                                    const char* const* ep_option_keys,
                                                    const char* const* ep_option_vals,
                                                    size_t num_ep_options) noexcept {
  return GuardOptions(session_options, [&](OrtSessionOptions& options) {
    NotNull(env, "env");
    Require(ep_devices != nullptr && num_ep_devices != 0, ORT_INVALID_ARGUMENT,
            "Must provide one or more OrtEpDevice instances.");
    NotNullArray(ep_option_keys, num_ep_options, "ep_option_keys");
    NotNullArray(ep_option_vals, num_ep_options, "ep_option_vals");
    KeyValuePairs ep_options;
    for (size_t i = 0; i < num_ep_options; ++i) {
      Require(ep_option_keys[i] != nullptr && ep_option_vals[i] != nullptr, ORT_INVALID_ARGUMENT,
              "key or value of EP option {} is null", i);
      ep_options.Set(ep_option_keys[i], ep_option_vals[i]);
    }
    AppendEpDevices(*env, options, {ep_devices, num_ep_devices}, ep_options);
  });
}

OrtStatus* SessionOptionsSetEpSelectionPolicy(OrtSessionOptions* session_options,
                                              OrtExecutionProviderDevicePolicy policy) noexcept {
  return GuardOptions(session_options, [&](OrtSessionOptions& options) {
    const int number = policy;
    Require(number >= OrtExecutionProviderDevicePolicy_DEFAULT &&
                number <= OrtExecutionProviderDevicePolicy_MIN_OVERALL_POWER,
            ORT_INVALID_ARGUMENT, "{} is no OrtExecutionProviderDevicePolicy", number);
    options.ep_selection = {};
    options.ep_selection.policy = policy;
    options.ep_selection.enabled = true;
  });
}

OrtStatus* SessionOptionsSetEpSelectionPolicyDelegate(OrtSessionOptions* session_options,
                                                      EpSelectionDelegate delegate,
                                                      void* delegate_state) noexcept {
  return GuardOptions(session_options, [&](OrtSessionOptions& options) {
    options.ep_selection = {};
    options.ep_selection.enabled = true;
    options.ep_selection.delegate = delegate;
    options.ep_selection.delegate_state = delegate_state;
  });
}

}  // namespace backplane::abi
