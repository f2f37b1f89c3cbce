// Packed weights that sessions share: who owns the buffers, and when two are one.
#include "provider/prepacked_weights.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "base/error.h"

namespace backplane::testing {
namespace {

// Knows which of its blocks are still out.
struct CountingAllocator : OrtAllocator {
  CountingAllocator() : OrtAllocator{} {
    version = ORT_API_VERSION;
    Alloc = [](OrtAllocator* self, size_t bytes) noexcept {
      void* block = ::operator new(bytes);
      static_cast<CountingAllocator*>(self)->live.insert(block);
      return block;
    };
    Free = [](OrtAllocator* self, void* block) noexcept {
      EXPECT_EQ(static_cast<CountingAllocator*>(self)->live.erase(block), 1u);
      ::operator delete(block);
    };
  }
  void* Make(const char* content, size_t bytes) {
    void* block = Alloc(this, bytes);
    std::memcpy(block, content, bytes);
    return block;
  }
  std::set<void*> live;
};

std::shared_ptr<const PackedWeight> Stored(CountingAllocator& allocator, const char* content) {
  OrtSharedPrePackedWeightCache cache(&allocator, nullptr);
  const size_t bytes = std::strlen(content);
  void* block = allocator.Make(content, bytes);
  cache.Store(&block, &bytes, 1);
  return cache.Take();
}

TEST(PrepackedWeightsTest, EqualWeightsOfOneMakerAreOne) {
  CountingAllocator allocator;
  PrepackedWeights weights;
  auto first = weights.Share("ep:MatMul:1", Stored(allocator, "abcd"));
  auto second = weights.Share("ep:MatMul:1", Stored(allocator, "abcd"));
  EXPECT_EQ(first, second);
  EXPECT_EQ(allocator.live.size(), 1u);  // the second copy went at once
  EXPECT_NE(weights.Share("ep:MatMul:1", Stored(allocator, "abce")), first);
  EXPECT_NE(weights.Share("ep:Conv:1", Stored(allocator, "abcd")), first);
  EXPECT_EQ(weights.size(), 3u);
}

TEST(PrepackedWeightsTest, AWeightLivesAsLongAsSomebodyHasIt) {
  CountingAllocator allocator;
  std::shared_ptr<const PackedWeight> kept;
  {
    PrepackedWeights weights;
    kept = weights.Share("ep", Stored(allocator, "abcd"));
    weights.Share("ep", Stored(allocator, "efgh"));
    EXPECT_EQ(allocator.live.size(), 2u);
  }
  EXPECT_EQ(allocator.live.size(), 1u);
  kept.reset();
  EXPECT_TRUE(allocator.live.empty());
}

TEST(PrepackedWeightsTest, WhatCannotBeStoredStaysTheCallers) {
  CountingAllocator allocator;
  OrtSharedPrePackedWeightCache cache(&allocator, nullptr);
  void* blocks[] = {allocator.Make("ab", 2), nullptr};
  const size_t sizes[] = {2, 2};
  EXPECT_THROW(cache.Store(blocks, sizes, 0), Error);
  EXPECT_THROW(cache.Store(blocks, sizes, 2), Error);  // the second one is null
  EXPECT_EQ(allocator.live.size(), 1u);
  cache.Store(blocks, sizes, 1);
  EXPECT_THROW(cache.Store(blocks, sizes, 1), Error);
  EXPECT_NE(cache.Take(), nullptr);
  EXPECT_TRUE(allocator.live.empty());  // taken, and dropped
}

}  // namespace
}  // namespace backplane::testing
