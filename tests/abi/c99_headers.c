// The public headers as a C99 program sees them. Compiled with all warnings as errors; that it
// compiles, and that the slots can be called and filled from C, is the test.
#include "onnxruntime_c_api.h"
#include "onnxruntime_env_config_keys.h"
#include "onnxruntime_ep_device_ep_metadata_keys.h"
#include "onnxruntime_run_options_config_keys.h"
#include "onnxruntime_session_options_config_keys.h"

// Twice is once.
#include "onnxruntime_c_api.h"
#include "onnxruntime_ep_c_api.h"

OrtStatus* BackplaneC99Client(const OrtApiBase* base, const ORTCHAR_T* path, OrtSession** session);
OrtStatus* CreateEpFactories(const char* name, const OrtApiBase* base, const OrtLogger* logger,
                             OrtEpFactory** factories, size_t max_factories, size_t* num_factories);
OrtStatus* ReleaseEpFactory(OrtEpFactory* factory);
ORT_API_STATUS(BackplaneC99Function, _In_ const OrtValue* value, _Out_ int* out);

OrtStatus* BackplaneC99Client(const OrtApiBase* base, const ORTCHAR_T* path, OrtSession** session) {
  const OrtApi* ort = base->GetApi(ORT_API_VERSION);
  OrtEnv* env = NULL;
  OrtStatus* status = ort->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "c99", &env);
  if (status == NULL) status = ort->CreateSession(env, path, NULL, session);
  ort->ReleaseEnv(env);
  return status;
}

static const char* ORT_API_CALL GetName(const OrtEpFactory* factory) {
  (void)factory;
  return kOrtEpDevice_EpMetadataKey_Version;
}

static OrtEpFactory c99_factory;

OrtStatus* CreateEpFactories(const char* name, const OrtApiBase* base, const OrtLogger* logger,
                             OrtEpFactory** factories, size_t max_factories,
                             size_t* num_factories) {
  (void)name, (void)base, (void)logger, (void)max_factories;
  c99_factory.ort_version_supported = ORT_API_VERSION;
  c99_factory.GetName = GetName;
  factories[0] = &c99_factory;
  *num_factories = 1;
  return NULL;
}

OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  (void)factory;
  return NULL;
}

ORT_API_STATUS_IMPL(BackplaneC99Function, _In_ const OrtValue* value, _Out_ int* out) {
  *out = value != NULL;
  return NULL;
}

// The entry points have the types that hosts look them up with.
CreateEpApiFactoriesFn backplane_c99_create = CreateEpFactories;
ReleaseEpApiFactoryFn backplane_c99_release = ReleaseEpFactory;
