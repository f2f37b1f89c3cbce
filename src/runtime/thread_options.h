// Thread settings from outside: an env's OrtThreadingOptions, and how they become the options of a
// thread pool. Filled by abi/, read by env and session.
#pragma once

#include <memory>

#include "base/key_value_pairs.h"
#include "base/thread_pool.h"

/// Settings of the thread pools that sessions of an env share (C API: OrtThreadingOptions).
struct OrtThreadingOptions final {
  backplane::ThreadPoolOptions intra_op;
  int inter_op_threads = 0;

  void SetSpinning(int allow);
  void SetAffinity(const char* affinity);
};

namespace backplane {

using ThreadingOptions = ::OrtThreadingOptions;

/// Where the C API takes a count of threads, 0 and below mean one for each core.
int ThreadCount(int requested);

/// Applies a session's configuration entries about threads (spinning, affinity, denormals). Fails
/// with ORT_INVALID_ARGUMENT naming the entry.
void ApplyThreadConfig(const KeyValuePairs& config, ThreadPoolOptions& options);

}  // namespace backplane
