#include "cpu/kernels/winograd.h"

#include <algorithm>
#include <limits>

#include "base/checked_math.h"
#include "base/pages.h"
#include "cpu/kernels/gemm_tile.h"
#include "cpu/kernels/task_grid.h"
#include "cpu/kernels/transpose.h"

namespace backplane::cpu {
namespace {

constexpr int64_t kMaxPixels = 36;
// Between the rows that the products have for a tile, and between the products: at powers of two
// they would share sets of the level-1 cache.
constexpr int64_t kPad = 16;
// Weights that stay in a core's own cache can be read again for every few tiles; larger ones are
// read for as many tiles as this scratch holds.
constexpr int64_t kOwnWeightBytes = 640 << 10;
constexpr int64_t kScratchBytes = 3 << 20;

}  // namespace

/// How the work is divided: tiles of the images among parts_m tasks, panels of outputs among
/// parts_n. Tasks share nothing that they write: those of the same tiles transform the inputs each
/// for itself, which is cheaper than to pass them from core to core.
struct WinogradConv::Split {
  int64_t tile_rows;
  int64_t tile_columns;
  int64_t tiles;
  int64_t panels;
  int64_t parts_m;
  int64_t parts_n;
  int64_t block;  ///< tiles at a time
  int64_t block_floats;
};

/// Some consecutive tiles and panels on their way: the matrices of what the products multiply, and
/// of the products.
struct WinogradConv::Block {
  const Split& split;
  int64_t first = 0;  ///< tile
  int64_t count = 0;
  int64_t panel_begin = 0;
  int64_t panel_end = 0;
  int64_t column = 0;  ///< first output
  int64_t columns = 0;
  int64_t input_row = 0;    ///< floats from a tile's row to the next
  int64_t input_step = 0;   ///< floats from a matrix to the next
  int64_t output_step = 0;  ///< and of the products, whose rows are `columns` long
  float* inputs = nullptr;
  float* products = nullptr;
};

bool WinogradConv::Suits(int64_t outputs, int64_t channels, int64_t groups, const Window& window,
                         bool large_tiles) {
  constexpr Dims3 kOnes{1, 1, 1};
  const int64_t largest = large_tiles ? 256 * 256 : 512 * 512;
  return groups == 1 && window.kernel == Dims3{1, 3, 3} && window.stride == kOnes &&
         window.dilation == kOnes && channels % 16 == 0 && outputs % 16 == 0 && channels >= 32 &&
         outputs >= 32 && channels * outputs <= largest;
}

WinogradConv::WinogradConv(const WeightRows& weights, int64_t outputs, int64_t channels,
                           bool large_tiles, ThreadPool& pool)
    : outputs_(outputs),
      channels_(channels),
      transforms_(&WinogradTransformsOf(large_tiles)),
      products_(transforms_->seen * transforms_->seen),
      zeros_(static_cast<size_t>(channels)) {
  const int64_t matrix = channels * outputs;
  weights_ = Buffer::Allocate(static_cast<size_t>(products_ * matrix) * sizeof(float));
  auto* const to = static_cast<float*>(weights_->data());
  TouchPages(to, weights_->bytes(), pool);
  const int64_t columns = Tile().columns;
  // For some channels of a panel at a time: their nine taps with the outputs side by side.
  constexpr int64_t kChannels = 64;
  pool.For(CeilDiv(outputs, columns), static_cast<double>(channels * columns * products_) / 2,
           [&](int64_t begin, int64_t end) {
             const auto memory =
                 Buffer::Allocate(static_cast<size_t>(9 * kChannels * columns) * sizeof(float));
             auto* const direct = static_cast<float*>(memory->data());
             std::vector<float> scratch;
             for (int64_t i = begin; i < end; ++i) {
               const int64_t width = std::min(columns, outputs - i * columns);
               const float* from = weights.Read(i * columns, i * columns + width, scratch);
               for (int64_t c = 0; c < channels; c += kChannels) {
                 const int64_t count = std::min(kChannels, channels - c);
                 for (int64_t t = 0; t < 9; ++t) {
                   TransposeTile32(reinterpret_cast<uint32_t*>(direct + t * count * width), width,
                                   reinterpret_cast<const uint32_t*>(from + c * 9 + t * count),
                                   channels * 9, width, count);
                 }
                 transforms_->weights(direct, count, width,
                                      to + (i * columns * channels + c * width), matrix);
               }
             }
           });
}

WinogradConv::Split WinogradConv::SplitOf(const Window& window, const ThreadPool& pool) const {
  Split s;
  const int64_t step = transforms_->step;
  const TileShape& tile = Tile();
  s.tile_rows = CeilDiv(window.out[1], step);
  s.tile_columns = CeilDiv(window.out[2], step);
  s.tiles = window.batch * window.in[0] * s.tile_rows * s.tile_columns;
  s.panels = CeilDiv<int64_t>(outputs_, tile.columns);
  const double cost =
      static_cast<double>(s.tiles) * static_cast<double>(products_ * channels_ * outputs_) / 40;
  const int64_t units = CeilDiv<int64_t>(s.tiles, tile.rows);
  const int64_t tasks = TaskGrid::Make(pool, cost, units, s.panels, 1, false).Count();
  const int64_t weight_bytes = products_ * channels_ * outputs_ * int64_t{sizeof(float)};
  s.parts_n = weight_bytes <= kOwnWeightBytes
                  ? 1
                  : std::min({s.panels, tasks, static_cast<int64_t>(pool.size())});
  const int64_t columns = CeilDiv(s.panels, s.parts_n) * tile.columns;
  const int64_t tile_floats = products_ * (channels_ + kPad + columns);
  s.block = 2 * tile.rows;
  if (weight_bytes / s.parts_n > kOwnWeightBytes) {
    s.block = std::max(s.block, kScratchBytes / (tile_floats * int64_t{sizeof(float)}));
  }
  const int64_t idle = CeilDiv<int64_t>(pool.size(), s.parts_n);
  s.parts_m =
      std::min({units, CeilDiv(tasks, s.parts_n), std::max(CeilDiv(s.tiles, s.block), idle)});
  s.block = std::min(s.block, CeilDiv(s.tiles, s.parts_m));
  s.block_floats = s.block * tile_floats + 2 * products_ * kPad;
  return s;
}

size_t WinogradConv::ScratchBytes(const Window& window, const ThreadPool& pool) const {
  const Split s = SplitOf(window, pool);
  return CheckedMul(static_cast<size_t>(s.parts_m * s.parts_n),
                    static_cast<size_t>(s.block_floats)) *
         sizeof(float);
}

void WinogradConv::TransformInputs(const Window& w, const float* x, const Block& block) const {
  const Split& s = block.split;
  const int64_t seen = transforms_->seen;
  const float* pixels[kMaxPixels];
  for (int64_t i = 0; i < block.count; ++i) {
    const int64_t tile = block.first + i;
    const int64_t image = tile / (s.tile_rows * s.tile_columns);
    const int64_t h0 = tile / s.tile_columns % s.tile_rows * transforms_->step - w.pad[1];
    const int64_t w0 = tile % s.tile_columns * transforms_->step - w.pad[2];
    const int64_t first = std::clamp<int64_t>(-w0, 0, seen);
    const int64_t last = std::clamp<int64_t>(w.in[2] - w0, first, seen);
    for (int64_t r = 0; r < seen; ++r) {
      const int64_t h = h0 + r;
      const float** row = pixels + r * seen;
      if (h < 0 || h >= w.in[1]) {
        std::fill_n(row, seen, zeros_.data());
        continue;
      }
      const float* from = x + (image * w.in[1] + h) * w.in[2] * channels_;
      for (int64_t j = 0; j < first; ++j) row[j] = zeros_.data();
      for (int64_t j = first; j < last; ++j) row[j] = from + (w0 + j) * channels_;
      for (int64_t j = last; j < seen; ++j) row[j] = zeros_.data();
    }
    transforms_->input(pixels, channels_, block.inputs + i * block.input_row, block.input_step);
  }
}

void WinogradConv::Multiply(const Block& block, int64_t product) const {
  const TileShape& tile = Tile();
  const int64_t tiles = CeilDiv<int64_t>(block.count, tile.rows);
  const auto* weights =
      static_cast<const float*>(weights_->data()) + product * channels_ * outputs_;
  const float* inputs = block.inputs + product * block.input_step;
  float* products = block.products + product * block.output_step;
  const float* rows = nullptr;
  TileArgs t;
  t.a = &rows;
  t.a_step = block.input_row;
  t.k = channels_;
  t.ldc = block.columns;
  t.low = -std::numeric_limits<float>::infinity();
  t.high = std::numeric_limits<float>::infinity();
  for (int64_t panel = block.panel_begin; panel < block.panel_end; ++panel) {
    const int64_t column = panel * tile.columns;
    t.b = weights + column * channels_;
    t.n = static_cast<int>(std::min<int64_t>(tile.columns, outputs_ - column));
    t.b_stride = t.n;
    for (int64_t j = 0; j < tiles; ++j) {
      const int64_t row = block.count * j / tiles;
      t.m = static_cast<int>(block.count * (j + 1) / tiles - row);
      rows = inputs + row * block.input_row;
      t.c = products + row * block.columns + column - block.column;
      tile.run(t);
    }
  }
}

void WinogradConv::Store(const Window& w, const Block& block, float* y,
                         const Epilogue& epilogue) const {
  const Split& s = block.split;
  const int64_t step = transforms_->step;
  Epilogue e = epilogue;
  if (e.bias != nullptr) e.bias += block.column;
  WinogradOutput out;
  out.pixel_step = outputs_;
  out.row_step = w.out[2] * outputs_;
  out.residual_step = e.residual_stride;
  out.residual_row_step = w.out[2] * e.residual_stride;
  for (int64_t i = 0; i < block.count; ++i) {
    const int64_t tile = block.first + i;
    const int64_t image = tile / (s.tile_rows * s.tile_columns);
    const int64_t oh = tile / s.tile_columns % s.tile_rows * step;
    const int64_t ow = tile % s.tile_columns * step;
    const int64_t pixel = (image * w.out[1] + oh) * w.out[2] + ow;
    out.y = y + pixel * outputs_ + block.column;
    out.residual =
        e.residual == nullptr ? nullptr : e.residual + pixel * e.residual_stride + block.column;
    out.rows = static_cast<int>(std::min(step, w.out[1] - oh));
    out.columns = static_cast<int>(std::min(step, w.out[2] - ow));
    transforms_->output(block.products + i * block.columns, block.output_step, block.columns, out,
                        e);
    if (e.activation.IsClamp()) continue;
    for (int r = 0; r < out.rows; ++r) {
      for (int c = 0; c < out.columns; ++c) {
        ApplyActivation(e.activation, out.y + r * out.row_step + c * outputs_, block.columns);
      }
    }
  }
}

void WinogradConv::Run(const Window& w, const float* x, float* y, const Epilogue& epilogue,
                       void* scratch, ThreadPool& pool) const {
  const Split s = SplitOf(w, pool);
  pool.Run(s.parts_m * s.parts_n, [&](int64_t task) {
    const int64_t m = task / s.parts_n;
    const int64_t n = task % s.parts_n;
    Block block{s};
    block.panel_begin = s.panels * n / s.parts_n;
    block.panel_end = s.panels * (n + 1) / s.parts_n;
    block.column = block.panel_begin * Tile().columns;
    block.columns = std::min<int64_t>(outputs_, block.panel_end * Tile().columns) - block.column;
    block.input_row = channels_ + kPad;
    block.inputs = static_cast<float*>(scratch) + task * s.block_floats;
    const int64_t end = s.tiles * (m + 1) / s.parts_m;
    for (block.first = s.tiles * m / s.parts_m; block.first < end; block.first += block.count) {
      block.count = std::min(s.block, end - block.first);
      block.input_step = block.count * block.input_row + kPad;
      block.output_step = block.count * block.columns + kPad;
      block.products = block.inputs + products_ * block.input_step;
      TransformInputs(w, x, block);
      for (int64_t i = 0; i < products_; ++i) Multiply(block, i);
      Store(w, block, y, epilogue);
    }
  });
}

}  // namespace backplane::cpu
