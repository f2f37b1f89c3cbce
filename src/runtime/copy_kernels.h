// Copies by an EP's own kernels for MemcpyFromHost and MemcpyToHost, for an EP with a device memory
// that no data transfer reaches. Made for a session by its builder, before copies are placed.
#pragma once

#include "base/log.h"
#include "base/thread_pool.h"
#include "graph/graph.h"
#include "provider/data_transfer.h"
#include "provider/execution_provider.h"

namespace backplane {

/// Adds to `transfers` what kernels of `ep` copy between the host and its memory, in the directions
/// that `transfers` lacks and for the element types that `graph` and its subgraphs have. Fails
/// where a kernel that the EP has cannot be made.
void AddCopyKernels(ExecutionProvider& ep, Graph& graph, ThreadPool& pool, const Logger& logger,
                    DataTransfers& transfers);

}  // namespace backplane
