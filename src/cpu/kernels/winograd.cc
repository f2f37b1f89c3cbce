#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/winograd.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include <algorithm>
#include <limits>

#include "base/checked_math.h"
#include "cpu/kernels/gemm_tile.h"
#include "cpu/kernels/task_grid.h"
#include "cpu/kernels/winograd.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
constexpr int kLanes = 1;
#else
constexpr int kLanes = (HWY_MAX_BYTES < 64 ? HWY_MAX_BYTES : 64) / 4;
#endif
using D = hn::FixedTag<float, kLanes>;
using V = hn::Vec<D>;

// The input transform of one row or column; what comes out is `out_step` floats apart.
HWY_INLINE void TransformInput(const V (&x)[6], float* out, int64_t out_step) {
  const D d;
  const V two = hn::Set(d, 2.0f), four = hn::Set(d, 4.0f), five = hn::Set(d, 5.0f);
  const V a = hn::NegMulAdd(four, x[2], x[4]);  // x4 - 4 x2
  const V b = hn::NegMulAdd(four, x[1], x[3]);  // x3 - 4 x1
  const V c = hn::Sub(x[4], x[2]);
  const V e = hn::Mul(two, hn::Sub(x[3], x[1]));
  hn::StoreU(hn::NegMulAdd(five, x[2], hn::MulAdd(four, x[0], x[4])), d, out);
  hn::StoreU(hn::Add(a, b), d, out + out_step);
  hn::StoreU(hn::Sub(a, b), d, out + 2 * out_step);
  hn::StoreU(hn::Add(c, e), d, out + 3 * out_step);
  hn::StoreU(hn::Sub(c, e), d, out + 4 * out_step);
  hn::StoreU(hn::NegMulAdd(five, x[3], hn::MulAdd(four, x[1], x[5])), d, out + 5 * out_step);
}

// All channels of one input tile, given by its 36 pixels; product i's row goes to out + i *
// out_step.
void InputTile(const float* const* pixels, int64_t channels, float* out, int64_t out_step) {
  const D d;
  HWY_ALIGN float rows[36 * kLanes];
  for (int64_t c = 0; c < channels; c += kLanes) {
    V x[6];
    for (int i = 0; i < 6; ++i) {
      for (int j = 0; j < 6; ++j) x[j] = hn::LoadU(d, pixels[6 * i + j] + c);
      TransformInput(x, rows + 6 * i * kLanes, kLanes);
    }
    for (int j = 0; j < 6; ++j) {
      for (int i = 0; i < 6; ++i) x[i] = hn::Load(d, rows + (6 * i + j) * kLanes);
      TransformInput(x, out + j * out_step + c, 6 * out_step);
    }
  }
}

HWY_INLINE void TransformOutput(const V (&m)[6], V (&y)[4]) {
  const D d;
  const V sum = hn::Add(m[1], m[2]), difference = hn::Sub(m[1], m[2]);
  const V sum2 = hn::Add(m[3], m[4]), difference2 = hn::Sub(m[3], m[4]);
  y[0] = hn::Add(hn::Add(m[0], sum), sum2);
  y[1] = hn::MulAdd(hn::Set(d, 2.0f), difference2, difference);
  y[2] = hn::MulAdd(hn::Set(d, 4.0f), sum2, sum);
  y[3] = hn::Add(hn::MulAdd(hn::Set(d, 8.0f), difference2, difference), m[5]);
}

void Outputs(const float* products, int64_t step, int64_t outputs, const WinogradOutput& tile,
             const Epilogue& e) {
  const D d;
  const V low = hn::Set(d, e.activation.low());
  const V high = hn::Set(d, e.activation.high());
  const V beta = hn::Set(d, e.residual_scale);
  HWY_ALIGN float rows[24 * kLanes];
  for (int64_t c = 0; c < outputs; c += kLanes) {
    V m[6], y[4];
    for (int j = 0; j < 6; ++j) {
      for (int i = 0; i < 6; ++i) m[i] = hn::LoadU(d, products + (6 * i + j) * step + c);
      TransformOutput(m, y);
      for (int i = 0; i < 4; ++i) hn::Store(y[i], d, rows + (6 * i + j) * kLanes);
    }
    const V bias = e.bias != nullptr ? hn::LoadU(d, e.bias + c) : hn::Zero(d);
    for (int i = 0; i < tile.rows; ++i) {
      for (int j = 0; j < 6; ++j) m[j] = hn::Load(d, rows + (6 * i + j) * kLanes);
      TransformOutput(m, y);
      float* to = tile.y + i * tile.row_step + c;
      for (int j = 0; j < tile.columns; ++j, to += outputs) {
        V v = hn::Add(y[j], bias);
        if (tile.residual != nullptr) {
          const float* z = tile.residual + i * tile.residual_row_step + j * tile.residual_step + c;
          v = hn::MulAdd(hn::LoadU(d, z), beta, v);
        }
        hn::StoreU(hn::Min(high, hn::Max(low, v)), d, to);
      }
    }
  }
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
namespace {

constexpr int64_t kProducts = 36;
constexpr int64_t kMaxTileRows = 16;
// Outputs are tiles of 4x4; each sees 6x6 inputs.
constexpr int64_t kStep = 4;
constexpr int64_t kSeen = 6;

// G of F(4x4, 3x3) times three weights.
void TransformWeights(float a, float b, float c, float* out, int64_t step) {
  out[0] = a / 4;
  out[step] = -(a + b + c) / 6;
  out[2 * step] = -(a - b + c) / 6;
  out[3 * step] = a / 24 + b / 12 + c / 6;
  out[4 * step] = a / 24 - b / 12 + c / 6;
  out[5 * step] = c;
}

}  // namespace

HWY_EXPORT(InputTile);
HWY_EXPORT(Outputs);

/// How the tiles of an image are divided: tasks of consecutive blocks of tiles.
struct WinogradConv::Split {
  int64_t tile_rows;
  int64_t tile_columns;
  int64_t tiles;
  int64_t block;  ///< tiles at a time
  int64_t tasks;
  size_t task_floats;
};

bool WinogradConv::Suits(int64_t outputs, int64_t channels, int64_t groups, const Dims3& kernel) {
  constexpr int64_t kLargest = 256 * 256;
  return groups == 1 && kernel == Dims3{1, 3, 3} && channels % 16 == 0 && outputs % 16 == 0 &&
         channels >= 32 && outputs >= 32 && channels * outputs <= kLargest;
}

bool WinogradConv::Suits(const Window& window) {
  constexpr Dims3 kOnes{1, 1, 1};
  return window.stride == kOnes && window.dilation == kOnes;
}

WinogradConv::WinogradConv(const float* weights, int64_t outputs, int64_t channels,
                           ThreadPool& pool)
    : outputs_(outputs), channels_(channels), zeros_(static_cast<size_t>(channels)) {
  const int64_t plane = outputs * channels;
  const auto transformed = Buffer::Allocate(static_cast<size_t>(kProducts * plane) * sizeof(float));
  auto* to = static_cast<float*>(transformed->data());
  pool.For(plane, 40, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* w = weights + i * 9;
      float rows[18];  // 6x3
      for (int64_t j = 0; j < 3; ++j) TransformWeights(w[j], w[3 + j], w[6 + j], rows + j, 3);
      for (int64_t r = 0; r < 6; ++r) {
        TransformWeights(rows[3 * r], rows[3 * r + 1], rows[3 * r + 2], to + 6 * r * plane + i,
                         plane);
      }
    }
  });
  packed_.resize(kProducts);
  pool.For(kProducts, static_cast<double>(plane) / 2, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      packed_[static_cast<size_t>(i)] =
          PackedB::Pack(to + i * plane, channels, outputs, 1, channels);
    }
  });
}

WinogradConv::Split WinogradConv::SplitOf(const Window& window, const ThreadPool& pool) const {
  Split s;
  s.tile_rows = CeilDiv(window.out[1], kStep);
  s.tile_columns = CeilDiv(window.out[2], kStep);
  s.tiles = window.batch * window.in[0] * s.tile_rows * s.tile_columns;
  s.block = 2 * Tile().rows;
  const double cost =
      static_cast<double>(s.tiles) * static_cast<double>(kProducts * channels_ * outputs_) / 40;
  const TaskGrid grid =
      TaskGrid::Make(pool, cost, CeilDiv<int64_t>(s.tiles, Tile().rows), 1, 1, false);
  s.tasks = grid.parts_m;
  s.block = std::min(s.block, CeilDiv(s.tiles, s.tasks));
  s.task_floats = static_cast<size_t>(kProducts * s.block * (channels_ + outputs_));
  return s;
}

size_t WinogradConv::ScratchBytes(const Window& window, const ThreadPool& pool) const {
  const Split s = SplitOf(window, pool);
  return CheckedMul(static_cast<size_t>(s.tasks), s.task_floats) * sizeof(float);
}

// The 36 matrix products of `count` tiles: inputs [36, count, channels], products [36, count,
// outputs].
void WinogradConv::Multiply(int64_t count, const float* inputs, float* products) const {
  const TileShape& tile = Tile();
  const float* rows[kMaxTileRows];
  TileArgs t;
  t.a = rows;
  t.k = channels_;
  t.ldc = outputs_;
  t.low = -std::numeric_limits<float>::infinity();
  t.high = std::numeric_limits<float>::infinity();
  const int64_t tiles = CeilDiv<int64_t>(count, tile.rows);
  for (int64_t i = 0; i < kProducts; ++i) {
    const PackedB& packed = packed_[static_cast<size_t>(i)];
    for (int64_t panel = 0; panel < packed.panels(); ++panel) {
      t.b = packed.panel(panel);
      t.b_stride = packed.width(panel);
      t.n = static_cast<int>(std::min<int64_t>(tile.columns, outputs_ - panel * tile.columns));
      for (int64_t j = 0; j < tiles; ++j) {
        const int64_t row = count * j / tiles;
        t.m = static_cast<int>(count * (j + 1) / tiles - row);
        for (int r = 0; r < t.m; ++r) rows[r] = inputs + (i * count + row + r) * channels_;
        t.c = products + (i * count + row) * outputs_ + panel * tile.columns;
        tile.run(t);
      }
    }
  }
}

void WinogradConv::Run(const Window& w, const float* x, float* y, const Epilogue& epilogue,
                       void* scratch, ThreadPool& pool) const {
  const Split s = SplitOf(w, pool);
  struct Place {
    int64_t image, oh, ow;
  };
  const auto place = [&](int64_t tile) -> Place {
    return {tile / (s.tile_rows * s.tile_columns), tile / s.tile_columns % s.tile_rows * kStep,
            tile % s.tile_columns * kStep};
  };
  const auto transform_input = [&](int64_t tile, float* to, int64_t step) {
    const Place at = place(tile);
    const float* pixels[kSeen * kSeen];
    for (int64_t i = 0; i < kSeen; ++i) {
      const int64_t h = at.oh - w.pad[1] + i;
      const float* row = x + (at.image * w.in[1] + h) * w.in[2] * channels_;
      for (int64_t j = 0; j < kSeen; ++j) {
        const int64_t column = at.ow - w.pad[2] + j;
        const bool inside = h >= 0 && h < w.in[1] && column >= 0 && column < w.in[2];
        pixels[i * kSeen + j] = inside ? row + column * channels_ : zeros_.data();
      }
    }
    HWY_DYNAMIC_DISPATCH(InputTile)(pixels, channels_, to, step);
  };
  const auto store = [&](int64_t tile, const float* products, int64_t step) {
    const Place at = place(tile);
    const int64_t pixel = (at.image * w.out[1] + at.oh) * w.out[2] + at.ow;
    WinogradOutput out;
    out.y = y + pixel * outputs_;
    out.residual = epilogue.residual != nullptr
                       ? epilogue.residual + pixel * epilogue.residual_stride
                       : nullptr;
    out.row_step = w.out[2] * outputs_;
    out.residual_step = epilogue.residual_stride;
    out.residual_row_step = w.out[2] * epilogue.residual_stride;
    out.rows = static_cast<int>(std::min(kStep, w.out[1] - at.oh));
    out.columns = static_cast<int>(std::min(kStep, w.out[2] - at.ow));
    HWY_DYNAMIC_DISPATCH(Outputs)(products, step, outputs_, out, epilogue);
    if (epilogue.activation.IsClamp()) return;
    for (int i = 0; i < out.rows; ++i) {
      ApplyActivation(epilogue.activation, out.y + i * out.row_step, out.columns * outputs_);
    }
  };
  pool.Run(s.tasks, [&](int64_t task) {
    float* inputs = static_cast<float*>(scratch) + static_cast<size_t>(task) * s.task_floats;
    float* products = inputs + kProducts * s.block * channels_;
    const int64_t end = s.tiles * (task + 1) / s.tasks;
    for (int64_t first = s.tiles * task / s.tasks; first < end; first += s.block) {
      const int64_t count = std::min(s.block, end - first);
      for (int64_t i = 0; i < count; ++i)
        transform_input(first + i, inputs + i * channels_, count * channels_);
      Multiply(count, inputs, products);
      for (int64_t i = 0; i < count; ++i)
        store(first + i, products + i * outputs_, count * outputs_);
    }
  });
}

}  // namespace backplane::cpu
#endif
