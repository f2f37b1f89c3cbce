// Convolution with 3x3 kernels at stride 1 by Winograd's F(2x2, 3x3) or F(4x4, 3x3): 16 products
// make 4 outputs that take 36 directly, or 36 make 16 that take 144. Used by PackedConv where
// weights and channels suit it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "cpu/kernels/conv.h"
#include "cpu/kernels/winograd_transform.h"

namespace backplane::cpu {

class WinogradConv {
 public:
  /// `weights`: rows of [channels, 3, 3].
  WinogradConv(const WeightRows& weights, int64_t outputs, int64_t channels, bool large_tiles,
               ThreadPool& pool);

  /// Whether a convolution with these weights is worth it: whole vectors of channels, and enough of
  /// them, but not so many that reading the transformed weights, twice or four times the size of
  /// the original, would dominate.
  static bool Suits(int64_t outputs, int64_t channels, int64_t groups, const Window& window,
                    bool large_tiles);

  size_t ScratchBytes(const Window& window, const ThreadPool& pool) const;
  void Run(const Window& window, const float* x, float* y, const Epilogue& epilogue, void* scratch,
           ThreadPool& pool) const;

 private:
  struct Split;
  struct Block;
  Split SplitOf(const Window& window, const ThreadPool& pool) const;
  void TransformInputs(const Window& window, const float* x, const Block& block) const;
  void Multiply(const Block& block, int64_t product) const;
  void Store(const Window& window, const Block& block, float* y, const Epilogue& epilogue) const;

  int64_t outputs_ = 0;
  int64_t channels_ = 0;
  const WinogradTransforms* transforms_ = nullptr;
  int64_t products_ = 0;
  std::shared_ptr<Buffer> weights_;  ///< for each product, panels as PackedB has them
  std::vector<float> zeros_;         ///< a pixel of padding
};

}  // namespace backplane::cpu
