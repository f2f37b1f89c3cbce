// ThreadPool: every block runs exactly once, regions nest, callers share, errors come back.
#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

#include "base/error.h"

namespace backplane {
namespace {

ThreadPoolOptions Threads(int count, bool spin = true) {
  ThreadPoolOptions options;
  options.threads = count;
  options.allow_spinning = spin;
  return options;
}

class ThreadPoolTest : public testing::TestWithParam<std::pair<int, bool>> {};

TEST_P(ThreadPoolTest, RunsEveryTaskOnce) {
  ThreadPool pool(Threads(GetParam().first, GetParam().second));
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> hits(97);
    pool.Run(97, [&](int64_t i) { hits[static_cast<size_t>(i)].fetch_add(1); });
    for (const auto& hit : hits) ASSERT_EQ(hit.load(), 1);
  }
}

TEST_P(ThreadPoolTest, ForCoversTheRangeWithoutOverlap) {
  ThreadPool pool(Threads(GetParam().first, GetParam().second));
  for (const int64_t total : {0, 1, 7, 1000, 100003}) {
    std::vector<uint8_t> seen(static_cast<size_t>(total), 0);
    pool.For(total, 1000.0, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++seen[static_cast<size_t>(i)];
    });
    EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), int64_t{0}), total);
  }
}

// A thread that found its share in its cache a moment ago gets the same share again.
TEST(ThreadPoolShareTest, EachThreadBeginsWithItsOwnShare) {
  ThreadPool pool(Threads(2));
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> begun{0};
    std::thread::id first_by, last_by;
    pool.Run(2, [&](int64_t i) {
      (i == 0 ? first_by : last_by) = std::this_thread::get_id();
      begun.fetch_add(1);
      while (begun.load() < 2) std::this_thread::yield();  // until both threads are at work
    });
    EXPECT_EQ(first_by, std::this_thread::get_id());
    EXPECT_NE(last_by, std::this_thread::get_id());
  }
}

TEST_P(ThreadPoolTest, RegionsNest) {
  ThreadPool pool(Threads(GetParam().first, GetParam().second));
  std::atomic<int> count{0};
  pool.Run(8, [&](int64_t) { pool.Run(8, [&](int64_t) { count.fetch_add(1); }); });
  EXPECT_EQ(count.load(), 64);
}

TEST_P(ThreadPoolTest, SeveralCallersShareThePool) {
  ThreadPool pool(Threads(GetParam().first, GetParam().second));
  std::atomic<int> count{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) pool.Run(5, [&](int64_t) { count.fetch_add(1); });
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(count.load(), 4 * 100 * 5);
}

TEST_P(ThreadPoolTest, AnExceptionReachesTheCallerAndThePoolGoesOn) {
  ThreadPool pool(Threads(GetParam().first, GetParam().second));
  EXPECT_THROW(pool.Run(20,
                        [](int64_t i) {
                          if (i == 3) throw std::runtime_error("three");
                        }),
               std::runtime_error);
  std::atomic<int> count{0};
  pool.Run(20, [&](int64_t) { count.fetch_add(1); });
  EXPECT_EQ(count.load(), 20);
}

INSTANTIATE_TEST_SUITE_P(Sizes, ThreadPoolTest,
                         testing::Values(std::pair{1, true}, std::pair{2, true},
                                         std::pair{2, false}, std::pair{5, true}));

TEST(ThreadPoolOptionsTest, CheapWorkStaysOnTheCaller) {
  ThreadPool pool(Threads(4));
  EXPECT_EQ(pool.BlocksFor(100, 1.0), 1);
  EXPECT_GT(pool.BlocksFor(1000000, 1.0), 1);
}

TEST(ThreadPoolOptionsTest, AffinitiesMustFitTheWorkers) {
  ThreadPoolOptions options = Threads(3);
  options.affinities = "1";
  EXPECT_THROW(ThreadPool{options}, Error);
  options.affinities = "1;x";
  EXPECT_THROW(ThreadPool{options}, Error);
  options.affinities = "1;1";
  EXPECT_EQ(ThreadPool(options).size(), 3);
}

TEST(ThreadPoolOptionsTest, CustomThreadsAreCreatedAndJoined) {
  struct Counts {
    std::vector<std::thread> threads;
    int joined = 0;
  };
  static Counts counts;
  counts = {};
  counts.threads.reserve(8);
  ThreadPoolOptions options = Threads(3);
  options.create_thread = [](void*, OrtThreadWorkerFn worker, void* param) {
    counts.threads.emplace_back(worker, param);
    return reinterpret_cast<OrtCustomThreadHandle>(&counts.threads.back());
  };
  options.join_thread = [](OrtCustomThreadHandle handle) {
    reinterpret_cast<std::thread*>(const_cast<OrtCustomHandleType*>(handle))->join();
    ++counts.joined;
  };
  {
    ThreadPool pool(options);
    std::atomic<int> count{0};
    pool.Run(10, [&](int64_t) { count.fetch_add(1); });
    EXPECT_EQ(count.load(), 10);
  }
  EXPECT_EQ(counts.joined, 2);
}

// The threads that were made before the one that failed are told to end, and joined.
TEST(ThreadPoolOptionsTest, NoThreadIsLeftBehindWhereOneCannotBeMade) {
  static std::vector<std::thread> threads;
  static std::atomic<int> ended{0};
  threads.clear();
  threads.reserve(8);
  ended = 0;
  ThreadPoolOptions options = Threads(4);
  options.create_thread = [](void*, OrtThreadWorkerFn worker,
                             void* param) -> OrtCustomThreadHandle {
    if (threads.size() == 2) return nullptr;
    threads.emplace_back([=] {
      worker(param);
      ++ended;
    });
    return reinterpret_cast<OrtCustomThreadHandle>(&threads.back());
  };
  options.join_thread = [](OrtCustomThreadHandle handle) {
    reinterpret_cast<std::thread*>(const_cast<OrtCustomHandleType*>(handle))->join();
  };
  EXPECT_THROW(ThreadPool{options}, Error);
  EXPECT_EQ(ended, 2);
}

}  // namespace
}  // namespace backplane
