#include "kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "support/plugin.h"

namespace device_ep {
namespace {

using plugin::Check;
using plugin::ep_api;
using plugin::Guard;
using plugin::ort;

KernelHost host;

struct Kernel : OrtKernelImpl {
  using Run = std::function<void(OrtKernelContext*)>;
  explicit Kernel(Run body) : OrtKernelImpl{}, run(std::move(body)) {
    ort_version_supported = ORT_API_VERSION;
    Compute = [](OrtKernelImpl* self, OrtKernelContext* context) noexcept -> OrtStatus* {
      return Guard([&] { static_cast<Kernel*>(self)->run(context); });
    };
    Release = [](OrtKernelImpl* self) noexcept { delete static_cast<Kernel*>(self); };
  }
  Run run;
};

// A tensor of floats on the device, or of anything on the host.
struct Operand {
  void* data = nullptr;
  std::vector<int64_t> shape;
  size_t count = 1;
  size_t bytes() const { return count * sizeof(float); }
};

Operand Describe(const OrtValue* value, bool on_device) {
  const OrtMemoryDevice* device = ep_api->Value_GetMemoryDevice(value);
  const bool there =
      ep_api->MemoryDevice_AreEqual(device, ep_api->MemoryInfo_GetMemoryDevice(host.info));
  if (there != on_device)
    Journal::Get().Add(std::string("ERROR a kernel was given a tensor on the ") +
                       (there ? "device" : "host"));
  ONNXTensorElementDataType type{};
  const int64_t* dims = nullptr;
  size_t rank = 0;
  Check(ort->GetTensorElementTypeAndShapeDataReference(value, &type, &dims, &rank));
  Operand operand;
  operand.shape.assign(dims, dims + rank);
  for (const int64_t dim : operand.shape) operand.count *= static_cast<size_t>(dim);
  const void* data = nullptr;
  Check(ort->GetTensorData(value, &data));
  operand.data = const_cast<void*>(data);
  return operand;
}

Operand Input(OrtKernelContext* context, size_t index, bool on_device = true) {
  const OrtValue* value = nullptr;
  Check(ort->KernelContext_GetInput(context, index, &value));
  return Describe(value, on_device);
}

Operand Output(OrtKernelContext* context, const std::vector<int64_t>& shape,
               bool on_device = true) {
  OrtValue* value = nullptr;
  Check(ort->KernelContext_GetOutput(context, 0, shape.data(), shape.size(), &value));
  return Describe(value, on_device);
}

OrtSyncStream* StreamOf(OrtKernelContext* context) {
  OrtSyncStream* stream = nullptr;
  Check(ort->KernelContext_GetSyncStream(context, &stream));
  return stream;
}

float* At(const Operand& operand, std::shared_ptr<uint8_t>& keep) {
  keep = host.memory->At(operand.data, operand.bytes());
  return reinterpret_cast<float*>(keep.get());
}

// `one` of each element of the inputs, later.
template <typename One>
void Elementwise(OrtSyncStream* stream, std::vector<Operand> in, Operand out, One one) {
  host.run(stream, [in, out, one] {
    std::vector<std::shared_ptr<uint8_t>> keep(in.size() + 1);
    std::vector<const float*> from;
    for (size_t i = 0; i < in.size(); ++i) from.push_back(At(in[i], keep[i]));
    float* to = At(out, keep.back());
    std::vector<float> result(out.count);
    for (size_t i = 0; i < out.count; ++i) {
      const float left = from[0][i % in[0].count];
      result[i] = one(left, in.size() > 1 ? from[1][i % in[1].count] : 0.0f);
    }
    std::copy(result.begin(), result.end(), to);
  });
}

template <typename One>
OrtKernelImpl* MakeElementwise(const char* name, size_t inputs, One one) {
  return new Kernel([name, inputs, one](OrtKernelContext* context) {
    std::vector<Operand> in;
    for (size_t i = 0; i < inputs; ++i) in.push_back(Input(context, i));
    const Operand& larger = inputs > 1 && in[1].count > in[0].count ? in[1] : in[0];
    const Operand out = Output(context, larger.shape);
    Journal::Get().Add(std::string(name) + " by kernel");
    Elementwise(StreamOf(context), in, out, one);
  });
}

OrtKernelImpl* MakeAdd(const OrtKernelInfo*) {
  return MakeElementwise("Add", 2, [](float a, float b) { return a + b; });
}
OrtKernelImpl* MakeMul(const OrtKernelInfo*) {
  return MakeElementwise("Mul", 2, [](float a, float b) { return a * b; });
}
OrtKernelImpl* MakeNeg(const OrtKernelInfo*) {
  return MakeElementwise("Neg", 1, [](float a, float) { return -a; });
}

// By way of scratch memory, which work that is done later still uses.
OrtKernelImpl* MakeAbs(const OrtKernelInfo*) {
  return new Kernel([](OrtKernelContext* context) {
    const Operand in = Input(context, 0);
    OrtAllocator* allocator = nullptr;
    Check(ort->KernelContext_GetAllocator(context, host.info, &allocator));
    const OrtMemoryInfo* memory = nullptr;
    Check(ort->AllocatorGetInfo(allocator, &memory));
    int different = 1;
    Check(ort->CompareMemoryInfo(memory, host.info, &different));
    if (different != 0) Journal::Get().Add("ERROR the allocator is of other memory");
    Operand scratch = in;
    Operand more = in;
    Check(ort->KernelContext_GetScratchBuffer(context, host.info, in.bytes(), &scratch.data));
    Check(ort->KernelContext_GetScratchBuffer(context, host.info, in.bytes(), &more.data));
    if (scratch.data == more.data) Journal::Get().Add("ERROR scratch memory was given twice");
    const Operand out = Output(context, in.shape);
    OrtSyncStream* stream = StreamOf(context);
    Elementwise(stream, {in}, scratch, [](float a, float) { return a; });
    Elementwise(stream, {scratch}, more, [](float a, float) { return std::abs(a); });
    Elementwise(stream, {more}, out, [](float a, float) { return a; });
  });
}

OrtKernelImpl* MakeExpand(const OrtKernelInfo*) {
  return new Kernel([](OrtKernelContext* context) {
    const Operand in = Input(context, 0);
    const Operand shape = Input(context, 1, /*on_device=*/false);
    const auto* dims = static_cast<const int64_t*>(shape.data);
    const Operand out = Output(context, {dims, dims + shape.count});
    Elementwise(StreamOf(context), {in}, out, [](float a, float) { return a; });
  });
}

OrtKernelImpl* MakeShape(const OrtKernelInfo*) {
  return new Kernel([](OrtKernelContext* context) {
    const Operand in = Input(context, 0);
    const Operand out =
        Output(context, {static_cast<int64_t>(in.shape.size())}, /*on_device=*/false);
    std::copy(in.shape.begin(), in.shape.end(), static_cast<int64_t*>(out.data));
  });
}

// -- copies between the host and the device

OrtKernelImpl* MakeCopy(bool to_device) {
  return new Kernel([to_device](OrtKernelContext* context) {
    const Operand in = Input(context, 0, !to_device);
    const Operand out = Output(context, in.shape, to_device);
    OrtSyncStream* stream = StreamOf(context);
    Journal::Get().Add(std::string("kernel copies ") + (to_device ? "from host " : "to host ") +
                       std::to_string(in.bytes()) + (stream != nullptr ? " on stream" : ""));
    host.run(stream, [in, out, to_device] {
      const auto block = host.memory->At((to_device ? out : in).data, in.bytes());
      std::memcpy(to_device ? block.get() : out.data, to_device ? in.data : block.get(),
                  in.bytes());
    });
  });
}
OrtKernelImpl* MakeCopyFromHost(const OrtKernelInfo*) { return MakeCopy(true); }
OrtKernelImpl* MakeCopyToHost(const OrtKernelInfo*) { return MakeCopy(false); }

// -- control flow, made by the host

OrtKernelImpl* MakeIf(const OrtKernelInfo* info) {
  OrtKernelImpl* kernel = nullptr;
  Check(ep_api->CreateIfKernel(info, &kernel));
  return kernel;
}

// The native handle of our streams is what the host knows nothing of; parts are joined on it.
void Concat(void* handle, const OrtValue* const* parts, size_t count, void* output, size_t bytes) {
  std::vector<Operand> in;
  for (size_t i = 0; i < count; ++i) in.push_back(Describe(parts[i], true));
  Journal::Get().Add("ConcatOutput " + std::to_string(count) + (handle ? " on stream" : ""));
  const auto work = [in, output, bytes] {
    const auto to = host.memory->At(output, bytes);
    size_t at = 0;
    for (const Operand& part : in) {
      const auto from = host.memory->At(part.data, part.bytes());
      std::memcpy(to.get() + at, from.get(), part.bytes());
      at += part.bytes();
    }
  };
  if (handle == nullptr) {
    work();
  } else {
    QueueOf(handle).Submit(work);
  }
}

struct LoopHelper : OrtLoopKernelHelper {};

OrtKernelImpl* MakeLoop(const OrtKernelInfo* info) {
  auto* helper = new LoopHelper();
  static_cast<OrtLoopKernelHelper&>(*helper) = {};
  helper->ort_version_supported = ORT_API_VERSION;
  helper->Release = [](OrtLoopKernelHelper* self) noexcept {
    delete static_cast<LoopHelper*>(self);
  };
  helper->ConcatOutput = [](OrtLoopKernelHelper*, void* handle, const OrtValue* const* parts,
                            size_t count, void* output, size_t bytes) noexcept -> OrtStatus* {
    return Guard([&] { Concat(handle, parts, count, output, bytes); });
  };
  OrtKernelImpl* kernel = nullptr;
  Check(ep_api->CreateLoopKernel(info, helper, &kernel));
  return kernel;
}

struct ScanHelper : OrtScanKernelHelper {};

// Of matrices, which is all that the tests have.
void Transpose(const OrtValue* input, OrtSyncStream* stream, OrtValue* output) {
  const Operand in = Describe(input, true);
  const Operand out = Describe(output, true);
  Journal::Get().Add(std::string("Transpose") + (stream != nullptr ? " on stream" : ""));
  host.run(stream, [in, out] {
    std::shared_ptr<uint8_t> keep[2];
    const float* from = At(in, keep[0]);
    float* to = At(out, keep[1]);
    const auto rows = static_cast<size_t>(in.shape.at(0));
    const auto columns = static_cast<size_t>(in.shape.at(1));
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
    }
  });
}

OrtKernelImpl* MakeScan(const OrtKernelInfo* info) {
  auto* helper = new ScanHelper();
  static_cast<OrtScanKernelHelper&>(*helper) = {};
  helper->ort_version_supported = ORT_API_VERSION;
  helper->Release = [](OrtScanKernelHelper* self) noexcept {
    delete static_cast<ScanHelper*>(self);
  };
  helper->Transpose = [](OrtScanKernelHelper*, const size_t*, size_t, const OrtValue* input,
                         OrtSyncStream* stream, OrtValue* output) noexcept -> OrtStatus* {
    return Guard([&] { Transpose(input, stream, output); });
  };
  OrtKernelImpl* kernel = nullptr;
  Check(ep_api->CreateScanKernel(info, helper, &kernel));
  return kernel;
}

// -- definitions

struct Definition {
  const char* type;
  int first;
  int last;
  OrtKernelImpl* (*create)(const OrtKernelInfo*);
  std::vector<size_t> host_inputs = {};
  bool host_output = false;
  bool copies = false;
};

const std::vector<Definition>& Definitions() {
  static const std::vector<Definition> definitions = {
      {"Add", 14, 14, MakeAdd},
      {"Mul", 14, 14, MakeMul},
      {"Neg", 13, 13, MakeNeg},
      {"Abs", 13, 13, MakeAbs},
      {"Expand", 13, 13, MakeExpand, {1}},
      {"Shape", 15, 15, MakeShape, {}, true},
      {"If", 16, 18, MakeIf, {0}},
      {"Loop", 16, 18, MakeLoop, {0, 1}},
      {"Scan", 16, 18, MakeScan},
      // Of opset 8.
      {"Add", 7, 7, MakeAdd},
      {"Neg", 6, 6, MakeNeg},
      {"Scan", 8, 8, MakeScan},
      {"MemcpyFromHost", 1, 1, MakeCopyFromHost, {0}, false, true},
      {"MemcpyToHost", 1, 1, MakeCopyToHost, {}, true, true},
  };
  return definitions;
}

void Add(OrtKernelRegistry* registry, const Definition& definition) {
  const OrtEpApi& api = *ep_api;
  OrtKernelDefBuilder* builder = nullptr;
  Check(api.CreateKernelDefBuilder(&builder));
  Check(api.KernelDefBuilder_SetOperatorType(builder, definition.type));
  Check(api.KernelDefBuilder_SetDomain(builder, ""));
  Check(api.KernelDefBuilder_SetSinceVersion(builder, definition.first, definition.last));
  Check(api.KernelDefBuilder_SetExecutionProvider(builder, "DeviceA"));
  for (const size_t input : definition.host_inputs)
    Check(api.KernelDefBuilder_SetInputMemType(builder, input, OrtMemTypeCPUInput));
  if (definition.host_output)
    Check(api.KernelDefBuilder_SetOutputMemType(builder, 0, OrtMemTypeCPUOutput));
  OrtKernelDef* def = nullptr;
  Check(api.KernelDefBuilder_Build(builder, &def));
  api.ReleaseKernelDefBuilder(builder);
  Check(api.KernelRegistry_AddKernel(
      registry, def,
      [](void* state, const OrtKernelInfo* info, OrtKernelImpl** out) noexcept {
        return Guard([&] { *out = static_cast<const Definition*>(state)->create(info); });
      },
      const_cast<Definition*>(&definition)));
  api.ReleaseKernelDef(def);
}

}  // namespace

OrtStatus* MakeKernelRegistry(const KernelHost& the_host, bool copies, OrtKernelRegistry** out) {
  host = the_host;
  return Guard([&] {
    Check(ep_api->CreateKernelRegistry(out));
    for (const Definition& definition : Definitions()) {
      if (!definition.copies || copies) Add(*out, definition);
    }
  });
}

OrtStatus* ClaimWithKernels(const OrtGraph* graph, OrtEpGraphSupportInfo* support) {
  return Guard([&] {
    size_t count = 0;
    Check(ort->Graph_GetNumNodes(graph, &count));
    std::vector<const OrtNode*> nodes(count);
    Check(ort->Graph_GetNodes(graph, nodes.data(), count));
    for (const OrtNode* node : nodes) {
      const char* name = nullptr;
      Check(ort->Node_GetName(node, &name));
      const OrtKernelDef* def = nullptr;
      Check(ep_api->EpGraphSupportInfo_LookUpKernel(support, node, &def));
      if (std::strncmp(name, "a_", 2) == 0 && def != nullptr)
        Check(ep_api->EpGraphSupportInfo_AddSingleNode(support, node));
    }
  });
}

}  // namespace device_ep
