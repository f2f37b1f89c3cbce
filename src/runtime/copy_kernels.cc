#include "runtime/copy_kernels.h"

#include <map>
#include <mutex>
#include <set>

#include "provider/sync_stream.h"
#include "runtime/frame.h"
#include "runtime/heap_frame.h"

namespace backplane {
namespace {

std::set<DType> DtypesOf(Graph& graph) {
  std::set<DType> dtypes;
  ForEachGraph(graph, [&](Graph& level) {
    for (const ValueInfo* value : level.Values()) {
      if (value->type.IsTensor()) dtypes.insert(value->type.tensor.dtype);
    }
  });
  dtypes.erase(DType::kUndefined);
  dtypes.erase(DType::kString);
  return dtypes;
}

/// One direction: a node and its kernel for each element type.
class CopyKernels final : public DataTransfer {
 public:
  CopyKernels(ExecutionProvider& ep, bool to_device, ThreadPool& pool, const Logger& logger)
      : ep_(ep), to_device_(to_device), pool_(pool), logger_(logger) {}

  /// Whether the EP has a kernel for these elements, which is then made.
  bool Add(DType dtype) {
    const std::string type = to_device_ ? "MemcpyFromHost" : "MemcpyToHost";
    const std::string name = Format("{}_{}", type, TensorTypeName(dtype));
    ValueInfo* from = graph_.AddValue(name + "_from", TypeInfo::Tensor(dtype, std::nullopt));
    ValueInfo* to = graph_.AddValue(name + "_to", TypeInfo::Tensor(dtype, std::nullopt));
    Node* node = graph_.AddNode(name, type, "", {from}, {to});
    node->since_version = 1;
    if (!ep_.Supports(*node)) return false;
    const KernelInfo info{
        .node = *node, .pool = pool_, .logger = logger_, .ep = &ep_, .make_subgraph = nullptr};
    kernels_[dtype] = {node, ep_.CreateKernel(info)};
    return true;
  }

  bool CanCopy(const MemoryInfo& from, const MemoryInfo& to) const override {
    const MemoryInfo& host = to_device_ ? from : to;
    const MemoryInfo& device = to_device_ ? to : from;
    return host.HostAccessible() && device.SameDevice(ep_.default_memory());
  }

  void Copy(std::span<const Value* const> from, std::span<Value* const> to,
            std::span<OrtSyncStream* const> streams) const override {
    for (size_t i = 0; i < from.size(); ++i) {
      OrtSyncStream* stream = streams.empty() ? nullptr : streams[i];
      if (stream != nullptr || !ep_.StreamAware()) {
        CopyOne(*from[i], *to[i], stream);
      } else {
        CopyAndWait(*from[i], *to[i]);
      }
    }
  }

 private:
  struct Made {
    const Node* node = nullptr;
    std::unique_ptr<Kernel> kernel;
  };

  void CopyOne(const Value& from, Value& to, OrtSyncStream* stream) const {
    const Tensor& source = from.tensor();
    const auto found = kernels_.find(source.dtype());
    Require(found != kernels_.end(), ORT_NOT_IMPLEMENTED,
            "{} has no data transfer, and no kernel for {} of tensors of {}", ep_.name(),
            to_device_ ? "MemcpyFromHost" : "MemcpyToHost", TensorTypeName(source.dtype()));
    // The kernel makes the shape that it is given; a destination has only as much room.
    const Tensor& target = to.tensor();
    Value output(
        Tensor(target.dtype(), source.shape(), const_cast<void*>(target.raw()), &target.memory()));
    HeapFrame frame(*found->second.node);
    frame.AttachInput(0, const_cast<Value*>(&from));
    frame.AttachOutput(0, &output);
    RunState run;
    run.stream = stream;
    frame.Run(*found->second.kernel, pool_, logger_, &run);
  }

  // Kernels of an EP with streams may count on one.
  void CopyAndWait(const Value& from, Value& to) const {
    const std::lock_guard lock(mutex_);
    if (stream_ == nullptr) stream_ = ep_.CreateStream();
    CopyOne(from, to, stream_.get());
    stream_->MakeWait(nullptr);
  }

  ExecutionProvider& ep_;
  const bool to_device_;
  ThreadPool& pool_;
  const Logger& logger_;
  Graph graph_{std::make_shared<ModelInfo>()};
  std::map<DType, Made> kernels_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<OrtSyncStream> stream_;  // guarded by mutex_
};

}  // namespace

void AddCopyKernels(ExecutionProvider& ep, Graph& graph, ThreadPool& pool, const Logger& logger,
                    DataTransfers& transfers) {
  const MemoryInfo& memory = ep.default_memory();
  if (memory.HostAccessible()) return;
  for (const bool to_device : {true, false}) {
    if (to_device ? transfers.CanCopy(CpuMemoryInfo(), memory)
                  : transfers.CanCopy(memory, CpuMemoryInfo()))
      continue;
    auto kernels = std::make_shared<CopyKernels>(ep, to_device, pool, logger);
    bool any = false;
    for (const DType dtype : DtypesOf(graph)) any = kernels->Add(dtype) || any;
    if (any) transfers.Add(std::move(kernels));
  }
}

}  // namespace backplane
