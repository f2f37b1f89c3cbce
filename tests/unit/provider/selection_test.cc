// The order of devices and what policies take of it. How ONNX Runtime does on the same devices is
// compared through the C API (tests/capi/ep_selection_test.cc); here are the corners.
#include "provider/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "base/error.h"

namespace backplane {
namespace {

using ::testing::ElementsAre;

class SelectionTest : public ::testing::Test {
 protected:
  const EpDevice* Add(const std::string& ep, OrtHardwareDeviceType type,
                      const std::string& discrete = "", const std::string& ep_vendor = "Vendor") {
    HardwareDevice& hardware = hardware_.emplace_back();
    hardware.type = type;
    hardware.vendor = "Maker";
    if (!discrete.empty()) hardware.metadata.Set("Discrete", discrete);
    EpDevice& device = devices_.emplace_back();
    device.ep_name = ep;
    device.ep_vendor = ep_vendor;
    device.device = &hardware;
    OrtEpFactory& factory = factories_.emplace_back();
    factory = {};
    factory.ort_version_supported = 22;
    if (ep != "CPU EP") device.factory = &factory;
    return &device;
  }
  std::vector<std::string> Order() {
    std::vector<const EpDevice*> all;
    for (const EpDevice& device : devices_) all.push_back(&device);
    std::vector<std::string> names;
    for (const EpDevice* device : OrderByPreference(all)) names.push_back(device->ep_name);
    return names;
  }
  std::deque<HardwareDevice> hardware_;
  std::deque<EpDevice> devices_;
  std::deque<OrtEpFactory> factories_;
};

TEST_F(SelectionTest, Order) {
  Add("CPU EP", OrtHardwareDeviceType_CPU, "",
      "Maker");  // of the device's vendor, and yet the last
  Add("B", OrtHardwareDeviceType_CPU);
  Add("A", OrtHardwareDeviceType_CPU);
  Add("V", OrtHardwareDeviceType_CPU, "", "Maker");
  Add("G", OrtHardwareDeviceType_GPU, "", "Maker");
  Add("D", OrtHardwareDeviceType_GPU, "1");
  Add("N", OrtHardwareDeviceType_NPU);
  EXPECT_THAT(Order(), ElementsAre("N", "D", "G", "V", "A", "B", "CPU EP"));
}

TEST_F(SelectionTest, EqualDevicesKeepTheirOrder) {
  const EpDevice* first = Add("X", OrtHardwareDeviceType_GPU);
  const EpDevice* second = Add("X", OrtHardwareDeviceType_GPU);
  const EpDevice* all[] = {first, second};
  EXPECT_THAT(OrderByPreference(all), ElementsAre(first, second));
  EXPECT_THAT(SelectByPolicy(OrtExecutionProviderDevicePolicy_PREFER_GPU, all), ElementsAre(first));
}

TEST_F(SelectionTest, NothingToSelect) {
  EXPECT_TRUE(SelectByPolicy(OrtExecutionProviderDevicePolicy_PREFER_NPU, {}).empty());
  EXPECT_THROW(SelectByPolicy(static_cast<OrtExecutionProviderDevicePolicy>(7), {}), Error);
}

TEST_F(SelectionTest, Groups) {
  const EpDevice* x = Add("X", OrtHardwareDeviceType_GPU);
  const EpDevice* y = Add("Y", OrtHardwareDeviceType_GPU);
  EpDevice more = *x;
  const EpDevice* all[] = {x, y, &more, x};
  const auto groups = GroupByEp(all);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_THAT(groups[0], ElementsAre(x, &more, x));
  EXPECT_THAT(groups[1], ElementsAre(y));
}

}  // namespace
}  // namespace backplane
