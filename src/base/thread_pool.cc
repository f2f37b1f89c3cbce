#include "base/thread_pool.h"

#include <pthread.h>
#include <sched.h>

#include <cstdlib>
#include <exception>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/clock.h"
#include "base/error.h"

namespace backplane {
namespace {

void CpuRelax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

void FlushDenormals() {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush-to-zero and denormals-are-zero
#endif
}

// Parses one group of ONNX Runtime's affinity text ("1,3" or "2-5", counted from 1) into a CPU set.
cpu_set_t ParseAffinityGroup(const std::string& group) {
  cpu_set_t set;
  CPU_ZERO(&set);
  const char* p = group.c_str();
  while (*p != '\0') {
    char* end = nullptr;
    const long first = std::strtol(p, &end, 10);
    Require(end != p && first >= 1, ORT_INVALID_ARGUMENT,
            "thread affinity '{}' is not of the form 1,2;3-4", group);
    long last = first;
    if (*end == '-') {
      p = end + 1;
      last = std::strtol(p, &end, 10);
      Require(end != p && last >= first, ORT_INVALID_ARGUMENT,
              "thread affinity '{}' has a bad range", group);
    }
    for (long i = first; i <= last && i <= CPU_SETSIZE; ++i) CPU_SET(i - 1, &set);
    Require(*end == '\0' || *end == ',', ORT_INVALID_ARGUMENT,
            "thread affinity '{}' is not of the form 1,2;3-4", group);
    p = *end == ',' ? end + 1 : end;
  }
  return set;
}

std::vector<cpu_set_t> ParseAffinities(const std::string& text) {
  std::vector<cpu_set_t> sets;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(';', begin), text.size());
    sets.push_back(ParseAffinityGroup(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return sets;
}

}  // namespace

int AvailableProcessors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

namespace {

constexpr int kMaxShares = 8;

// Which of a pool's threads this is; 0: the caller.
thread_local int thread_index = 0;

}  // namespace

// The tasks are shared out in order: each thread begins with those of its own share, and helps with
// others when it has none left. So a thread meets the same part of the data in one region after
// another, most of it in its own cache.
struct ThreadPool::Job {
  struct alignas(64) Share {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  Job(FunctionRef<void(int64_t)> work, int64_t count, int threads)
      : task(work),
        share_count(static_cast<int>(std::min<int64_t>(count, std::min(threads, kMaxShares)))) {
    for (int i = 0; i < share_count; ++i) {
      shares[i].next.store(count * i / share_count, std::memory_order_relaxed);
      shares[i].end = count * (i + 1) / share_count;
    }
  }

  bool HasWork() const {
    return std::any_of(shares, shares + share_count, [](const Share& share) {
      return share.next.load(std::memory_order_relaxed) < share.end;
    });
  }

  FunctionRef<void(int64_t)> task;
  const int share_count;
  Share shares[kMaxShares];
  std::atomic<bool> failed{false};
  std::exception_ptr error{};
};

namespace {

template <typename Workers>
void StopThreads(Workers& workers, const ThreadPoolOptions& options, std::mutex& mutex,
                 std::atomic<bool>& stop, std::condition_variable& wake) {
  {
    std::lock_guard lock(mutex);
    stop.store(true);
  }
  wake.notify_all();
  for (auto& worker : workers) {
    if (worker->custom == nullptr) {
      worker->thread.join();
    } else if (options.join_thread != nullptr) {
      options.join_thread(worker->custom);
    }
  }
}

}  // namespace

ThreadPool::ThreadPool(const ThreadPoolOptions& options) : options_(options) {
  const int threads = options.threads > 0 ? options.threads : AvailableProcessors();
  const auto affinities = ParseAffinities(options.affinities);
  Require(affinities.empty() || affinities.size() == static_cast<size_t>(threads - 1),
          ORT_INVALID_ARGUMENT, "{} thread affinities were given for {} worker threads",
          affinities.size(), threads - 1);
  workers_.reserve(static_cast<size_t>(threads - 1));
  try {
    for (int i = 0; i + 1 < threads; ++i) {
      auto worker = std::make_unique<Worker>();
      worker->pool = this;
      worker->index = i;
      if (options.create_thread != nullptr) {
        worker->custom = options.create_thread(
            options.thread_creation_options,
            [](void* param) {
              auto* self = static_cast<Worker*>(param);
              self->pool->WorkerLoop(self->index);
            },
            worker.get());
        Require(worker->custom != nullptr, ORT_FAIL,
                "the custom thread creation function returned a null handle");
      } else {
        worker->thread = std::thread([this, i] { WorkerLoop(i); });
        if (!affinities.empty()) {
          pthread_setaffinity_np(worker->thread.native_handle(), sizeof(cpu_set_t),
                                 &affinities[static_cast<size_t>(i)]);
        }
      }
      workers_.push_back(std::move(worker));
    }
  } catch (...) {
    StopThreads(workers_, options_, mutex_, stop_, wake_);  // they use this pool already
    throw;
  }
}

ThreadPool::~ThreadPool() { StopThreads(workers_, options_, mutex_, stop_, wake_); }

int64_t ThreadPool::BlocksFor(int64_t total, double nanoseconds_per_item) const {
  if (workers_.empty()) return 1;
  // A block should be worth several wake-ups; a few blocks a thread even out threads that start
  // late.
  constexpr double kNanosecondsPerBlock = 8000.0;
  const double work = static_cast<double>(total) * nanoseconds_per_item;
  if (work < 2 * kNanosecondsPerBlock) return 1;
  const auto by_cost = static_cast<int64_t>(work / kNanosecondsPerBlock);
  return std::min({by_cost, total, int64_t{4} * size()});
}

void ThreadPool::Work(Job& job) {
  for (int i = 0; i < job.share_count; ++i) {
    Job::Share& share = job.shares[(thread_index + i) % job.share_count];
    for (;;) {
      const int64_t task = share.next.fetch_add(1, std::memory_order_relaxed);
      if (task >= share.end) break;
      if (job.failed.load(std::memory_order_relaxed)) continue;
      try {
        job.task(task);
      } catch (...) {
        if (!job.failed.exchange(true)) job.error = std::current_exception();
      }
    }
  }
}

ThreadPool::Slot* ThreadPool::Publish(Job& job) {
  for (Slot& slot : slots_) {
    Job* expected = nullptr;
    if (slot.job.load(std::memory_order_relaxed) == nullptr &&
        slot.job.compare_exchange_strong(expected, &job)) {
      slot.state.store(kOpen, std::memory_order_release);
      return &slot;
    }
  }
  return nullptr;
}

void ThreadPool::Wake() {
  epoch_.fetch_add(1);
  if (sleepers_.load() > 0) {
    { std::lock_guard lock(mutex_); }
    wake_.notify_all();
  }
}

void ThreadPool::Run(int64_t count, FunctionRef<void(int64_t)> task) {
  if (count <= 0) return;
  const auto run_here = [&] {
    for (int64_t i = 0; i < count; ++i) task(i);
  };
  if (count <= 1 || workers_.empty()) return run_here();
  Job job(task, count, size());
  Slot* const slot = Publish(job);
  if (slot == nullptr) return run_here();
  Wake();
  Work(job);
  // Close the slot; workers that are inside finish their last block, nobody else comes in.
  slot->state.fetch_and(~kOpen, std::memory_order_acq_rel);
  for (int spins = 0; slot->state.load(std::memory_order_acquire) != 0; ++spins) {
    if (spins < 2000) {
      CpuRelax();
    } else {
      std::this_thread::yield();
    }
  }
  slot->job.store(nullptr, std::memory_order_release);
  if (job.failed.load()) std::rethrow_exception(job.error);
}

bool ThreadPool::WorkOnSomeJob() {
  for (Slot& slot : slots_) {
    uint32_t state = slot.state.load(std::memory_order_acquire);
    while ((state & kOpen) != 0) {
      if (!slot.state.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) continue;
      Job* job = slot.job.load(std::memory_order_acquire);
      const bool has_work = job->HasWork();
      if (has_work) Work(*job);
      slot.state.fetch_sub(1, std::memory_order_acq_rel);
      if (has_work) return true;
      break;
    }
  }
  return false;
}

void ThreadPool::WorkerLoop(int index) {
  thread_index = index + 1;
  if (options_.flush_denormals) FlushDenormals();
  const int64_t spin_nanos =
      options_.allow_spinning ? int64_t{1000} * options_.spin_microseconds : 0;
  while (!stop_.load(std::memory_order_relaxed)) {
    const uint32_t seen = epoch_.load();
    if (WorkOnSomeJob()) continue;
    if (spin_nanos > 0) {
      const int64_t deadline = MonotonicNanos() + spin_nanos;
      while (epoch_.load(std::memory_order_relaxed) == seen && MonotonicNanos() < deadline) {
        for (int i = 0; i < 16; ++i) CpuRelax();
      }
      if (epoch_.load() != seen) continue;
    }
    std::unique_lock lock(mutex_);
    sleepers_.fetch_add(1);
    wake_.wait(lock, [&] { return stop_.load() || epoch_.load() != seen; });
    sleepers_.fetch_sub(1);
  }
}

}  // namespace backplane
