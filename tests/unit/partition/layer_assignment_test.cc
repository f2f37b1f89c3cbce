// Which EP a device of the layer settings means, and the names of nodes in files of statistics. The
// effects of both on sessions are in tests/capi/placement_options_test.cc.
#include "partition/layer_assignment.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "onnxruntime_session_options_config_keys.h"
#include "partition/node_stats.h"
#include "partition/placement.h"
#include "provider/devices.h"

namespace backplane {
namespace {

// An EP on one device; without one it is the host's.
class DeviceEp final : public ExecutionProvider {
 public:
  explicit DeviceEp(std::string name) : name_(std::move(name)) {}
  DeviceEp(std::string name, OrtHardwareDeviceType type, std::string vendor, int number)
      : name_(std::move(name)) {
    hardware_.type = type;
    hardware_.vendor = std::move(vendor);
    device_.device = &hardware_;
    device_.memory.emplace();
    device_.memory->device_id = number;
    list_.push_back(&device_);
  }
  const std::string& name() const override { return name_; }
  Capability GetCapability(const GraphView&) override { return {}; }
  std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup>) override { return {}; }
  std::unique_ptr<Kernel> CreateKernel(const KernelInfo&) override { return nullptr; }
  std::span<const OrtEpDevice* const> devices() const override { return list_; }

 private:
  std::string name_;
  HardwareDevice hardware_;
  EpDevice device_;
  std::vector<const OrtEpDevice*> list_;
};

class LayerAssignmentTest : public testing::Test {
 protected:
  /// The EP that a node of layer "a" goes to where that is for `device`; empty: any.
  std::string Meant(const std::string& device) {
    KeyValuePairs config;
    config.Set(kOrtSessionOptionsLayerAssignmentSettings, device + "(a)");
    const LayerAssignment layers = LayerAssignment::FromConfig(config, eps_, logger_);
    node_->layer = "a";
    const int ep = layers.EpOf(*node_);
    return ep == kNoEp ? "" : eps_[static_cast<size_t>(ep)]->name();
  }

  const std::vector<std::shared_ptr<ExecutionProvider>> eps_ = {
      std::make_shared<DeviceEp>("First", OrtHardwareDeviceType_GPU, "Intel", 0),
      std::make_shared<DeviceEp>("FastPluginExecutionProvider", OrtHardwareDeviceType_GPU, "NVIDIA",
                                 1),
      std::make_shared<DeviceEp>("Neural", OrtHardwareDeviceType_NPU, "Intel", 0),
      std::make_shared<DeviceEp>("CPUExecutionProvider")};
  const Logger logger_{LogSink{}, ORT_LOGGING_LEVEL_FATAL, ""};
  Graph graph_{std::make_shared<ModelInfo>()};
  Node* node_ = graph_.AddNode("n", "Neg", "",
                               {graph_.AddInput("a_rather_long_name_of_an_input_of_41_bytes", {})},
                               {graph_.AddValue("sixteen_bytes_ab")});
};

TEST_F(LayerAssignmentTest, TheFirstEpThatFitsTheDeviceIsMeant) {
  EXPECT_EQ(Meant("gpu"), "First");
  EXPECT_EQ(Meant("GPU:nvidia"), "FastPluginExecutionProvider");
  EXPECT_EQ(Meant("gpu:1"), "FastPluginExecutionProvider");
  EXPECT_EQ(Meant("gpu:0"), "First");
  EXPECT_EQ(Meant("gpu:2"), "");
  EXPECT_EQ(Meant("gpu:amd"), "");
  EXPECT_EQ(Meant("npu"), "Neural");
  EXPECT_EQ(Meant("accelerator"), "First");
  EXPECT_EQ(Meant("cpu"), "CPUExecutionProvider");
  EXPECT_EQ(Meant("fast"), "FastPluginExecutionProvider");
  EXPECT_EQ(Meant("FASTPLUGIN"), "FastPluginExecutionProvider");
  EXPECT_EQ(Meant("FastPluginExecutionProvider"), "FastPluginExecutionProvider");
  EXPECT_EQ(Meant("neural"), "Neural");
  EXPECT_EQ(Meant("fpga"), "");
}

// What ONNX Runtime 1.31 wrote for this node.
TEST_F(LayerAssignmentTest, StatsNamesAreThoseOfOnnxRuntime) {
  EXPECT_EQ(StatsName(*node_), "n_15758488142649477399");
  node_->name.clear();
  EXPECT_EQ(StatsName(*node_), "Neg_15758488142649477399");
}

}  // namespace
}  // namespace backplane
