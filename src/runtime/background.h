// Threads for whole tasks that nobody waits for, such as asynchronous runs: made when a task finds
// none idle, kept for the next one. Not for parallel loops; those are ThreadPool's.
#pragma once

#include <functional>
#include <memory>

namespace backplane {

class BackgroundThreads {
 public:
  BackgroundThreads();
  /// Waits until every task has ended; when called from a task of its own, lets that one's thread
  /// end by itself.
  ~BackgroundThreads();
  BackgroundThreads(const BackgroundThreads&) = delete;
  BackgroundThreads& operator=(const BackgroundThreads&) = delete;

  /// Tasks must not throw.
  void Run(std::function<void()> task);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace backplane
