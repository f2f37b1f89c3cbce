// OrtInteropApi over the importer of tests/plugins/device_ep: host memory by its address, counters
// as semaphores. What EPs without an importer answer holds on ONNX Runtime too.
#include <atomic>

#include "capi/device_ep_support.h"

namespace capi {
namespace {

const OrtInteropApi& Interop() { return *Api().GetInteropApi(); }

// The plug-in with the importer in one of its modes.
class InteropTest : public testing::Test {
 protected:
  void Register(const char* mode) {
    setenv("DEVICE_EP_IMPORTER", mode, 1);
    setenv("DEVICE_EP_STREAMS", "1", 1);
    registered_ = std::make_unique<Registered>("device_ep", PluginPath("device_ep_plugin"));
    library_ = dlopen(PluginPath("device_ep_plugin").c_str(), RTLD_NOW | RTLD_NOLOAD);
    Journal();
  }
  void TearDown() override {
    if (importer_ != nullptr) Interop().ReleaseExternalResourceImporter(importer_);
    registered_.reset();
    if (library_ != nullptr) dlclose(library_);
    for (const char* name : {"DEVICE_EP_IMPORTER", "DEVICE_EP_STREAMS", "DEVICE_EP_FAIL"})
      unsetenv(name);
  }
  std::string Journal() {
    return reinterpret_cast<const char* (*)()>(dlsym(library_, "DeviceEpJournal"))();
  }
  static const OrtEpDevice* DeviceA() { return EpDevices("DeviceA").at(0); }
  Outcome Import() {
    return Interop().CreateExternalResourceImporterForDevice(DeviceA(), &importer_);
  }
  OrtExternalMemoryDescriptor Memory(size_t offset = 0) {
    return {ORT_API_VERSION, ORT_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION, data_.data(),
            sizeof(float) * data_.size(), offset};
  }
  static OrtExternalTensorDescriptor Tensor(const std::vector<int64_t>& shape, size_t offset = 0) {
    return {ORT_API_VERSION, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, shape.data(), shape.size(),
            offset};
  }

  std::vector<float> data_{0, 1, 2, 3, 4, 5, 6, 7};
  OrtExternalResourceImporter* importer_ = nullptr;
  std::unique_ptr<Registered> registered_;
  void* library_ = nullptr;
};

TEST_F(InteropTest, TensorsLieOverImportedMemoryAndKeepIt) {
  Register("1");
  ASSERT_OK(Import());
  bool supported = false;
  EXPECT_OK(Interop().CanImportMemory(importer_, ORT_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION,
                                      &supported));
  EXPECT_TRUE(supported);
  EXPECT_OK(
      Interop().CanImportMemory(importer_, ORT_EXTERNAL_MEMORY_HANDLE_TYPE_D3D12_HEAP, &supported));
  EXPECT_FALSE(supported);
  const OrtExternalMemoryDescriptor memory = Memory(4);
  OrtExternalMemoryHandle* handle = nullptr;
  ASSERT_OK(Interop().ImportMemory(importer_, &memory, &handle));
  const std::vector<int64_t> shape{2, 3};
  const OrtExternalTensorDescriptor wanted = Tensor(shape, 4);
  Handle<OrtValue> tensor;
  ASSERT_OK(Interop().CreateTensorFromMemory(importer_, handle, &wanted, tensor.out()));
  EXPECT_EQ(ShapeOf(tensor), shape);
  EXPECT_EQ(DataOf<float>(tensor), (std::vector<float>{2, 3, 4, 5, 6, 7}));
  data_[2] = 9;
  EXPECT_EQ(DataOf<float>(tensor)[0], 9);
  if (!OnBackplane()) {  // there the client has to keep the order
    tensor = {};
    Interop().ReleaseExternalMemoryHandle(handle);
    return;
  }
  Journal();
  Interop().ReleaseExternalResourceImporter(importer_);
  importer_ = nullptr;
  Interop().ReleaseExternalMemoryHandle(handle);
  Interop().ReleaseExternalMemoryHandle(handle);  // is gone: nothing happens
  EXPECT_EQ(Journal(), "");
  EXPECT_FAILS(Unregister("device_ep"), ORT_FAIL,
               "in use by an importer of external resources for DeviceA");
  EXPECT_EQ(DataOf<float>(tensor)[5], 7);
  tensor = {};
  EXPECT_EQ(Journal(), "handle released\nimporter released\n");
}

TEST_F(InteropTest, WhatDoesNotFitIsRefused) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime leaves this to the EP";
  Register("1");
  ASSERT_OK(Import());
  OrtExternalMemoryHandle* handle = nullptr;
  const OrtExternalMemoryDescriptor behind = Memory(33);
  EXPECT_FAILS(Interop().ImportMemory(importer_, &behind, &handle), ORT_INVALID_ARGUMENT,
               "offset 33");
  const OrtExternalMemoryDescriptor memory = Memory(8);
  ASSERT_OK(Interop().ImportMemory(importer_, &memory, &handle));
  const auto create = [&](const OrtExternalTensorDescriptor& wanted) {
    Handle<OrtValue> tensor;
    return Outcome(Interop().CreateTensorFromMemory(importer_, handle, &wanted, tensor.out()));
  };
  const std::vector<int64_t> six{6};
  EXPECT_OK(create(Tensor(six)));
  EXPECT_FAILS(create(Tensor(six, 4)), ORT_INVALID_ARGUMENT, "does not fit into the 24 bytes");
  EXPECT_FAILS(create(Tensor(six, SIZE_MAX - 3)), ORT_INVALID_ARGUMENT, "does not fit");
  EXPECT_FAILS(create(Tensor({INT64_MAX, 2})), ORT_FAIL, "size overflow");
  EXPECT_FAILS(create(Tensor({-1})), ORT_INVALID_ARGUMENT, "");
  OrtExternalTensorDescriptor wanted = Tensor(six);
  wanted.shape = nullptr;
  EXPECT_FAILS(create(wanted), ORT_INVALID_ARGUMENT, "shape must be provided");
  wanted = Tensor(six);
  wanted.element_type = ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING;
  EXPECT_FAILS(create(wanted), ORT_INVALID_ARGUMENT, "element type");
  Interop().ReleaseExternalMemoryHandle(handle);
  EXPECT_FAILS(create(Tensor(six)), ORT_INVALID_ARGUMENT, "or was released");
}

TEST_F(InteropTest, SemaphoresOrderStreams) {
  Register("1");
  ASSERT_OK(Import());
  std::atomic<uint64_t> counter{0};
  const OrtExternalSemaphoreDescriptor descriptor{
      ORT_API_VERSION, ORT_EXTERNAL_SEMAPHORE_VK_TIMELINE_SEMAPHORE_OPAQUE_FD, &counter};
  bool supported = false;
  EXPECT_OK(Interop().CanImportSemaphore(importer_, descriptor.type, &supported));
  EXPECT_TRUE(supported);
  OrtExternalSemaphoreHandle* semaphore = nullptr;
  ASSERT_OK(Interop().ImportSemaphore(importer_, &descriptor, &semaphore));
  OrtSyncStream* stream = nullptr;
  ASSERT_OK(Api().CreateSyncStreamForEpDevice(DeviceA(), nullptr, &stream));
  EXPECT_OK(Interop().WaitSemaphore(importer_, semaphore, stream, 3));
  EXPECT_OK(Interop().SignalSemaphore(importer_, semaphore, stream, 5));
  EXPECT_EQ(counter, 0u);
  counter = 3;
  while (counter != 5) std::this_thread::yield();
  EXPECT_FAILS(Interop().WaitSemaphore(importer_, semaphore, nullptr, 1), ORT_INVALID_ARGUMENT,
               "importer, semaphore_handle, and stream must be provided.");
  EXPECT_FAILS(Interop().SignalSemaphore(importer_, nullptr, stream, 1), ORT_INVALID_ARGUMENT,
               "importer, semaphore_handle, and stream must be provided.");
  Api().ReleaseSyncStream(stream);
  Interop().ReleaseExternalSemaphoreHandle(semaphore);
  EXPECT_EQ(Journal().find("semaphore released"), std::string::npos);  // not by that callback
}

TEST_F(InteropTest, GraphicsQueuesGoToTheFactory) {
  Register("1");
  OrtGraphicsInteropConfig config{};
  config.version = ORT_API_VERSION;
  config.graphics_api = ORT_GRAPHICS_API_VULKAN;
  EXPECT_OK(Interop().InitGraphicsInteropForEpDevice(DeviceA(), &config));
  EXPECT_OK(Interop().DeinitGraphicsInteropForEpDevice(DeviceA()));
  EXPECT_EQ(Journal(), "graphics 2\ngraphics off\n");
  for (const char* callback : {"InitGraphicsInterop", "DeinitGraphicsInterop"}) {
    setenv("DEVICE_EP_FAIL", callback, 1);
    const Outcome outcome = std::string(callback) == "InitGraphicsInterop"
                                ? Interop().InitGraphicsInteropForEpDevice(DeviceA(), &config)
                                : Interop().DeinitGraphicsInteropForEpDevice(DeviceA());
    EXPECT_FAILS(outcome, ORT_EP_FAIL, std::string(callback) + " was told to fail");
  }
}

TEST_F(InteropTest, DevicesWithoutAnImporter) {
  Register("none");
  for (const OrtEpDevice* device : EpDevices()) {
    importer_ = reinterpret_cast<OrtExternalResourceImporter*>(this);
    EXPECT_OK(Interop().CreateExternalResourceImporterForDevice(device, &importer_));
    EXPECT_EQ(importer_, nullptr) << Api().EpDevice_EpName(device);
    if (device == DeviceA()) continue;
    OrtGraphicsInteropConfig config{};
    EXPECT_FAILS(Interop().InitGraphicsInteropForEpDevice(device, &config), ORT_NOT_IMPLEMENTED,
                 "");
    EXPECT_FAILS(Interop().DeinitGraphicsInteropForEpDevice(device), ORT_NOT_IMPLEMENTED, "");
  }
}

TEST_F(InteropTest, FailuresOfTheImporterAreStatuses) {
  Register("nothing");
  setenv("DEVICE_EP_FAIL", "CreateExternalResourceImporterForDevice", 1);
  EXPECT_FAILS(Import(), ORT_EP_FAIL, "DeviceA: CreateExternalResourceImporterForDevice was told");
  unsetenv("DEVICE_EP_FAIL");
  ASSERT_OK(Import());
  const OrtExternalMemoryDescriptor memory = Memory();
  const OrtExternalSemaphoreDescriptor semaphore{};
  OrtExternalMemoryHandle* handle = nullptr;
  OrtExternalSemaphoreHandle* imported = nullptr;
  EXPECT_FAILS(Interop().ImportMemory(importer_, &memory, &handle), ORT_FAIL,
               "ImportMemory returned null handle.");
  EXPECT_FAILS(Interop().ImportSemaphore(importer_, &semaphore, &imported), ORT_FAIL,
               "ImportSemaphore returned null handle.");
  setenv("DEVICE_EP_FAIL", "ImportMemory", 1);
  EXPECT_FAILS(Interop().ImportMemory(importer_, &memory, &handle), ORT_EP_FAIL,
               "DeviceA: ImportMemory was told to fail");
  unsetenv("DEVICE_EP_FAIL");
  setenv("DEVICE_EP_IMPORTER", "1", 1);
  ASSERT_OK(Interop().ImportMemory(importer_, &memory, &handle));
  const std::vector<int64_t> shape{2};
  const OrtExternalTensorDescriptor wanted = Tensor(shape);
  Handle<OrtValue> tensor;
  setenv("DEVICE_EP_FAIL", "CreateTensorFromMemory", 1);
  EXPECT_FAILS(Interop().CreateTensorFromMemory(importer_, handle, &wanted, tensor.out()),
               ORT_EP_FAIL, "DeviceA: CreateTensorFromMemory was told to fail");
  unsetenv("DEVICE_EP_FAIL");
  setenv("DEVICE_EP_IMPORTER", "nothing", 1);
  if (OnBackplane()) {
    EXPECT_FAILS(Interop().CreateTensorFromMemory(importer_, handle, &wanted, tensor.out()),
                 ORT_FAIL, "did not give the tensor");
  }
  Interop().ReleaseExternalMemoryHandle(handle);
}

TEST_F(InteropTest, ImportersThatLackWhatTheyNeed) {
  Register("bare");
  ASSERT_OK(Import());
  bool supported = true;
  EXPECT_OK(Interop().CanImportMemory(importer_, ORT_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION,
                                      &supported));
  EXPECT_FALSE(supported);
  const OrtExternalMemoryDescriptor memory = Memory();
  const OrtExternalSemaphoreDescriptor semaphore{};
  OrtExternalMemoryHandle* handle = nullptr;
  OrtExternalSemaphoreHandle* imported = nullptr;
  EXPECT_FAILS(Interop().ImportMemory(importer_, &memory, &handle), ORT_NOT_IMPLEMENTED,
               "External memory import is not supported by this EP");
  EXPECT_FAILS(Interop().ImportSemaphore(importer_, &semaphore, &imported), ORT_NOT_IMPLEMENTED,
               "External semaphore import is not supported by this EP");
  if (!OnBackplane()) return;
  setenv("DEVICE_EP_IMPORTER", "old", 1);
  OrtExternalResourceImporter* another = nullptr;
  EXPECT_FAILS(Interop().CreateExternalResourceImporterForDevice(DeviceA(), &another),
               ORT_INVALID_ARGUMENT, "OrtExternalResourceImporterImpl");
  EXPECT_EQ(another, nullptr);
}

TEST_F(InteropTest, NullArguments) {
  Register("1");
  ASSERT_OK(Import());
  OrtExternalResourceImporter* another = nullptr;
  EXPECT_FAILS(Interop().CreateExternalResourceImporterForDevice(nullptr, &another),
               ORT_INVALID_ARGUMENT, "ep_device and out_importer must be provided.");
  EXPECT_FAILS(Interop().CreateExternalResourceImporterForDevice(DeviceA(), nullptr),
               ORT_INVALID_ARGUMENT, "ep_device and out_importer must be provided.");
  EXPECT_FAILS(
      Interop().CanImportMemory(importer_, ORT_EXTERNAL_MEMORY_HANDLE_TYPE_D3D12_HEAP, nullptr),
      ORT_INVALID_ARGUMENT, "importer and out_supported must be provided.");
  EXPECT_FAILS(Interop().CanImportSemaphore(importer_, ORT_EXTERNAL_SEMAPHORE_D3D12_FENCE, nullptr),
               ORT_INVALID_ARGUMENT, "importer and out_supported must be provided.");
  const OrtExternalMemoryDescriptor memory = Memory();
  EXPECT_FAILS(Interop().ImportMemory(importer_, &memory, nullptr), ORT_INVALID_ARGUMENT,
               "importer, desc, and out_handle must be provided.");
  EXPECT_FAILS(Interop().ImportSemaphore(importer_, nullptr, nullptr), ORT_INVALID_ARGUMENT,
               "importer, desc, and out_handle must be provided.");
  Handle<OrtValue> tensor;
  EXPECT_FAILS(Interop().CreateTensorFromMemory(importer_, nullptr, nullptr, tensor.out()),
               ORT_INVALID_ARGUMENT, "must be provided.");
  EXPECT_FAILS(Interop().InitGraphicsInteropForEpDevice(DeviceA(), nullptr), ORT_INVALID_ARGUMENT,
               "ep_device and config must be provided.");
  EXPECT_FAILS(Interop().DeinitGraphicsInteropForEpDevice(nullptr), ORT_INVALID_ARGUMENT,
               "ep_device must be provided.");
  Interop().ReleaseExternalResourceImporter(nullptr);
  Interop().ReleaseExternalMemoryHandle(nullptr);
  Interop().ReleaseExternalSemaphoreHandle(nullptr);
}

}  // namespace
}  // namespace capi
