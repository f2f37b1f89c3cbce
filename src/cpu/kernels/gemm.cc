#include "cpu/kernels/gemm.h"

#include <algorithm>
#include <cstring>

#include "base/checked_math.h"
#include "base/error.h"
#include "base/pages.h"
#include "cpu/kernels/gemm_tile.h"
#include "cpu/kernels/task_grid.h"
#include "cpu/kernels/transpose.h"

namespace backplane::cpu {
namespace {

// Panels that are used together, so that a tile of A is read once for all of them: half of a
// level-2 cache.
constexpr int64_t kGroupBytes = 384 << 10;
int64_t LastWidth(int64_t n, const TileShape& tile) {
  const int64_t rest = n - (CeilDiv<int64_t>(n, tile.columns) - 1) * tile.columns;
  return rest <= tile.lanes ? tile.lanes : tile.columns;
}

double Nanoseconds(const GemmParams& p) {
  const double products =
      static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
  const double weights = static_cast<double>(p.n) * static_cast<double>(p.k) * sizeof(float);
  return std::max(products / 50, weights / 25);
}

/// Where the panels of B are: packed, or, but for the last, in place.
struct Panels {
  const PackedB* packed = nullptr;
  const float* in_place = nullptr;
  int64_t stride = 0;
  int64_t count = 0;
  int64_t columns = 0;
  const PackedB* last =
      nullptr;  ///< the packed last panel of a B that is read in place, if it is a partial one

  const float* Data(int64_t i) const {
    if (packed != nullptr) return packed->panel(i);
    return last != nullptr && i + 1 == count ? last->panel(0) : in_place + i * columns;
  }
  int64_t Stride(int64_t i) const {
    if (packed != nullptr) return packed->width(i);
    return last != nullptr && i + 1 == count ? last->width(0) : stride;
  }
};

TileArgs CommonArgs(const GemmParams& p) {
  TileArgs t;
  t.k = p.k;
  t.ldc = p.ldc;
  t.accumulate = p.accumulate;
  t.alpha = p.alpha;
  t.beta = p.epilogue.residual_scale;
  t.low = p.epilogue.activation.low();
  t.high = p.epilogue.activation.high();
  t.residual_stride = p.epilogue.residual_stride;
  return t;
}

// Rows of A at a multiple of this distance share sets of the level-1 cache and push each other out:
// they are copied first, with kRowPad floats between them.
constexpr int64_t kConflictBytes = 4096;
constexpr int64_t kRowPad = 16;

bool RowsConflict(const GemmParams& p) {
  return p.lda * static_cast<int64_t>(sizeof(float)) % kConflictBytes == 0 && p.k >= 64 &&
         p.m > 8 && p.n >= 2 * Tile().columns;
}

size_t RowCopyBytes(const GemmParams& p) {
  return RowsConflict(p)
             ? AlignUp(static_cast<size_t>(CheckedMul(p.m, p.k + kRowPad)) * sizeof(float),
                       kTensorAlignment)
             : 0;
}

// Makes A the copy of its rows in `memory`.
void CopyRows(GemmParams& p, float* memory, ThreadPool& pool) {
  const int64_t stride = p.k + kRowPad;
  pool.For(p.m, static_cast<double>(p.k) / 8, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      std::memcpy(memory + row * stride, p.a + row * p.lda,
                  static_cast<size_t>(p.k) * sizeof(float));
    }
  });
  p.a = memory;
  p.lda = stride;
}

// Rows [row_begin, row_end) times panels [panel_begin, panel_end), on this thread.
void GemmRange(const GemmParams& p, const Panels& panels, int64_t row_begin, int64_t row_end,
               int64_t panel_begin, int64_t panel_end) {
  const TileShape& tile = Tile();
  const int64_t group = std::max<int64_t>(
      1,
      kGroupBytes / std::max<int64_t>(1, p.k * tile.columns * static_cast<int64_t>(sizeof(float))));
  const int64_t rows = row_end - row_begin;
  const int64_t tiles = CeilDiv<int64_t>(rows, tile.rows);
  TileArgs t = CommonArgs(p);
  const float* a = nullptr;
  t.a = &a;
  t.a_step = std::max<int64_t>(1, p.lda);  // a single row may have no distance
  for (int64_t first = panel_begin; first < panel_end; first += group) {
    const int64_t last = std::min(first + group, panel_end);
    const int64_t column = first * panels.columns;
    for (int64_t i = 0; i < tiles; ++i) {
      const int64_t row = row_begin + rows * i / tiles;
      t.m = static_cast<int>(row_begin + rows * (i + 1) / tiles - row);
      a = p.a + row * p.lda;
      for (int64_t panel = first; panel < last; ++panel) {
        const int64_t c = panel * panels.columns;
        t.b = panels.Data(panel);
        t.b_stride = panels.Stride(panel);
        t.n = static_cast<int>(std::min(panels.columns, p.n - c));
        t.c = p.c + row * p.ldc + c;
        if (p.epilogue.bias != nullptr) t.bias = p.epilogue.bias + c;
        if (p.epilogue.residual != nullptr)
          t.residual = p.epilogue.residual + row * t.residual_stride + c;
        tile.run(t);
      }
      if (!p.epilogue.activation.IsClamp()) {
        const int64_t columns = std::min(last * panels.columns, p.n) - column;
        for (int r = 0; r < t.m; ++r) {
          ApplyActivation(p.epilogue.activation, p.c + (row + r) * p.ldc + column, columns);
        }
      }
    }
  }
}

void GemmPanels(const GemmParams& p, const Panels& panels, ThreadPool& pool) {
  const TaskGrid grid =
      TaskGrid::Make(pool, Nanoseconds(p), CeilDiv<int64_t>(p.m, Tile().rows), panels.count, 1,
                     p.n > p.m);  // the larger operand is divided, the smaller read by every task
  pool.Run(grid.Count(), [&](int64_t task) {
    const int64_t i = task / grid.parts_n;
    const int64_t j = task % grid.parts_n;
    GemmRange(p, panels, p.m * i / grid.parts_m, p.m * (i + 1) / grid.parts_m,
              panels.count * j / grid.parts_n, panels.count * (j + 1) / grid.parts_n);
  });
}

enum class BPath { kDots, kInPlace, kPack };

BPath ChooseB(const GemmParams& p) {
  if (p.b_row_stride == 1 && p.b_column_stride != 1 && p.m <= 2) return BPath::kDots;
  if (p.b_column_stride == 1 && p.m <= 2 * Tile().rows) return BPath::kInPlace;
  return BPath::kPack;
}

void GemmDots(const GemmParams& p, ThreadPool& pool) {
  const Epilogue& e = p.epilogue;
  const double ns = static_cast<double>(p.k) * sizeof(float) / 25 + 2;
  pool.For(p.n, ns * static_cast<double>(p.m), [&](int64_t begin, int64_t end) {
    constexpr int64_t kChunk = 256;
    float sums[kChunk];
    for (int64_t row = 0; row < p.m; ++row) {
      float* c = p.c + row * p.ldc;
      for (int64_t j = begin; j < end; j += kChunk) {
        const int64_t count = std::min(kChunk, end - j);
        Tile().dots(p.a + row * p.lda, p.b + j * p.b_column_stride, p.b_column_stride, p.k, count,
                    sums);
        for (int64_t i = 0; i < count; ++i) {
          float v = sums[i];
          if (p.accumulate) v += c[j + i];
          v *= p.alpha;
          if (e.bias != nullptr) v += e.bias[j + i];
          if (e.residual != nullptr)
            v += e.residual_scale * e.residual[row * e.residual_stride + j + i];
          c[j + i] = v;
        }
      }
      ApplyActivation(e.activation, c + begin, end - begin);
    }
  });
}

}  // namespace

size_t PackedB::Bytes(int64_t k, int64_t n) {
  if (k <= 0 || n <= 0) return 0;
  const TileShape& tile = Tile();
  const int64_t columns =
      CheckedAdd((CeilDiv<int64_t>(n, tile.columns) - 1) * tile.columns, LastWidth(n, tile));
  return CheckedMul(CheckedMul(static_cast<size_t>(k), static_cast<size_t>(columns)),
                    sizeof(float));
}

PackedB::PackedB(float* data, int64_t k, int64_t n) : data_(data), k_(k), n_(n) {
  const TileShape& tile = Tile();
  columns_ = tile.columns;
  panels_ = CeilDiv<int64_t>(n, tile.columns);
  last_width_ = LastWidth(n, tile);
  panel_floats_ = k * tile.columns;
}

void PackedB::PackPanel(int64_t i, const float* from, int64_t row_stride, int64_t column_stride,
                        float scale) const {
  const int64_t width = this->width(i);
  const int64_t n = std::min(width, n_ - i * columns_);
  float* to = data_ + i * panel_floats_;
  if (n < width) std::memset(to, 0, static_cast<size_t>(k_ * width) * sizeof(float));
  if (column_stride == 1) {
    for (int64_t row = 0; row < k_; ++row) {
      std::memcpy(to + row * width, from + row * row_stride,
                  static_cast<size_t>(n) * sizeof(float));
    }
  } else if (row_stride == 1) {
    constexpr int64_t kRows = 64;
    for (int64_t row = 0; row < k_; row += kRows) {
      TransposeTile32(reinterpret_cast<uint32_t*>(to + row * width), width,
                      reinterpret_cast<const uint32_t*>(from + row), column_stride, n,
                      std::min(kRows, k_ - row));
    }
  } else {
    for (int64_t row = 0; row < k_; ++row) {
      for (int64_t j = 0; j < n; ++j)
        to[row * width + j] = from[row * row_stride + j * column_stride];
    }
  }
  if (scale != 1.0f) {
    for (int64_t j = 0; j < k_ * width; ++j) to[j] *= scale;
  }
}

void PackedB::PackFullPanels(int64_t begin, int64_t end, const float* b, int64_t row_stride) const {
  const auto bytes = static_cast<size_t>(columns_) * sizeof(float);
  float* to = data_ + begin * panel_floats_;
  for (int64_t row = 0; row < k_; ++row, to += columns_) {
    const float* from = b + row * row_stride + begin * columns_;
    float* target = to;
    for (int64_t i = begin; i < end; ++i, from += columns_, target += panel_floats_) {
      if (bytes == 128) {  // a constant is copied without a call
        std::memcpy(target, from, 128);
      } else {
        std::memcpy(target, from, bytes);
      }
    }
  }
}

int64_t PackedB::PanelsAtOnce() const {
  return std::clamp<int64_t>((512 << 10) / (panel_floats_ * int64_t{sizeof(float)}), 1, 16);
}

void PackedB::TouchPanels(int64_t begin, int64_t end) const {
  const int64_t last = end == panels_ ? end - 1 : end;
  const int64_t floats = (last - begin) * panel_floats_ + (end - last) * k_ * last_width_;
  TouchPages(data_ + begin * panel_floats_, static_cast<size_t>(floats) * sizeof(float));
}

PackedB PackedB::Pack(const float* b, int64_t k, int64_t n, int64_t row_stride,
                      int64_t column_stride, float scale) {
  if (k <= 0 || n <= 0) return PackedB();
  auto owner = Buffer::Allocate(Bytes(k, n));
  PackedB packed(static_cast<float*>(owner->data()), k, n);
  packed.owner_ = std::move(owner);
  const bool row_major = column_stride == 1 && scale == 1.0f;
  const int64_t group = packed.PanelsAtOnce();
  for (int64_t first = 0; first < packed.panels_; first += group) {
    const int64_t last = std::min(first + group, packed.panels_);
    packed.TouchPanels(first, last);
    const int64_t full = row_major ? std::min(last, n / packed.columns_) : first;
    if (first < full) packed.PackFullPanels(first, full, b, row_stride);
    for (int64_t i = std::max(first, full); i < last; ++i)
      packed.PackPanel(i, b + i * packed.columns_ * column_stride, row_stride, column_stride,
                       scale);
  }
  return packed;
}

PackedB PackedB::PackRows(const WeightRows& weights, int64_t outputs, int64_t channels,
                          int64_t taps, ThreadPool& pool, float scale) {
  const int64_t k = CheckedMul(channels, taps);
  if (k <= 0 || outputs <= 0) return PackedB();
  auto owner = Buffer::Allocate(Bytes(k, outputs));
  PackedB packed(static_cast<float*>(owner->data()), k, outputs);
  packed.owner_ = std::move(owner);
  const int64_t columns = packed.columns_;
  const int64_t group = packed.PanelsAtOnce();
  const int64_t groups = CeilDiv(packed.panels_, group);
  pool.For(groups, static_cast<double>(k * columns * group), [&](int64_t begin, int64_t end) {
    std::vector<float> scratch;
    std::vector<float> channels_last(taps == 1 ? 0 : static_cast<size_t>(k * columns));
    for (int64_t i = begin * group; i < std::min(end * group, packed.panels_); ++i) {
      if (i % group == 0) packed.TouchPanels(i, std::min(i + group, packed.panels_));
      const int64_t count = std::min(columns, outputs - i * columns);
      const float* rows = weights.Read(i * columns, i * columns + count, scratch);
      for (int64_t j = 0; j < count && taps > 1; ++j) {
        TransposeTile32(reinterpret_cast<uint32_t*>(channels_last.data() + j * k), channels,
                        reinterpret_cast<const uint32_t*>(rows + j * k), taps, channels, taps);
      }
      packed.PackPanel(i, taps == 1 ? rows : channels_last.data(), 1, k, scale);
    }
  });
  return packed;
}

PackedB PackedB::PackInto(void* memory, const float* b, int64_t k, int64_t n, int64_t row_stride,
                          int64_t column_stride, ThreadPool* pool) {
  PackedB packed(static_cast<float*>(memory), k, n);
  const auto pack = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      packed.PackPanel(i, b + i * packed.columns_ * column_stride, row_stride, column_stride, 1.0f);
    }
  };
  if (pool == nullptr) {
    pack(0, packed.panels_);
  } else {
    pool->For(packed.panels_, static_cast<double>(k * packed.columns_) * sizeof(float) / 5, pack);
  }
  return packed;
}

size_t GemmScratchBytes(const GemmParams& p) {
  if (p.k <= 0 || p.m <= 0 || p.n <= 0) return 0;
  if (p.packed != nullptr) return RowCopyBytes(p);
  switch (ChooseB(p)) {
    case BPath::kDots:
      return 0;
    case BPath::kInPlace:
      return RowCopyBytes(p) +
             (p.n % Tile().columns == 0 ? 0 : PackedB::Bytes(p.k, p.n % Tile().columns));
    case BPath::kPack:
      return RowCopyBytes(p) + PackedB::Bytes(p.k, p.n);
  }
  return 0;
}

void Gemm(const GemmParams& params, void* scratch, ThreadPool& pool) {
  GemmParams p = params;
  if (p.m <= 0 || p.n <= 0) return;
  Panels panels;
  panels.columns = Tile().columns;
  panels.count = CeilDiv<int64_t>(p.n, Tile().columns);
  if (p.k <= 0) {  // no panel is read
    panels.in_place = p.c;
    GemmPanels(p, panels, pool);
    return;
  }
  const BPath path = p.packed != nullptr ? BPath::kInPlace : ChooseB(p);
  if (path == BPath::kDots) {
    GemmDots(p, pool);
    return;
  }
  void* memory = static_cast<std::byte*>(scratch) + RowCopyBytes(p);
  if (RowsConflict(p)) CopyRows(p, static_cast<float*>(scratch), pool);
  PackedB packed;
  if (p.packed != nullptr) {
    panels.packed = p.packed;
  } else if (path == BPath::kPack) {
    packed = PackedB::PackInto(memory, p.b, p.k, p.n, p.b_row_stride, p.b_column_stride, &pool);
    panels.packed = &packed;
  } else {
    panels.in_place = p.b;
    panels.stride = p.b_row_stride;
    const int64_t rest = p.n % panels.columns;
    if (rest != 0) {
      packed = PackedB::PackInto(memory, p.b + (p.n - rest), p.k, rest, p.b_row_stride, 1, nullptr);
      panels.last = &packed;
    }
  }
  GemmPanels(p, panels, pool);
}

namespace {

// How many blocks of products run side by side; 1: one product after another, each with all
// threads.
int64_t BatchBlocks(const BatchedGemmParams& p, const ThreadPool& pool) {
  const int64_t blocks = pool.BlocksFor(p.batch, Nanoseconds(p.gemm) + 200);
  return p.batch >= 2 * pool.size() ? std::max<int64_t>(1, blocks) : 1;
}

}  // namespace

size_t BatchedGemmScratchBytes(const BatchedGemmParams& p, const ThreadPool& pool) {
  if (p.batch <= 0) return 0;
  const size_t each = AlignUp(GemmScratchBytes(p.gemm), kTensorAlignment);
  return CheckedMul(each, static_cast<size_t>(BatchBlocks(p, pool)));
}

void BatchedGemm(const BatchedGemmParams& p, void* scratch, ThreadPool& pool) {
  if (p.batch <= 0 || p.gemm.m <= 0 || p.gemm.n <= 0) return;
  const size_t each = AlignUp(GemmScratchBytes(p.gemm), kTensorAlignment);
  const int64_t blocks = BatchBlocks(p, pool);
  const auto item = [&](int64_t i) {
    GemmParams g = p.gemm;
    g.a += p.a_offsets != nullptr ? p.a_offsets[i] : i * p.a_stride;
    if (g.packed == nullptr) g.b += p.b_offsets != nullptr ? p.b_offsets[i] : i * p.b_stride;
    g.c += p.c_offsets != nullptr ? p.c_offsets[i] : i * p.c_stride;
    if (g.epilogue.residual != nullptr) g.epilogue.residual += i * p.residual_stride;
    return g;
  };
  if (blocks <= 1) {
    for (int64_t i = 0; i < p.batch; ++i) Gemm(item(i), scratch, pool);
    return;
  }
  pool.Run(blocks, [&](int64_t block) {
    std::byte* memory = static_cast<std::byte*>(scratch) + static_cast<size_t>(block) * each;
    for (int64_t i = p.batch * block / blocks; i < p.batch * (block + 1) / blocks; ++i)
      Gemm(item(i), memory, pool);
  });
}

}  // namespace backplane::cpu
