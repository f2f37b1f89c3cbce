#include "abi/kernel_context.h"

#include "abi/guard.h"
#include "provider/plugin_graph.h"
#include "provider/sync_stream.h"

namespace backplane::abi {
namespace {

void MarkAsked(OrtKernelContext& context, size_t output) {
  if (output < 64) context.asked_ |= uint64_t{1} << output;
}

}  // namespace

// -- a run
// ------------------------------------------------------------------------------------------------------------

OrtStatus* KernelContext_GetInputCount(const OrtKernelContext* context, size_t* out) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(out, "out");
    *out = context->InputCount();
  });
}

OrtStatus* KernelContext_GetOutputCount(const OrtKernelContext* context, size_t* out) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(out, "out");
    *out = context->OutputCount();
  });
}

OrtStatus* KernelContext_GetInput(const OrtKernelContext* context, size_t index,
                                  const OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(out, "out");
    Require(index < context->InputCount(), ORT_INVALID_ARGUMENT, "input {} of {} was asked for",
            index, context->InputCount());
    *out = context->InputValue(index);
  });
}

OrtStatus* KernelContext_GetOutput(OrtKernelContext* context, size_t index,
                                   const int64_t* dim_values, size_t dim_count,
                                   OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNullArray(dim_values, dim_count, "dim_values");
    NotNull(out, "out");
    Require(index < context->OutputCount(), ORT_INVALID_ARGUMENT, "output {} of {} was asked for",
            index, context->OutputCount());
    *out = nullptr;
    if (!context->HasOutput(index)) return;  // an optional output that nobody uses
    context->Output(index, Shape(std::span(dim_values, dim_count)));
    MarkAsked(*context, index);
    *out = context->slots_[context->outputs_[index]];
  });
}

OrtStatus* KernelContext_GetLogger(const OrtKernelContext* context,
                                   const OrtLogger** logger) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(logger, "logger");
    *logger = &context->logger();
  });
}

OrtStatus* KernelContext_ParallelFor(const OrtKernelContext* context, void (*fn)(void*, size_t),
                                     size_t total, size_t num_batch, void* usr_data) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    Require(fn != nullptr, ORT_INVALID_ARGUMENT, "fn is null");
    const size_t batches = num_batch == 0 ? total : std::min(num_batch, total);
    context->pool().Run(static_cast<int64_t>(batches), [&](int64_t batch) {
      const size_t begin = total * static_cast<size_t>(batch) / batches;
      const size_t end = total * static_cast<size_t>(batch + 1) / batches;
      for (size_t i = begin; i < end; ++i) fn(usr_data, i);
    });
  });
}

namespace {

// The C API gives kernels a const context for what changes nothing they can see.
OrtKernelContext& Mutable(const OrtKernelContext* context) {
  NotNull(context, "context");
  return *const_cast<OrtKernelContext*>(context);
}

OrtAllocator* RequiredAllocator(OrtKernelContext& context, const OrtMemoryInfo* mem_info) {
  NotNull(mem_info, "mem_info");
  OrtAllocator* allocator = context.services_->AllocatorFor(context, *mem_info);
  Require(allocator != nullptr, ORT_INVALID_ARGUMENT,
          "requested allocator is not available: neither the kernel's EP nor the host allocates "
          "memory '{}'",
          mem_info->name);
  return allocator;
}

}  // namespace

OrtStatus* KernelContext_GetAllocator(const OrtKernelContext* context,
                                      const OrtMemoryInfo* mem_info, OrtAllocator** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = RequiredAllocator(Mutable(context), mem_info);
  });
}

OrtStatus* KernelContext_GetScratchBuffer(const OrtKernelContext* context,
                                          const OrtMemoryInfo* mem_info, size_t count_or_bytes,
                                          void** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = nullptr;
    OrtKernelContext& mine = Mutable(context);
    OrtAllocator* allocator = RequiredAllocator(mine, mem_info);
    if (count_or_bytes == 0) return;
    *out = allocator == CpuAllocator()
               ? mine.Scratch(count_or_bytes)
               : mine.services_->AllocateScratchFrom(allocator, mine, count_or_bytes);
  });
}

OrtStatus* KernelContext_GetSyncStream(const OrtKernelContext* context,
                                       OrtSyncStream** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    OrtKernelContext& mine = Mutable(context);
    *out = mine.services_->StreamOf(mine);
  });
}

OrtStatus* KernelContext_GetGPUComputeStream(const OrtKernelContext* context, void** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    OrtKernelContext& mine = Mutable(context);
    const OrtSyncStream* stream = mine.services_->StreamOf(mine);
    *out = stream == nullptr ? nullptr : stream->Handle();
  });
}

OrtStatus* KernelContext_GetResource(const OrtKernelContext* context, int, int,
                                     void** resource) noexcept {
  return Guard([&] {
    NotNull(resource, "resource");
    *resource = nullptr;
    OrtKernelContext& mine = Mutable(context);
    Require(mine.services_->StreamOf(mine) != nullptr, ORT_INVALID_ARGUMENT,
            "Failed to fetch a stream hosting the requested resource");
    // Streams of plug-ins have no resources to name.
  });
}

OrtStatus* KernelContext_GetPreallocatedOutput(const OrtKernelContext* context, size_t output_index,
                                               OrtValue** output) noexcept {
  return Guard([&] {
    NotNull(output, "output");
    *output = nullptr;
    OrtKernelContext& mine = Mutable(context);
    Require(output_index < mine.OutputCount(), ORT_INVALID_ARGUMENT,
            "output {} of {} was asked for", output_index, mine.OutputCount());
    if (!mine.HasOutput(output_index)) return;
    *output = mine.services_->PreallocatedOutput(mine, output_index);
    if (*output != nullptr) MarkAsked(mine, output_index);
  });
}

// -- claims
// -----------------------------------------------------------------------------------------------------------

OrtStatus* EpGraphSupportInfo_AddNodesToFuse(
    OrtEpGraphSupportInfo* graph_support_info, const OrtNode* const* nodes, size_t num_nodes,
    const OrtNodeFusionOptions* node_fusion_options) noexcept {
  return Guard([&] {
    NotNull(graph_support_info, "graph_support_info");
    NotNullArray(nodes, num_nodes, "nodes");
    const bool drop = node_fusion_options != nullptr &&
                      node_fusion_options->ort_version_supported >= 23 &&
                      node_fusion_options->drop_constant_initializers;
    graph_support_info->AddGroup({nodes, num_nodes}, drop);
  });
}

OrtStatus* EpGraphSupportInfo_AddSingleNode(OrtEpGraphSupportInfo* graph_support_info,
                                            const OrtNode* node) noexcept {
  return Guard([&] {
    NotNull(graph_support_info, "graph_support_info");
    graph_support_info->AddSingle(node);
  });
}

OrtStatus* EpGraphSupportInfo_LookUpKernel(OrtEpGraphSupportInfo* graph_support_info,
                                           const OrtNode* node,
                                           const OrtKernelDef** out_kernel_def) noexcept {
  return Guard([&] {
    NotNull(graph_support_info, "graph_support_info");
    NotNull(node, "node");
    NotNull(out_kernel_def, "out_kernel_def");
    *out_kernel_def = graph_support_info->LookUpKernel(*node);
  });
}

const char* NodeComputeContext_NodeName(const OrtNodeComputeContext* context) noexcept {
  return context->node_name.c_str();
}

}  // namespace backplane::abi
