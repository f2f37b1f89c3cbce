#include "kernel_ep.h"

#include <algorithm>
#include <cstring>

#include "elementwise.h"
#include "kit/graph.h"

namespace sample {

using ep_kit::Graph;
using ep_kit::Kernel;
using ep_kit::Node;

namespace {

class KernelEp : public EpBase {
 public:
  KernelEp(const Api& api, const std::string& name, const KernelTable& table,
           const ep_kit::Options& options);
  bool pack_weights() const { return pack_weights_; }

 private:
  void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support);

  const KernelTable& table_;
  const bool pack_weights_;
};

// In place: the definition says that the output may take the input's memory, so both pointers may
// be equal.
class ReluKernel : public Kernel<ReluKernel> {
 public:
  ReluKernel(const Api& api, const OrtKernelInfo*) : Kernel(api) {}

  void Run(OrtKernelContext* context) const {
    const Tensor in = ReadTensor(api_, api_.Input(context, 0));
    Relu(in.data, static_cast<float*>(api_.Output(context, 0, in.shape)), ElementCount(in.shape));
  }
};

// Changes the shape only: the output is the input's memory, if the host kept to the alias of the
// definition. It need not, for example where the input is also wanted by the caller.
class ReshapeKernel : public Kernel<ReshapeKernel> {
 public:
  ReshapeKernel(const Api& api, const OrtKernelInfo* info) : Kernel(api) {
    if (OrtStatus* status =
            api.ort->KernelInfoGetAttribute_int64(info, "allowzero", &allow_zero_)) {
      api.ort->ReleaseStatus(status);  // an attribute that is absent is an error with a default
    }
  }

  void Run(OrtKernelContext* context) const {
    const Tensor in = ReadTensor(api_, api_.Input(context, 0));
    const size_t count = ElementCount(in.shape);
    const Shape shape = NewShape(in.shape, count, api_.Input(context, 1));
    void* out = api_.Output(context, 0, shape);
    if (out != in.data && count > 0) std::memcpy(out, in.data, count * sizeof(float));
  }

 private:
  Shape NewShape(const Shape& in, size_t count, const OrtValue* wanted) const {
    size_t bytes = 0;
    const void* data = nullptr;
    api_.Check(api_.ort->GetTensorSizeInBytes(wanted, &bytes));
    api_.Check(api_.ort->GetTensorData(wanted, &data));
    Shape shape(bytes / sizeof(int64_t));
    if (bytes > 0) std::memcpy(shape.data(), data, bytes);
    int64_t* open = nullptr;
    size_t known = 1;
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == 0 && allow_zero_ == 0 && i < in.size()) shape[i] = in[i];
      if (shape[i] == -1 && open == nullptr) {
        open = &shape[i];
      } else {
        if (shape[i] < 0) throw Failure(ORT_INVALID_ARGUMENT, "the shape has a negative dimension");
        known *= static_cast<size_t>(shape[i]);
      }
    }
    if (open != nullptr) *open = known == 0 ? 0 : static_cast<int64_t>(count / known);
    if (ElementCount(shape) != count) {
      throw Failure(ORT_INVALID_ARGUMENT, "the shape has another number of elements");
    }
    return shape;
  }

  int64_t allow_zero_ = 0;
};

// [..., K] x [K, N]. A constant right side is kept transposed, so that the inner loop reads both
// sides in order; the host may then free the original.
class MatMulKernel : public Kernel<MatMulKernel> {
 public:
  MatMulKernel(const Api& api, const OrtKernelInfo* info) : Kernel(api) {
    const OrtEp* ep = nullptr;
    api.Check(api.ep->KernelInfo_GetEp(info, &ep));
    if (!static_cast<const KernelEp*>(ep)->pack_weights()) return;
    PrePackWeight = [](OrtKernelImpl* self, const OrtValue* tensor, int index,
                       OrtAllocator* allocator, OrtSharedPrePackedWeightCache* cache,
                       bool* is_packed) noexcept -> OrtStatus* {
      auto* kernel = static_cast<MatMulKernel*>(self);
      return kernel->api_.Guard(
          [&] { *is_packed = index == 1 && kernel->Pack(tensor, allocator, cache); });
    };
    SetSharedPrePackedWeight = [](OrtKernelImpl* self, const void* const* buffers, const size_t*,
                                  size_t, int) noexcept -> OrtStatus* {
      static_cast<MatMulKernel*>(self)->packed_ = static_cast<const float*>(buffers[0]);
      return nullptr;
    };
  }

  void Run(OrtKernelContext* context) const {
    const Tensor left = ReadTensor(api_, api_.Input(context, 0));
    Shape weight_shape = packed_shape_;
    const float* weight = packed_;  // [N, K]
    std::vector<float> transposed;
    if (weight == nullptr) {
      const Tensor right = ReadTensor(api_, api_.Input(context, 1));
      weight_shape = right.shape;
      transposed.resize(ElementCount(right.shape));
      Transpose(right, transposed.data());
      weight = transposed.data();
    }
    const auto depth = static_cast<size_t>(weight_shape[0]);
    const auto columns = static_cast<size_t>(weight_shape[1]);
    if (left.shape.empty() || left.shape.back() != weight_shape[0]) {
      throw Failure(ORT_INVALID_ARGUMENT, "MatMul's inner dimensions differ");
    }
    Shape shape = left.shape;
    shape.back() = weight_shape[1];
    auto* out = static_cast<float*>(api_.Output(context, 0, shape));
    const size_t cells = ElementCount(shape);
    for (size_t i = 0; i < cells; ++i) {
      const float* row = left.data + i / columns * depth;
      const float* column = weight + i % columns * depth;
      float sum = 0;
      for (size_t k = 0; k < depth; ++k) sum += row[k] * column[k];
      out[i] = sum;
    }
  }

 private:
  static void Transpose(const Tensor& from, float* to) {
    const int64_t rows = from.shape[0];
    const int64_t columns = from.shape[1];
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) to[c * rows + r] = from.data[r * columns + c];
    }
  }

  bool Pack(const OrtValue* tensor, OrtAllocator* allocator, OrtSharedPrePackedWeightCache* cache) {
    const Tensor weight = ReadTensor(api_, tensor);
    if (weight.shape.size() != 2) return false;
    packed_shape_ = weight.shape;
    if (cache == nullptr) {
      own_.resize(ElementCount(weight.shape));
      Transpose(weight, own_.data());
      packed_ = own_.data();
      return true;
    }
    // Sessions share what is stored in the cache, which takes the buffer over; what this session is
    // to use, perhaps another session's, comes through SetSharedPrePackedWeight.
    size_t bytes = ElementCount(weight.shape) * sizeof(float);
    void* buffer = allocator->Alloc(allocator, bytes);
    if (buffer == nullptr) throw std::bad_alloc();
    Transpose(weight, static_cast<float*>(buffer));
    if (OrtStatus* status =
            api_.ep->SharedPrePackedWeightCache_StoreWeightData(cache, &buffer, &bytes, 1)) {
      allocator->Free(allocator, buffer);
      api_.Check(status);
    }
    return true;
  }

  const float* packed_ = nullptr;  // in own_ or in the cache
  Shape packed_shape_;             // before it was transposed: [K, N]
  std::vector<float> own_;
};

KernelEp::KernelEp(const Api& api, const std::string& name, const KernelTable& table,
                   const ep_kit::Options& options)
    : EpBase(api, name), table_(table), pack_weights_(options.Flag("pack_weights")) {
  GetKernelRegistry = [](OrtEp* self, const OrtKernelRegistry** registry) noexcept -> OrtStatus* {
    *registry = static_cast<KernelEp*>(self)->table_.registry();
    return nullptr;
  };
  GetCapability = [](OrtEp* self, const OrtGraph* graph,
                     OrtEpGraphSupportInfo* support) noexcept -> OrtStatus* {
    auto* ep = static_cast<KernelEp*>(self);
    return ep->api_.Guard([&] { ep->Claim(graph, support); });
  };
}

bool IsMatrix(const ep_kit::Value& value) { return value.dims && value.dims->size() == 2; }

// Every node that a kernel fits is taken, except where more than types and versions counts: the
// host's look-up knows nothing of shapes.
void KernelEp::Claim(const OrtGraph* source, OrtEpGraphSupportInfo* support) {
  const Graph graph = ep_kit::ReadGraph(api_, source);
  for (const Node& node : graph.nodes) {
    if (node.assigned) continue;
    const OrtKernelDef* kernel = nullptr;
    api_.Check(api_.ep->EpGraphSupportInfo_LookUpKernel(support, node.handle, &kernel));
    if (kernel == nullptr) continue;
    if (node.op_type == "MatMul" && !IsMatrix(graph.values[node.inputs[1]])) {
      api_.SetReason(support, node.handle, "the right side of MatMul is no matrix");
      continue;
    }
    api_.Check(api_.ep->EpGraphSupportInfo_AddSingleNode(support, node.handle));
  }
}

}  // namespace

ep_kit::Entries KernelEpOptions() { return {{"pack_weights", "1"}}; }

std::unique_ptr<KernelTable> MakeKernelEpTable(const Api& api, const std::string& name) {
  auto table = std::make_unique<KernelTable>(api, name);
  const int first = 0;
  const int second = 1;
  table->Add<MatMulKernel>("MatMul", 1, 13, nullptr);
  table->Add<ReluKernel>("Relu", 6, 14, [&](OrtKernelDefBuilder* builder) {
    // The output may take the input's memory, if nobody needs the input any more.
    api.Check(api.ep->KernelDefBuilder_AddInputOutputMutableAliases(builder, &first, &first, 1));
  });
  table->Add<ReshapeKernel>("Reshape", 5, 25, [&](OrtKernelDefBuilder* builder) {
    // The output is the input's memory.
    api.Check(api.ep->KernelDefBuilder_AddInputOutputAliases(builder, &first, &first, 1));
    // The kernel reads the shape on the CPU. All memory of this EP is the CPU's, so this changes
    // nothing here; with memory of its own it would spare a copy.
    api.Check(api.ep->KernelDefBuilder_SetInputMemType(builder, second, OrtMemTypeCPUInput));
  });
  return table;
}

std::unique_ptr<EpBase> MakeKernelEp(const Api& api, const std::string& name,
                                     const KernelTable& table, const ep_kit::Options& options) {
  return std::make_unique<KernelEp>(api, name, table, options);
}

}  // namespace sample
