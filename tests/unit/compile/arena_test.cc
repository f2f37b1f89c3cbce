// The arena layout: blocks that live at the same time never overlap, and memory is reused.
#include <gtest/gtest.h>

#include <random>

#include "base/checked_math.h"
#include "compile/memory_plan.h"

namespace backplane {
namespace {

void ExpectSound(const std::vector<Block>& blocks, size_t total) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(blocks[i].offset % kTensorAlignment, 0u);
    EXPECT_LE(blocks[i].offset + blocks[i].bytes, total);
    for (size_t j = 0; j < i; ++j) {
      const bool together = blocks[i].first <= blocks[j].last && blocks[j].first <= blocks[i].last;
      const bool overlap = blocks[i].offset < blocks[j].offset + blocks[j].bytes &&
                           blocks[j].offset < blocks[i].offset + blocks[i].bytes;
      EXPECT_FALSE(together && overlap) << i << " and " << j;
    }
  }
}

TEST(ArenaTest, AChainNeedsTwoBuffers) {
  std::vector<Block> blocks;
  for (uint32_t i = 0; i < 50; ++i) blocks.push_back({1000, i, i + 1});
  const size_t total = LayOutArena(blocks);
  ExpectSound(blocks, total);
  EXPECT_EQ(total, 2 * AlignUp(1000, kTensorAlignment));
}

TEST(ArenaTest, RandomLifetimesNeverCollide) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::vector<Block> blocks;
    for (int i = 0; i < 200; ++i) {
      const auto first = static_cast<uint32_t>(random() % 100);
      blocks.push_back({1 + random() % 5000, first, first + static_cast<uint32_t>(random() % 20)});
    }
    const size_t total = LayOutArena(blocks);
    ExpectSound(blocks, total);
  }
}

}  // namespace
}  // namespace backplane
