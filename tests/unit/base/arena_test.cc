// The arena that clients may register: regions, limits, what comes back.
#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/allocator_owners.h"
#include "base/key_value_pairs.h"

namespace backplane {
namespace {

size_t Stat(const OrtAllocator* allocator, const char* name) {
  OrtKeyValuePairs* pairs = nullptr;
  EXPECT_EQ(allocator->GetStats(allocator, &pairs), nullptr);
  const std::unique_ptr<OrtKeyValuePairs> owner(pairs);
  return std::stoul(pairs->Find(name));
}

TEST(ArenaTest, RegionsDoubleOrAreAsRequested) {
  for (const bool as_requested : {false, true}) {
    const auto arena =
        MakeArena({.extend_as_requested = as_requested, .initial_chunk = size_t{1} << 20});
    void* first = arena->Alloc(arena.get(), 1000);
    EXPECT_EQ(Stat(arena.get(), "TotalAllocated"), size_t{1} << 20);
    void* second = arena->Alloc(arena.get(), (size_t{1} << 20) + 1);
    EXPECT_EQ(Stat(arena.get(), "TotalAllocated"),
              (size_t{1} << 20) + (as_requested ? (size_t{1} << 20) + 256 : size_t{2} << 20));
    EXPECT_EQ(Stat(arena.get(), "NumArenaExtensions"), 2u);
    arena->Free(arena.get(), first);
    arena->Free(arena.get(), second);
    EXPECT_EQ(Stat(arena.get(), "InUse"), 0u);
    EXPECT_EQ(arena->Shrink(arena.get()), nullptr);
    EXPECT_EQ(Stat(arena.get(), "TotalAllocated"), 0u);
  }
}

TEST(ArenaTest, TheLimitHolds) {
  const auto arena = MakeArena({.max_memory = 10000, .initial_chunk = 4096});
  void* first = arena->Alloc(arena.get(), 4000);
  void* second = arena->Alloc(arena.get(), 4096);
  EXPECT_NE(first, nullptr);
  EXPECT_NE(second, nullptr);
  EXPECT_EQ(arena->Alloc(arena.get(), 4096), nullptr);
  arena->Free(arena.get(), second);
  EXPECT_EQ(arena->Alloc(arena.get(), 4096), second);
  EXPECT_EQ(arena->Alloc(arena.get(), SIZE_MAX), nullptr);
  EXPECT_LE(Stat(arena.get(), "TotalAllocated"), 10000u);
}

TEST(ArenaTest, BlocksNeverOverlap) {
  const auto arena = MakeArena({.initial_chunk = 4096, .max_dead_bytes = 512});
  std::mt19937 random(5);
  struct Block {
    uint8_t* data;
    size_t bytes;
    uint8_t mark;
  };
  std::vector<Block> blocks;
  for (int i = 0; i < 3000; ++i) {
    if (blocks.size() > 40 || (!blocks.empty() && random() % 3 == 0)) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const Block block = blocks.back();
      blocks.pop_back();
      for (size_t k = 0; k < block.bytes; ++k) ASSERT_EQ(block.data[k], block.mark);
      arena->Free(arena.get(), block.data);
    } else {
      const size_t bytes = 1 + random() % 5000;
      auto* data = static_cast<uint8_t*>(arena->Alloc(arena.get(), bytes));
      ASSERT_NE(data, nullptr);
      std::memset(data, i & 0xff, bytes);
      blocks.push_back({data, bytes, static_cast<uint8_t>(i & 0xff)});
    }
  }
  for (const Block& block : blocks) arena->Free(arena.get(), block.data);
  EXPECT_EQ(arena->Shrink(arena.get()), nullptr);
  EXPECT_EQ(Stat(arena.get(), "TotalAllocated"), 0u);  // everything had come together again
}

TEST(ArenaTest, IsItsOwnOwner) {
  auto arena = MakeArena({});
  const OrtAllocator* raw = arena.get();
  EXPECT_EQ(AllocatorOwner(raw), arena);
  arena.reset();
  EXPECT_EQ(AllocatorOwner(raw), nullptr);
}

}  // namespace
}  // namespace backplane
