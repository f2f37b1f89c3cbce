#include "gpu_ep.h"

#include "elementwise.h"
#include "gpu_memory.h"
#include "kit/graph.h"

namespace sample {

using ep_kit::Graph;
using ep_kit::Kernel;
using ep_kit::Node;

namespace {

class GpuEp : public EpBase {
 public:
  GpuEp(const Api& api, const std::string& name, const KernelTable& table, GpuDevice& device);
  GpuDevice& device() const { return device_; }

 private:
  void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support);

  const KernelTable& table_;
  GpuDevice& device_;
};

// What all kernels of the GPU do: check that memory is the device's, and enqueue.
template <typename Derived>
class GpuKernel : public Kernel<Derived> {
 protected:
  GpuKernel(const Api& api, const OrtKernelInfo* info) : Kernel<Derived>(api) {
    const OrtEp* ep = nullptr;
    api.Check(api.ep->KernelInfo_GetEp(info, &ep));
    device_ = &static_cast<const GpuEp*>(ep)->device();
  }

  void CheckOnDevice(const void* memory, size_t bytes) const {
    if (bytes == 0 || device_->Owns(memory, bytes)) return;
    throw Failure(ORT_EP_FAIL, "a kernel of the GPU was given memory of the host");
  }
  void CheckOnDevice(const Tensor& tensor) const {
    CheckOnDevice(tensor.data, ElementCount(tensor.shape) * sizeof(float));
  }

  // The stream that the host chose for the node; null if it chose none.
  GpuQueue* Queue(const OrtKernelContext* context) const {
    void* handle = nullptr;
    this->api_.Check(this->api_.ort->KernelContext_GetGPUComputeStream(context, &handle));
    return QueueOf(handle);
  }

  // Without a stream, the work is done when this returns.
  void Launch(OrtKernelContext* context, std::function<void()> work) const {
    if (GpuQueue* queue = Queue(context)) {
      queue->Submit(std::move(work));
    } else {
      work();
    }
  }

  GpuDevice* device_ = nullptr;
};

// Code that runs "on the device": its floats, in a form that the chip can compute with.
std::vector<float> Load(const Tensor& tensor) {
  std::vector<float> values(ElementCount(tensor.shape));
  GpuDevice::Convert(values.data(), tensor.data, values.size() * sizeof(float));
  return values;
}

void Store(float* to, const std::vector<float>& values) {
  GpuDevice::Convert(to, values.data(), values.size() * sizeof(float));
}

template <Operator op>
class BinaryKernel : public GpuKernel<BinaryKernel<op>> {
 public:
  BinaryKernel(const Api& api, const OrtKernelInfo* info)
      : GpuKernel<BinaryKernel<op>>(api, info) {}

  void Run(OrtKernelContext* context) const {
    const Tensor left = ReadTensor(this->api_, this->api_.Input(context, 0));
    const Tensor right = ReadTensor(this->api_, this->api_.Input(context, 1));
    // All that can fail comes before the launch: nobody would hear of it later.
    const Shape shape = BroadcastShape(left.shape, right.shape);
    auto* out = static_cast<float*>(this->api_.Output(context, 0, shape));
    const size_t count = ElementCount(shape);
    this->CheckOnDevice(left);
    this->CheckOnDevice(right);
    this->CheckOnDevice(out, count * sizeof(float));
    this->Launch(context, [=] {
      const std::vector<float> l = Load(left);
      const std::vector<float> r = Load(right);
      std::vector<float> result(count);
      Binary(op, {l.data(), left.shape}, {r.data(), right.shape}, result.data());
      Store(out, result);
    });
  }
};

class GpuReluKernel : public GpuKernel<GpuReluKernel> {
 public:
  GpuReluKernel(const Api& api, const OrtKernelInfo* info) : GpuKernel(api, info) {}

  void Run(OrtKernelContext* context) const {
    const Tensor in = ReadTensor(api_, api_.Input(context, 0));
    auto* out = static_cast<float*>(api_.Output(context, 0, in.shape));
    CheckOnDevice(in);
    CheckOnDevice({out, in.shape});
    Launch(context, [=] {
      std::vector<float> values = Load(in);
      Relu(values.data(), values.data(), values.size());
      Store(out, values);
    });
  }
};

// The nodes that the host puts between its memory and the device's. Their kernels are the EP's own:
// MemcpyFromHost reads on the CPU and MemcpyToHost writes there, as their definitions below say.
template <bool to_host>
class MemcpyKernel : public GpuKernel<MemcpyKernel<to_host>> {
 public:
  MemcpyKernel(const Api& api, const OrtKernelInfo* info)
      : GpuKernel<MemcpyKernel<to_host>>(api, info) {}

  void Run(OrtKernelContext* context) const {
    const Tensor in = ReadTensor(this->api_, this->api_.Input(context, 0));
    void* out = this->api_.Output(context, 0, in.shape);
    const size_t bytes = ElementCount(in.shape) * sizeof(float);
    this->CheckOnDevice(to_host ? in.data : out, bytes);
    GpuCopy(this->Queue(context), to_host ? CopyKind::kToHost : CopyKind::kToDevice, out, in.data,
            bytes);
  }
};

GpuEp::GpuEp(const Api& api, const std::string& name, const KernelTable& table, GpuDevice& device)
    : EpBase(api, name), table_(table), device_(device) {
  // Allocators, streams and data transfer are left to the factory.
  GetKernelRegistry = [](OrtEp* self, const OrtKernelRegistry** registry) noexcept -> OrtStatus* {
    *registry = static_cast<GpuEp*>(self)->table_.registry();
    return nullptr;
  };
  GetCapability = [](OrtEp* self, const OrtGraph* graph,
                     OrtEpGraphSupportInfo* support) noexcept -> OrtStatus* {
    auto* ep = static_cast<GpuEp*>(self);
    return ep->api_.Guard([&] { ep->Claim(graph, support); });
  };
  // Called at the end of each run, also of one that failed.
  OnRunEnd = [](OrtEp* self, const OrtRunOptions*, bool sync_stream) noexcept -> OrtStatus* {
    auto* ep = static_cast<GpuEp*>(self);
    return ep->api_.Guard([&] {
      if (sync_stream) ep->device_.Finish();
    });
  };
}

void GpuEp::Claim(const OrtGraph* source, OrtEpGraphSupportInfo* support) {
  const Graph graph = ep_kit::ReadGraph(api_, source);
  for (const Node& node : graph.nodes) {
    if (node.assigned) continue;
    const OrtKernelDef* kernel = nullptr;
    api_.Check(api_.ep->EpGraphSupportInfo_LookUpKernel(support, node.handle, &kernel));
    if (kernel != nullptr) {
      api_.Check(api_.ep->EpGraphSupportInfo_AddSingleNode(support, node.handle));
    }
  }
}

}  // namespace

std::unique_ptr<KernelTable> MakeGpuEpTable(const Api& api, const std::string& name) {
  auto table = std::make_unique<KernelTable>(api, name);
  const int first = 0;
  const auto in_place = [&](OrtKernelDefBuilder* builder) {
    api.Check(api.ep->KernelDefBuilder_AddInputOutputMutableAliases(builder, &first, &first, 1));
  };
  table->Add<BinaryKernel<Operator::kAdd>>("Add", 7, 14, nullptr);
  table->Add<BinaryKernel<Operator::kSub>>("Sub", 7, 14, nullptr);
  table->Add<BinaryKernel<Operator::kMul>>("Mul", 7, 14, nullptr);
  table->Add<GpuReluKernel>("Relu", 6, 14, in_place);
  table->Add<MemcpyKernel<false>>("MemcpyFromHost", 1, 1, [&](OrtKernelDefBuilder* builder) {
    api.Check(api.ep->KernelDefBuilder_SetInputMemType(builder, 0, OrtMemTypeCPUInput));
  });
  table->Add<MemcpyKernel<true>>("MemcpyToHost", 1, 1, [&](OrtKernelDefBuilder* builder) {
    api.Check(api.ep->KernelDefBuilder_SetOutputMemType(builder, 0, OrtMemTypeCPUOutput));
  });
  return table;
}

std::unique_ptr<EpBase> MakeGpuEp(const Api& api, const std::string& name, const KernelTable& table,
                                  GpuDevice& device) {
  return std::make_unique<GpuEp>(api, name, table, device);
}

}  // namespace sample
