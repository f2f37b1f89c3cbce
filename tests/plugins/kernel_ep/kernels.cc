// The kernels of the test EP and their definitions.
#include <algorithm>
#include <cstring>
#include <map>

#include "kernel_ep_support.h"

namespace kernel_ep {

View ReadTensor(const OrtValue* value) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  Check(ort->GetTensorTypeAndShape(value, &info));
  View view;
  size_t rank = 0;
  Check(ort->GetDimensionsCount(info, &rank));
  view.shape.resize(rank);
  Check(ort->GetDimensions(info, view.shape.data(), rank));
  ort->ReleaseTensorTypeAndShapeInfo(info);
  for (const int64_t dim : view.shape) view.count *= static_cast<size_t>(dim);
  const void* data = nullptr;
  Check(ort->GetTensorData(value, &data));
  view.data = static_cast<const float*>(data);
  return view;
}

View Input(OrtKernelContext* context, size_t index) {
  const OrtValue* value = nullptr;
  Check(ort->KernelContext_GetInput(context, index, &value));
  return ReadTensor(value);
}

float* Output(OrtKernelContext* context, size_t index, const std::vector<int64_t>& shape) {
  OrtValue* value = nullptr;
  Check(ort->KernelContext_GetOutput(context, index, shape.data(), shape.size(), &value));
  void* data = nullptr;
  Check(ort->GetTensorMutableData(value, &data));
  return static_cast<float*>(data);
}

namespace {

using Create = std::function<OrtKernelImpl*(const OrtKernelInfo*)>;

// -- kernels

OrtKernelImpl* MakeRelu(const OrtKernelInfo*) {
  return new Kernel([](OrtKernelContext* context) {
    const View in = Input(context, 0);
    float* out = Output(context, 0, in.shape);
    Report(out == in.data ? "Relu in place" : "Relu elsewhere");
    for (size_t i = 0; i < in.count; ++i) out[i] = std::max(in.data[i], 0.0f);
  });
}

OrtKernelImpl* MakeFlatten(const OrtKernelInfo*) {
  return new Kernel([](OrtKernelContext* context) {
    const View in = Input(context, 0);
    float* out = Output(context, 0, {in.shape[0], static_cast<int64_t>(in.count) / in.shape[0]});
    Report(out == in.data ? "Flatten aliased" : "Flatten copied");
    if (out != in.data) std::memcpy(out, in.data, in.count * sizeof(float));
  });
}

OrtKernelImpl* MakeLeakyRelu(const OrtKernelInfo* info) {
  float alpha = 0;
  Check(ort->KernelInfoGetAttribute_float(info, "alpha", &alpha));  // the operator's default
  return new Kernel([alpha](OrtKernelContext* context) {
    const View in = Input(context, 0);
    float* out = Output(context, 0, in.shape);
    for (size_t i = 0; i < in.count; ++i) out[i] = in.data[i] < 0 ? alpha * in.data[i] : in.data[i];
  });
}

// Keeps its constant right side, with every element negated twice, in memory of the host's
// allocator: its own, or in the cache.
struct MatMul : Kernel {
  MatMul() : Kernel([this](OrtKernelContext* context) { Multiply(context); }) {
    PrePackWeight = [](OrtKernelImpl* self, const OrtValue* tensor, int index,
                       OrtAllocator* allocator, OrtSharedPrePackedWeightCache* cache,
                       bool* packed) noexcept -> OrtStatus* {
      return Guard([&] {
        *packed = index == 1 && static_cast<MatMul*>(self)->Pack(tensor, allocator, cache);
      });
    };
    SetSharedPrePackedWeight = [](OrtKernelImpl* self, const void* const* data, const size_t* sizes,
                                  size_t count, int index) noexcept -> OrtStatus* {
      auto* kernel = static_cast<MatMul*>(self);
      kernel->weight = static_cast<const float*>(data[0]);
      char address[32];
      std::snprintf(address, sizeof(address), "%p", data[0]);
      Report("SetShared input=" + std::to_string(index) + " buffers=" + std::to_string(count) +
             " bytes=" + std::to_string(sizes[0]) + " at " + address);
      return nullptr;
    };
  }
  ~MatMul() override {
    if (own != nullptr) owner->Free(owner, own);
  }

  bool Pack(const OrtValue* tensor, OrtAllocator* allocator, OrtSharedPrePackedWeightCache* cache) {
    const View view = ReadTensor(tensor);
    Report(std::string("PrePack cache=") + (cache == nullptr ? "no" : "yes"));
    shape = view.shape;
    size_t bytes = view.count * sizeof(float);
    void* buffer = allocator->Alloc(allocator, bytes);
    std::memcpy(buffer, view.data, bytes);
    if (cache == nullptr) {
      own = buffer;
      owner = allocator;
      weight = static_cast<const float*>(buffer);
    } else {
      Check(ep_api->SharedPrePackedWeightCache_StoreWeightData(cache, &buffer, &bytes, 1));
    }
    return true;
  }

  void Multiply(OrtKernelContext* context) const {
    const View left = Input(context, 0);
    const float* right = weight;
    std::vector<int64_t> right_shape = shape;
    if (right == nullptr) {
      const View in = Input(context, 1);
      right = in.data;
      right_shape = in.shape;
    }
    const int64_t depth = right_shape[0];
    const int64_t columns = right_shape[1];
    std::vector<int64_t> out_shape = left.shape;
    out_shape.back() = columns;
    float* out = Output(context, 0, out_shape);
    const int64_t rows = static_cast<int64_t>(left.count) / depth;
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) {
        float sum = 0;
        for (int64_t k = 0; k < depth; ++k)
          sum += left.data[r * depth + k] * right[k * columns + c];
        out[r * columns + c] = sum;
      }
    }
  }

  const float* weight = nullptr;
  void* own = nullptr;
  OrtAllocator* owner = nullptr;
  std::vector<int64_t> shape;
};

OrtKernelImpl* MakeInspect(const OrtKernelInfo* info) {
  ReportInfo(info);
  OrtKernelInfo* copy = nullptr;
  Check(ort->CopyKernelInfo(info, &copy));
  const std::shared_ptr<OrtKernelInfo> kept(copy, ort->ReleaseKernelInfo);
  return new Kernel([kept](OrtKernelContext* context) {
    char name[64] = {};
    size_t size = sizeof(name);
    Check(ort->KernelInfo_GetNodeName(kept.get(), name, &size));
    Report(std::string("copied info: ") + name);
    ReportContext(context);
    const View in = Input(context, 0);
    float* out = Output(context, 0, in.shape);
    std::copy(in.data, in.data + in.count, out);
  });
}

// Softmax of the input by an operator of the host, plus one.
OrtKernelImpl* MakeInvoke(const OrtKernelInfo* info) {
  const int64_t axis = -1;
  OrtOpAttr* attribute = nullptr;
  Check(ort->CreateOpAttr("axis", &axis, 1, ORT_OP_ATTR_INT, &attribute));
  const char* names[] = {"T"};
  const ONNXTensorElementDataType types[] = {ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT};
  const auto make = [&](const char* type, int version, const OrtOpAttr* const* attributes,
                        int attribute_count, int inputs) {
    OrtOp* op = nullptr;
    Check(ort->CreateOp(info, type, "", version, names, types, 1, attributes, attribute_count,
                        inputs, 1, &op));
    return std::shared_ptr<OrtOp>(op, ort->ReleaseOp);
  };
  const auto softmax = make("Softmax", 13, &attribute, 1, 1);
  const auto add = make("Add", 14, nullptr, 0, 2);
  OrtOp* unknown = nullptr;
  Report("CreateOp NoSuchOp: " + Outcome(ort->CreateOp(info, "NoSuchOp", "", 13, names, types, 1,
                                                       nullptr, 0, 1, 1, &unknown)));
  ort->ReleaseOpAttr(attribute);
  return new Kernel([softmax, add](OrtKernelContext* context) {
    const OrtValue* in = nullptr;
    Check(ort->KernelContext_GetInput(context, 0, &in));
    const View view = ReadTensor(in);
    OrtMemoryInfo* memory = nullptr;
    Check(ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
    std::vector<float> between(view.count);
    std::vector<float> ones(view.count, 1.0f);
    const auto wrap = [&](float* data) {
      OrtValue* value = nullptr;
      Check(ort->CreateTensorWithDataAsOrtValue(memory, data, view.count * sizeof(float),
                                                view.shape.data(), view.shape.size(),
                                                ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
      return std::shared_ptr<OrtValue>(value, ort->ReleaseValue);
    };
    const auto middle = wrap(between.data());
    const auto one = wrap(ones.data());
    OrtValue* middle_out[] = {middle.get()};
    Check(ort->InvokeOp(context, softmax.get(), &in, 1, middle_out, 1));
    OrtValue* out = nullptr;
    Check(ort->KernelContext_GetOutput(context, 0, view.shape.data(), view.shape.size(), &out));
    const OrtValue* sides[] = {middle.get(), one.get()};
    Check(ort->InvokeOp(context, add.get(), sides, 2, &out, 1));
    ort->ReleaseMemoryInfo(memory);
  });
}

// -- control flow, made by the host

struct LoopHelper : OrtLoopKernelHelper {};
struct ScanHelper : OrtScanKernelHelper {};

OrtKernelImpl* MakeIf(const OrtKernelInfo* info) {
  OrtKernelImpl* kernel = nullptr;
  Check(ep_api->CreateIfKernel(info, &kernel));
  return kernel;
}

OrtKernelImpl* MakeLoop(const OrtKernelInfo* info) {
  auto helper = std::make_unique<LoopHelper>();
  static_cast<OrtLoopKernelHelper&>(*helper) = {};
  helper->ort_version_supported = ORT_API_VERSION;
  helper->Release = [](OrtLoopKernelHelper* self) noexcept {
    Report("LoopHelper released");
    delete static_cast<LoopHelper*>(self);
  };
  helper->ConcatOutput = [](OrtLoopKernelHelper*, void* stream, const OrtValue* const* parts,
                            size_t count, void* output, size_t bytes) noexcept -> OrtStatus* {
    return Guard([&] {
      Report("ConcatOutput parts=" + std::to_string(count) + " bytes=" + std::to_string(bytes) +
             " stream=" + (stream == nullptr ? "no" : "yes"));
      auto* to = static_cast<float*>(output);
      for (size_t i = 0; i < count; ++i) {
        const View part = ReadTensor(parts[i]);
        to = std::copy(part.data, part.data + part.count, to);
      }
    });
  };
  OrtKernelImpl* kernel = nullptr;
  Check(ep_api->CreateLoopKernel(info, helper.get(), &kernel));
  helper.release();  // the kernel's now
  return kernel;
}

void Transpose(const View& in, const size_t* permutation, float* out) {
  const size_t rank = in.shape.size();
  std::vector<size_t> strides(rank, 1);
  for (size_t i = rank; i-- > 1;) strides[i - 1] = strides[i] * static_cast<size_t>(in.shape[i]);
  std::vector<size_t> at(rank, 0);  // of the output
  for (size_t n = 0; n < in.count; ++n) {
    size_t from = 0;
    for (size_t i = 0; i < rank; ++i) from += at[i] * strides[permutation[i]];
    out[n] = in.data[from];
    for (size_t i = rank; i-- > 0;) {
      if (++at[i] < static_cast<size_t>(in.shape[permutation[i]])) break;
      at[i] = 0;
    }
  }
}

OrtKernelImpl* MakeScan(const OrtKernelInfo* info) {
  auto helper = std::make_unique<ScanHelper>();
  static_cast<OrtScanKernelHelper&>(*helper) = {};
  helper->ort_version_supported = ORT_API_VERSION;
  helper->Release = [](OrtScanKernelHelper* self) noexcept {
    Report("ScanHelper released");
    delete static_cast<ScanHelper*>(self);
  };
  helper->Transpose = [](OrtScanKernelHelper*, const size_t* permutation, size_t rank,
                         const OrtValue* input, OrtSyncStream*,
                         OrtValue* output) noexcept -> OrtStatus* {
    return Guard([&] {
      std::string text = "Transpose";
      for (size_t i = 0; i < rank; ++i) text += " " + std::to_string(permutation[i]);
      Report(text);
      void* data = nullptr;
      Check(ort->GetTensorMutableData(output, &data));
      Transpose(ReadTensor(input), permutation, static_cast<float*>(data));
    });
  };
  OrtKernelImpl* kernel = nullptr;
  Check(ep_api->CreateScanKernel(info, helper.get(), &kernel));
  helper.release();  // the kernel's now
  return kernel;
}

// -- definitions

struct Definition {
  const char* domain;
  const char* type;
  int first;
  int last;
  std::map<std::string, std::vector<ONNXTensorElementDataType>> types;
  OrtKernelImpl* (*create)(const OrtKernelInfo*);
  enum Sharing { kNone, kAlias, kInPlace } sharing = kNone;
  int cpu_input = -1;
};

const std::vector<Definition>& Definitions() {
  constexpr auto kFloat = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  constexpr auto kInt64 = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
  constexpr auto kBool = ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL;
  static const std::vector<Definition> definitions = {
      {"", "Relu", 14, 14, {{"T", {kFloat}}}, MakeRelu, Definition::kInPlace},
      {"", "Flatten", 13, 20, {{"T", {kFloat}}}, MakeFlatten, Definition::kAlias},
      {"", "LeakyRelu", 16, 16, {{"T", {kFloat}}}, MakeLeakyRelu},
      {"",
       "MatMul",
       13,
       13,
       {{"T", {kFloat}}},
       [](const OrtKernelInfo*) -> OrtKernelImpl* { return new MatMul(); }},
      {"", "If", 16, 18, {{"B", {kBool}}}, MakeIf, Definition::kNone, 0},
      {"", "Loop", 16, 18, {{"I", {kInt64}}, {"B", {kBool}}}, MakeLoop, Definition::kNone, 0},
      {"", "Scan", 16, 18, {}, MakeScan},
      {"test.kernels", "Inspect", 1, 1, {}, MakeInspect},
      {"test.kernels", "Invoke", 1, 1, {}, MakeInvoke},
  };
  return definitions;
}

OrtStatus* CreateKernel(void* state, const OrtKernelInfo* info, OrtKernelImpl** out) noexcept {
  return Guard([&] { *out = static_cast<const Definition*>(state)->create(info); });
}

OrtKernelDef* Build(const Definition& definition, const std::string& ep_name) {
  OrtKernelDefBuilder* builder = nullptr;
  Check(ep_api->CreateKernelDefBuilder(&builder));
  Check(ep_api->KernelDefBuilder_SetOperatorType(builder, definition.type));
  Check(ep_api->KernelDefBuilder_SetDomain(builder, definition.domain));
  Check(ep_api->KernelDefBuilder_SetSinceVersion(builder, definition.first, definition.last));
  Check(ep_api->KernelDefBuilder_SetExecutionProvider(builder, ep_name.c_str()));
  for (const auto& [name, elements] : definition.types) {
    std::vector<const OrtDataType*> types;
    for (const auto element : elements) {
      types.emplace_back();
      Check(ep_api->GetTensorDataType(element, &types.back()));
    }
    Check(ep_api->KernelDefBuilder_AddTypeConstraint(builder, name.c_str(), types.data(),
                                                     types.size()));
  }
  const int zero = 0;
  if (definition.sharing == Definition::kAlias)
    Check(ep_api->KernelDefBuilder_AddInputOutputAliases(builder, &zero, &zero, 1));
  if (definition.sharing == Definition::kInPlace)
    Check(ep_api->KernelDefBuilder_AddInputOutputMutableAliases(builder, &zero, &zero, 1));
  if (definition.cpu_input >= 0) {
    Check(ep_api->KernelDefBuilder_SetInputMemType(
        builder, static_cast<size_t>(definition.cpu_input), OrtMemTypeCPUInput));
    Check(ep_api->KernelDefBuilder_SetOutputMemType(builder, 3, OrtMemTypeCPUOutput));
  }
  OrtKernelDef* def = nullptr;
  Check(ep_api->KernelDefBuilder_Build(builder, &def));
  ep_api->ReleaseKernelDefBuilder(builder);
  return def;
}

}  // namespace

void AddKernels(OrtKernelRegistry* registry, const std::string& ep_name) {
  for (const Definition& definition : Definitions()) {
    OrtKernelDef* def = Build(definition, ep_name);
    Check(ep_api->KernelRegistry_AddKernel(registry, def, CreateKernel,
                                           const_cast<Definition*>(&definition)));
    // The same kernel again makes the choice ambiguous.
    Report(std::string("second ") + definition.type + ": " +
           Outcome(ep_api->KernelRegistry_AddKernel(registry, def, CreateKernel, nullptr)));
    ep_api->ReleaseKernelDef(def);
  }
}

}  // namespace kernel_ep
