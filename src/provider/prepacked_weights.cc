#include "provider/prepacked_weights.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/allocator_calls.h"
#include "base/error.h"

namespace backplane {
namespace {

uint64_t HashOf(const PackedWeight& weight) {
  uint64_t hash = weight.size();
  for (const auto& buffer : weight) {
    const std::string_view bytes(static_cast<const char*>(buffer->data()), buffer->bytes());
    hash = hash * 0x100000001b3u ^ std::hash<std::string_view>()(bytes);
  }
  return hash;
}

bool Same(const PackedWeight& a, const PackedWeight& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x->bytes() == y->bytes() &&
           (x->bytes() == 0 || std::memcmp(x->data(), y->data(), x->bytes()) == 0);
  });
}

}  // namespace

std::shared_ptr<const PackedWeight> PrepackedWeights::Share(
    const std::string& maker, std::shared_ptr<const PackedWeight> weight) {
  const auto key = std::make_pair(maker, HashOf(*weight));
  const std::lock_guard lock(mutex_);
  const auto [begin, end] = weights_.equal_range(key);
  for (auto it = begin; it != end; ++it) {
    if (Same(*it->second, *weight)) return it->second;
  }
  return weights_.emplace(key, std::move(weight))->second;
}

size_t PrepackedWeights::size() const {
  const std::lock_guard lock(mutex_);
  return weights_.size();
}

}  // namespace backplane

using backplane::Require;

void OrtSharedPrePackedWeightCache::Store(void* const* data, const size_t* sizes, size_t count) {
  Require(count != 0, ORT_INVALID_ARGUMENT, "Must specify at least one weight data buffer");
  Require(weight_ == nullptr, ORT_FAIL, "packed weights were stored for this input already");
  for (size_t i = 0; i < count; ++i) {
    Require(data[i] != nullptr || sizes[i] == 0, ORT_INVALID_ARGUMENT, "buffer {} is null", i);
  }
  // Nothing is owned before everything is made: a failure must leave the buffers to the caller.
  struct Owned {
    bool armed = false;
  };
  auto armed = std::make_shared<Owned>();
  auto weight = std::make_shared<backplane::PackedWeight>();
  weight->reserve(count);
  for (size_t i = 0; i < count; ++i) {
    weight->push_back(std::make_shared<backplane::Buffer>(
        data[i], sizes[i], [armed, allocator = allocator_, owner = owner_](void* gone) {
          if (armed->armed) backplane::FreeThrough(allocator, gone);
        }));
  }
  armed->armed = true;
  weight_ = std::move(weight);
}
