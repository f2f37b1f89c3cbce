// How the dense kernels divide a product of `m_units` by `n_units` tiles into tasks for the pool.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/checked_math.h"
#include "base/thread_pool.h"

namespace backplane::cpu {

struct TaskGrid {
  int64_t parts_m = 1;
  int64_t parts_n = 1;
  int64_t repeats = 1;  ///< independent products

  int64_t Count() const { return parts_m * parts_n * repeats; }

  /// A task is worth at least kTaskNanoseconds on one core, and there are a few for each thread, so
  /// that one that starts late or is interrupted does not hold the others up. `split_n`: N is the
  /// better axis to divide. Tasks of the same rows are to be numbered one after another: the pool
  /// gives them to one thread, so a thread finds the rows that it made in the layer before in its
  /// own cache.
  static TaskGrid Make(const ThreadPool& pool, double nanoseconds, int64_t m_units, int64_t n_units,
                       int64_t repeats, bool split_n) {
    constexpr double kTaskNanoseconds = 8000;
    constexpr int64_t kTasksPerThread = 4;
    TaskGrid grid;
    grid.repeats = repeats;
    const int64_t threads = pool.size();
    if (threads == 1 || nanoseconds < 2 * kTaskNanoseconds) return grid;
    const auto worthwhile = static_cast<int64_t>(std::min(nanoseconds / kTaskNanoseconds, 1e6));
    const int64_t wanted = CeilDiv(std::min(worthwhile, threads * kTasksPerThread), repeats);
    constexpr int64_t kFewTiles = 3;  // with fewer rows a thread, all would read all weights
    if (split_n && repeats == 1 && m_units >= kFewTiles * threads && n_units >= kTasksPerThread) {
      grid.parts_m = std::min(threads, wanted);
      grid.parts_n = std::min(n_units, CeilDiv(wanted, grid.parts_m));
    } else if (split_n) {
      grid.parts_n = std::min(n_units, wanted);
      grid.parts_m = std::min(m_units, CeilDiv(wanted, grid.parts_n));
    } else {
      grid.parts_m = std::min(m_units, wanted);
      grid.parts_n = std::min(n_units, CeilDiv(wanted, grid.parts_m));
    }
    return grid;
  }
};

}  // namespace backplane::cpu
