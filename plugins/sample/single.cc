// The library with one factory, which serves several kinds of devices. Its EP has the name that the
// program registers the library under.
#include "factory.h"

extern "C" {

SAMPLE_EXPORT OrtStatus* CreateEpFactories(const char* registered_name, const OrtApiBase* base,
                                           const OrtLogger*, OrtEpFactory** factories,
                                           size_t max_factories, size_t* num_factories) {
  return sample::CreateFactories(
      base, factories, max_factories, num_factories, [&](const sample::Api& api) {
        std::vector<std::unique_ptr<sample::Factory>> made;
        made.push_back(std::make_unique<sample::Factory>(
            api, registered_name,
            std::initializer_list<OrtHardwareDeviceType>{
                OrtHardwareDeviceType_CPU, OrtHardwareDeviceType_NPU, OrtHardwareDeviceType_GPU}));
        return made;
      });
}

SAMPLE_EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  return sample::ReleaseFactory(factory);
}
}
