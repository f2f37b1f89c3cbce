// The library with several factories: an EP of a fixed, unique name for each kind of device.
#include "factory.h"

extern "C" {

SAMPLE_EXPORT OrtStatus* CreateEpFactories(const char*, const OrtApiBase* base, const OrtLogger*,
                                           OrtEpFactory** factories, size_t max_factories,
                                           size_t* num_factories) {
  return sample::CreateFactories(
      base, factories, max_factories, num_factories, [](const sample::Api& api) {
        using Types = std::initializer_list<OrtHardwareDeviceType>;
        std::vector<std::unique_ptr<sample::Factory>> made;
        made.push_back(
            std::make_unique<sample::Factory>(api, "Sample_CPU", Types{OrtHardwareDeviceType_CPU}));
        made.push_back(
            std::make_unique<sample::Factory>(api, "Sample_NPU", Types{OrtHardwareDeviceType_NPU}));
        made.push_back(
            std::make_unique<sample::Factory>(api, "Sample_GPU", Types{OrtHardwareDeviceType_GPU}));
        return made;
      });
}

SAMPLE_EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  return sample::ReleaseFactory(factory);
}
}
