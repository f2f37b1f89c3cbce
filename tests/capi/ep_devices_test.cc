// Hardware devices, EP devices, and what an EP offers outside of sessions: memory, copies, streams,
// judgements.
#include <gmock/gmock.h>

#include "capi/ep_support.h"

namespace capi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<const OrtHardwareDevice*> Hardware() {
  size_t count = 0;
  EXPECT_OK(Api().GetNumHardwareDevices(Env(), &count));
  std::vector<const OrtHardwareDevice*> devices(count);
  EXPECT_OK(Api().GetHardwareDevices(Env(), devices.data(), count));
  return devices;
}

TEST(EpDevicesTest, TheCpuIsThere) {
  const auto hardware = Hardware();
  ASSERT_FALSE(hardware.empty());
  EXPECT_EQ(Api().HardwareDevice_Type(hardware[0]), OrtHardwareDeviceType_CPU);
  EXPECT_STRNE(Api().HardwareDevice_Vendor(hardware[0]), "");
  EXPECT_NE(Api().HardwareDevice_Metadata(hardware[0]), nullptr);
  std::vector<const OrtHardwareDevice*> few(hardware.size());
  EXPECT_FAILS(Api().GetHardwareDevices(Env(), few.data(), hardware.size() - 1),
               ORT_INVALID_ARGUMENT);

  const auto devices = EpDevices();
  ASSERT_FALSE(devices.empty());
  EXPECT_STREQ(Api().EpDevice_EpName(devices[0]), "CPUExecutionProvider");
  EXPECT_EQ(Api().EpDevice_Device(devices[0]), hardware[0]);
  EXPECT_EQ(Pairs(Api().EpDevice_EpMetadata(devices[0])).count("version"), 1u);
}

TEST(EpDevicesTest, WhatAFactoryTells) {
  LifeCycle life{{"NAMES", "Telling"}, {"VENDOR", "A Vendor"}, {"OPTIONS", "fast=1,threads=2"}};
  Registered library("telling");
  const auto devices = EpDevices("Telling");
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_STREQ(Api().EpDevice_EpVendor(devices[0]), "A Vendor");
  EXPECT_THAT(Pairs(Api().EpDevice_EpOptions(devices[0])),
              ElementsAre(std::pair("fast", "1"), std::pair("threads", "2")));
  EXPECT_THAT(Pairs(Api().EpDevice_EpMetadata(devices[0])),
              ElementsAre(std::pair("index", "0"), std::pair("library_path", PluginPath()),
                          std::pair("supported_devices", "test"), std::pair("version", "1.2.3")));
  EXPECT_EQ(Api().EpDevice_Device(devices[0]), Hardware()[0]);
  EXPECT_EQ(EpDevices().back(), devices[0]);  // after the built-in EP's, in order of registration
}

TEST(EpDevicesTest, VirtualDevices) {
  LifeCycle life{{"NAMES", "Virtual"}, {"DEVICES", "NPU:0x8086:0x1234:vendor=Intel:speed=9"}};
  Registered library("virtual");
  const auto devices = EpDevices("Virtual");
  ASSERT_EQ(devices.size(), 1u);
  const OrtHardwareDevice* hardware = Api().EpDevice_Device(devices[0]);
  EXPECT_EQ(Api().HardwareDevice_Type(hardware), OrtHardwareDeviceType_NPU);
  EXPECT_EQ(Api().HardwareDevice_VendorId(hardware), 0x8086u);
  EXPECT_EQ(Api().HardwareDevice_DeviceId(hardware), 0x1234u);
  EXPECT_STREQ(Api().HardwareDevice_Vendor(hardware), "Intel");
  EXPECT_THAT(Pairs(Api().HardwareDevice_Metadata(hardware)),
              ElementsAre(std::pair("is_virtual", "1"), std::pair("speed", "9")));
}

TEST(EpDevicesTest, Incompatibility) {
  LifeCycle life{{"NAMES", "Choosy"}, {"DEVICES", "GPU:0x10de:1"}};
  Registered library("choosy");
  int32_t code = 99;
  const auto ask = [&](const char* ep, const OrtHardwareDevice* hardware, uint32_t* reasons,
                       std::string* notes) {
    OrtDeviceEpIncompatibilityDetails* details = nullptr;
    Outcome outcome =
        Api().GetHardwareDeviceEpIncompatibilityDetails(Env(), ep, hardware, &details);
    if (!outcome.ok()) return outcome;
    const char* text = nullptr;
    EXPECT_OK(Api().DeviceEpIncompatibilityDetails_GetReasonsBitmask(details, reasons));
    EXPECT_OK(Api().DeviceEpIncompatibilityDetails_GetNotes(details, &text));
    EXPECT_OK(Api().DeviceEpIncompatibilityDetails_GetErrorCode(details, &code));
    *notes = text == nullptr ? "" : text;
    Api().ReleaseDeviceEpIncompatibilityDetails(details);
    return outcome;
  };
  uint32_t reasons = 99;
  std::string notes;
  EXPECT_OK(ask("Choosy", Hardware()[0], &reasons, &notes));
  EXPECT_EQ(reasons, 0u);
  EXPECT_EQ(code, 0);
  EXPECT_OK(ask("Choosy", Api().EpDevice_Device(EpDevices("Choosy")[0]), &reasons, &notes));
  EXPECT_EQ(reasons, static_cast<uint32_t>(OrtDeviceEpIncompatibility_DRIVER_INCOMPATIBLE));
  EXPECT_EQ(code, 7);
  EXPECT_EQ(notes, "the driver is a test's");
  EXPECT_FALSE(ask("Nobody", Hardware()[0], &reasons, &notes).ok());
}

TEST(EpDevicesTest, CompatibilityOfCompiledModels) {
  LifeCycle life{{"NAMES", "Judge,Other"}};
  Registered library("judge");
  const OrtEpDevice* devices[] = {EpDevices("Judge")[0], EpDevices("Other")[0]};
  OrtCompiledModelCompatibility verdict = OrtCompiledModelCompatibility_EP_NOT_APPLICABLE;
  EXPECT_OK(Api().GetModelCompatibilityForEpDevices(devices, 1, "good", &verdict));
  EXPECT_EQ(verdict, OrtCompiledModelCompatibility_EP_SUPPORTED_OPTIMAL);
  EXPECT_OK(Api().GetModelCompatibilityForEpDevices(devices, 1, "bad", &verdict));
  EXPECT_EQ(verdict, OrtCompiledModelCompatibility_EP_UNSUPPORTED);
  EXPECT_FAILS(Api().GetModelCompatibilityForEpDevices(devices, 0, "good", &verdict),
               ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(Api().GetModelCompatibilityForEpDevices(devices, 2, "good", &verdict),
               ORT_INVALID_ARGUMENT);
  const OrtEpDevice* built_in = EpDevices()[0];
  EXPECT_OK(Api().GetModelCompatibilityForEpDevices(&built_in, 1, "good", &verdict));
  EXPECT_EQ(verdict, OrtCompiledModelCompatibility_EP_NOT_APPLICABLE);
}

TEST(EpDevicesTest, CompatibilityTextOfAModel) {
  char* text = nullptr;
  ASSERT_OK(Api().GetCompatibilityInfoFromModel(ModelPath("add").c_str(), "SomeEp",
                                                DefaultAllocator(), &text));
  EXPECT_EQ(text, nullptr);
  EXPECT_FALSE(Outcome(Api().GetCompatibilityInfoFromModel("/nowhere.onnx", "SomeEp",
                                                           DefaultAllocator(), &text))
                   .ok());
  EXPECT_FALSE(Outcome(Api().GetCompatibilityInfoFromModelBytes("garbage", 7, "SomeEp",
                                                                DefaultAllocator(), &text))
                   .ok());

  // The model's bytes with one more field of ModelProto behind them: metadata_props (number 14).
  std::ifstream file(ModelPath("add"), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::string key = "ep_compatibility_info.SomeEp";
  const std::string value = "v1;avx2";
  std::string entry = "\x0a" + std::string(1, static_cast<char>(key.size())) + key + "\x12" +
                      std::string(1, static_cast<char>(value.size())) + value;
  bytes += "\x72" + std::string(1, static_cast<char>(entry.size())) + entry;
  ASSERT_OK(Api().GetCompatibilityInfoFromModelBytes(bytes.data(), bytes.size(), "SomeEp",
                                                     DefaultAllocator(), &text));
  EXPECT_EQ(TakeText(text), value);
}

class EpMemoryTest : public testing::Test {
 protected:
  EpMemoryTest() : life_{{"NAMES", "Memory"}, {"MEMORY", "1"}}, library_("memory") {
    device_ = EpDevices("Memory").at(0);
  }
  LifeCycle life_;
  Registered library_;
  const OrtEpDevice* device_ = nullptr;
};

TEST_F(EpMemoryTest, SharedAllocators) {
  EXPECT_EQ(life_.Take("Factory.CreateAllocator").size(), 2u);  // one for each memory, at once
  for (const OrtDeviceMemoryType type :
       {OrtDeviceMemoryType_DEFAULT, OrtDeviceMemoryType_HOST_ACCESSIBLE}) {
    const OrtMemoryInfo* memory = Api().EpDevice_MemoryInfo(device_, type);
    ASSERT_NE(memory, nullptr);
    OrtAllocator* shared = nullptr;
    ASSERT_OK(Api().GetSharedAllocator(Env(), memory, &shared));
    ASSERT_NE(shared, nullptr);
    OrtAllocator* made = nullptr;
    ASSERT_OK(
        Api().CreateSharedAllocator(Env(), device_, type, OrtDeviceAllocator, nullptr, &made));
    ASSERT_NE(made, nullptr);
    void* block = made->Alloc(made, 64);
    EXPECT_NE(block, nullptr);
    made->Free(made, block);
    ASSERT_OK(Api().GetSharedAllocator(Env(), memory, &shared));
    EXPECT_EQ(shared, made);
    ASSERT_OK(Api().ReleaseSharedAllocator(Env(), device_, type));
    ASSERT_OK(Api().GetSharedAllocator(Env(), memory, &shared));
    EXPECT_EQ(shared, nullptr);
  }
  EXPECT_EQ(life_.Take("Factory.ReleaseAllocator").size(), 4u);
}

TEST_F(EpMemoryTest, Copies) {
  OrtAllocator* shared = nullptr;
  ASSERT_OK(Api().GetSharedAllocator(
      Env(), Api().EpDevice_MemoryInfo(device_, OrtDeviceMemoryType_DEFAULT), &shared));
  std::vector<float> data{1, 2, 3, 4};
  Handle<OrtValue> host = TensorOver(data, {4});
  const int64_t shape = 4;
  Handle<OrtValue> there;
  ASSERT_OK(Api().CreateTensorAsOrtValue(shared, &shape, 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                         there.out()));
  std::vector<float> result(4);
  Handle<OrtValue> back = TensorOver(result, {4});
  life_.Take();
  const OrtValue* sources[] = {host};
  OrtValue* targets[] = {there};
  ASSERT_OK(Api().CopyTensors(Env(), sources, targets, nullptr, 1));
  sources[0] = there;
  targets[0] = back;
  ASSERT_OK(Api().CopyTensors(Env(), sources, targets, nullptr, 1));
  EXPECT_EQ(result, data);
  EXPECT_EQ(life_.Take("DataTransfer.CopyTensors").size(), 2u);

  life_.Set("FAIL", "DataTransfer.CopyTensors");
  EXPECT_FAILS(Api().CopyTensors(Env(), sources, targets, nullptr, 1), ORT_EP_FAIL,
               "was told to fail");
  EXPECT_FAILS(Api().CopyTensors(Env(), sources, targets, nullptr, 0), ORT_INVALID_ARGUMENT);
}

TEST_F(EpMemoryTest, Streams) {
  OrtSyncStream* stream = nullptr;
  ASSERT_OK(Api().CreateSyncStreamForEpDevice(device_, nullptr, &stream));
  ASSERT_NE(stream, nullptr);
  EXPECT_NE(Api().SyncStream_GetHandle(stream), nullptr);
  const OrtEpApi& ep_api = *Api().GetEpApi();
  EXPECT_EQ(Api().SyncStream_GetHandle(stream), ep_api.SyncStream_GetImpl(stream));
  EXPECT_EQ(ep_api.GetSyncIdForLastWaitOnSyncStream(stream, stream), 0u);
  EXPECT_EQ(ep_api.SyncStream_GetSyncId(stream), 0u);  // nothing has waited for it yet
  Api().ReleaseSyncStream(stream);
  EXPECT_EQ(life_.Take("Stream.Release").size(), 1u);

  life_.Set("FAIL", "Factory.CreateSyncStreamForDevice");
  EXPECT_FAILS(Api().CreateSyncStreamForEpDevice(device_, nullptr, &stream), ORT_EP_FAIL,
               "was told to fail");
  EXPECT_FAILS(Api().CreateSyncStreamForEpDevice(EpDevices()[0], nullptr, &stream),
               ORT_INVALID_ARGUMENT);
}

TEST_F(EpMemoryTest, MemoryDevices) {
  const OrtEpApi& ep_api = *Api().GetEpApi();
  const OrtMemoryInfo* memory = Api().EpDevice_MemoryInfo(device_, OrtDeviceMemoryType_DEFAULT);
  const OrtMemoryInfo* host =
      Api().EpDevice_MemoryInfo(device_, OrtDeviceMemoryType_HOST_ACCESSIBLE);
  const OrtMemoryDevice* a = ep_api.MemoryInfo_GetMemoryDevice(memory);
  const OrtMemoryDevice* b = ep_api.MemoryInfo_GetMemoryDevice(host);
  EXPECT_TRUE(ep_api.MemoryDevice_AreEqual(a, a));
  EXPECT_FALSE(ep_api.MemoryDevice_AreEqual(a, b));
  EXPECT_EQ(ep_api.MemoryDevice_GetDeviceType(a), OrtMemoryInfoDeviceType_GPU);
  EXPECT_EQ(ep_api.MemoryDevice_GetVendorId(a), 0xbe01u);
  EXPECT_EQ(ep_api.MemoryDevice_GetDeviceId(a), 0u);
  EXPECT_EQ(ep_api.MemoryDevice_GetMemoryType(a), OrtDeviceMemoryType_DEFAULT);
  EXPECT_EQ(ep_api.MemoryDevice_GetMemoryType(b), OrtDeviceMemoryType_HOST_ACCESSIBLE);
  std::vector<float> data{1};
  Handle<OrtValue> value = TensorOver(data, {1});
  EXPECT_EQ(ep_api.MemoryDevice_GetDeviceType(ep_api.Value_GetMemoryDevice(value)),
            OrtMemoryInfoDeviceType_CPU);
}

// In a process of its own: there, the env is made with the variable set and an entry.
TEST(EpDiscoveryDeathTest, DescribedDevices) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime has only what the machine has";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto describe = [] {
    setenv("BACKPLANE_HARDWARE_DEVICES", "type=GPU,vendor_id=0x10de,device_id=2", 1);
    Handle<OrtKeyValuePairs> entries;
    Api().CreateKeyValuePairs(entries.out());
    Api().AddKeyValuePair(entries, "backplane.hardware_devices",
                          "type=NPU,vendor_id=0x8086,vendor=Mine,speed=9");
    OrtEnvCreationOptions options{};
    options.version = ORT_API_VERSION;
    options.logging_severity_level = ORT_LOGGING_LEVEL_WARNING;
    options.log_id = "described";
    options.config_entries = entries;
    Handle<OrtEnv> env;
    if (!Outcome(Api().CreateEnvWithOptions(&options, env.out())).ok()) return false;
    size_t count = 0;
    if (!Outcome(Api().GetNumHardwareDevices(env, &count)).ok() || count < 3) return false;
    std::vector<const OrtHardwareDevice*> devices(count);
    if (!Outcome(Api().GetHardwareDevices(env, devices.data(), count)).ok()) return false;
    const OrtHardwareDevice* npu = devices[count - 2];
    const OrtHardwareDevice* gpu = devices[count - 1];
    return Api().HardwareDevice_Type(npu) == OrtHardwareDeviceType_NPU &&
           std::string(Api().HardwareDevice_Vendor(npu)) == "Mine" &&
           std::string(Api().GetKeyValue(Api().HardwareDevice_Metadata(npu), "speed")) == "9" &&
           Api().HardwareDevice_Type(gpu) == OrtHardwareDeviceType_GPU &&
           Api().HardwareDevice_DeviceId(gpu) == 2;
  };
  EXPECT_EXIT(std::exit(describe() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(EpDevicesTest, CpuToCpuCopiesNeedNoEp) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime wants an EP for it";
  std::vector<float> from{1, 2};
  std::vector<float> to(2);
  Handle<OrtValue> source = TensorOver(from, {2});
  Handle<OrtValue> target = TensorOver(to, {2});
  const OrtValue* sources[] = {source};
  OrtValue* targets[] = {target};
  EXPECT_OK(Api().CopyTensors(Env(), sources, targets, nullptr, 1));
  EXPECT_EQ(to, from);
}

}  // namespace
}  // namespace capi
