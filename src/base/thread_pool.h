// The thread pool: one per session or one shared by an env. The calling thread always works too.
//
// A parallel region is a job on the caller's stack, published in one of a few slots; workers take
// numbered blocks from it until none are left. So regions nest, several callers may share the pool,
// nothing is allocated and nobody waits for work that has not been started.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/function_ref.h"
#include "onnxruntime_c_api.h"

namespace backplane {

struct ThreadPoolOptions {
  int threads =
      0;  ///< degree of parallelism, the caller included; 0: one for each core this process may use
  bool allow_spinning = true;
  int spin_microseconds = 50;  ///< how long a worker looks for work before it sleeps
  bool flush_denormals = false;
  std::string affinities;  ///< ONNX Runtime's form, "1,2;3;4-5": one group a worker, processors
                           ///< counted from 1
  OrtCustomCreateThreadFn create_thread = nullptr;
  OrtCustomJoinThreadFn join_thread = nullptr;
  void* thread_creation_options = nullptr;
};

/// Processors this process may run on (its affinity mask), at least 1.
int AvailableProcessors();

class ThreadPool {
 public:
  explicit ThreadPool(const ThreadPoolOptions& options);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Degree of parallelism, the calling thread included.
  int size() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls `task(i)` for each i in [0, count), in any order, from any thread; returns when all have
  /// returned. The first exception a task throws is thrown here after the rest has finished or been
  /// skipped.
  void Run(int64_t count, FunctionRef<void(int64_t)> task);

  /// Calls `body(begin, end)` on disjoint ranges that cover [0, total). `nanoseconds_per_item` is a
  /// rough estimate of the cost of one item on one core: work worth less than a thread's wake-up
  /// stays on the caller.
  template <typename Body>
  void For(int64_t total, double nanoseconds_per_item, Body&& body) {
    if (total <= 0) return;
    const int64_t blocks = BlocksFor(total, nanoseconds_per_item);
    if (blocks <= 1) {
      body(int64_t{0}, total);
      return;
    }
    const int64_t quotient = total / blocks;
    const int64_t remainder = total % blocks;
    Run(blocks, [&](int64_t i) {
      const int64_t begin = i * quotient + std::min(i, remainder);
      body(begin, begin + quotient + (i < remainder ? 1 : 0));
    });
  }

  /// How many blocks For would make.
  int64_t BlocksFor(int64_t total, double nanoseconds_per_item) const;

 private:
  struct Job;
  struct alignas(64) Slot {
    std::atomic<Job*> job{nullptr};
    // Bit 31: open. Low bits: workers inside. A worker enters only while the slot is open, the
    // owner leaves when empty.
    std::atomic<uint32_t> state{0};
  };
  static constexpr int kSlots = 16;
  static constexpr uint32_t kOpen = 1u << 31;

  void WorkerLoop(int index);
  bool WorkOnSomeJob();
  static void Work(Job& job);
  Slot* Publish(Job& job);
  void Wake();

  const ThreadPoolOptions options_;
  Slot slots_[kSlots];
  std::atomic<uint32_t> epoch_{0};  // grows with every published job
  std::atomic<int> sleepers_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  struct Worker {
    std::thread thread;
    OrtCustomThreadHandle custom = nullptr;
    ThreadPool* pool = nullptr;
    int index = 0;
  };
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace backplane
