// IdlePool: objects that are costly to make and serve one user at a time, kept between users.
// Lock-free; made for what concurrent runs take and give back.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace backplane {

template <typename T>
class IdlePool {
 public:
  IdlePool() = default;
  IdlePool(const IdlePool&) = delete;
  IdlePool& operator=(const IdlePool&) = delete;
  ~IdlePool() {
    for (auto& place : places_) delete place.load();
  }

  /// An idle object, as its last user left it; null if there is none.
  std::unique_ptr<T> Take() {
    for (auto& place : places_) {
      if (place.load(std::memory_order_relaxed) == nullptr) continue;
      if (T* object = place.exchange(nullptr, std::memory_order_acquire))
        return std::unique_ptr<T>(object);
    }
    return nullptr;
  }

  std::unique_ptr<T> TakeOrMake() {
    std::unique_ptr<T> object = Take();
    return object != nullptr ? std::move(object) : std::make_unique<T>();
  }

  /// Deletes the object where enough of them are idle.
  void Return(std::unique_ptr<T> object) {
    for (auto& place : places_) {
      T* expected = nullptr;
      if (place.load(std::memory_order_relaxed) == nullptr &&
          place.compare_exchange_strong(expected, object.get(), std::memory_order_release)) {
        object.release();
        return;
      }
    }
  }

 private:
  static constexpr size_t kPlaces = 8;
  std::array<std::atomic<T*>, kPlaces> places_{};
};

}  // namespace backplane
