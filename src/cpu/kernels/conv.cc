#include "cpu/kernels/conv.h"

#include <algorithm>
#include <limits>

#include "base/checked_math.h"
#include "cpu/kernels/gemm_tile.h"
#include "cpu/kernels/task_grid.h"
#include "cpu/kernels/winograd.h"

namespace backplane::cpu {
namespace {

constexpr int64_t kMaxTileRows = 16;
constexpr int64_t kTapsAtOnce = 64;      // bounds the pointers on the stack
constexpr int64_t kBorderFloats = 8192;  // and the copied borders
constexpr int64_t kGroupBytes = 384 << 10;
constexpr int64_t kPad = 16;  // floats between the pixels of a copied image

// Neighbouring rows of a tile at a multiple of this distance share sets of the level-1 cache and
// push each other out: then the image is copied first.
constexpr int64_t kConflictBytes = 4096;

bool PixelsConflict(const Window& w) {
  const int64_t bytes = w.stride[2] * w.channels * static_cast<int64_t>(sizeof(float));
  return bytes % kConflictBytes == 0 && w.Pixels() > 8;
}

// The window over the copy of a conflicting image: its pixels apart, and only those that are read.
Window WindowOfCopy(const Window& window) {
  Window w = window;
  w.channels += kPad;
  if (w.kernel == Dims3{1, 1, 1} && w.pad == Dims3{0, 0, 0}) {
    w.in = w.out;
    w.stride = {1, 1, 1};
  }
  return w;
}

size_t CopyBytes(const Window& copy) {
  return sizeof(float) * static_cast<size_t>(CheckedMul(
                             copy.batch * copy.in[0] * copy.in[1] * copy.in[2], copy.channels));
}

void CopyPixels(const Window& window, const Window& copy, const float* x, float* to,
                ThreadPool& pool) {
  const bool all = copy.stride == window.stride;
  const Dims3 step = all ? Dims3{1, 1, 1} : window.stride;
  const int64_t rows = copy.batch * copy.in[0] * copy.in[1];
  const auto row_floats = static_cast<double>(copy.in[2] * window.channels);
  pool.For(rows, row_floats / 8, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t h = row % copy.in[1] * step[1];
      const int64_t d = row / copy.in[1] % copy.in[0] * step[0];
      const int64_t n = row / (copy.in[1] * copy.in[0]);
      const int64_t from_row = (n * window.in[0] + d) * window.in[1] + h;
      const float* from = x + from_row * window.in[2] * window.channels;
      float* pixel = to + row * copy.in[2] * copy.channels;
      for (int64_t i = 0; i < copy.in[2]; ++i) {
        std::copy_n(from + i * step[2] * window.channels, window.channels,
                    pixel + i * copy.channels);
      }
    }
  });
}

/// Finds the pixels under the taps of a tile's rows. A tap is one pixel of the input, or, where
/// channels are few and neighbours touch, a run of pixels along the width (`merged`), copied where
/// it crosses the image's border.
class RowFinder {
 public:
  RowFinder(const Window& window, const float* x, int64_t channels, bool merged, const float* zeros)
      : w_(window),
        x_(x),
        channels_(channels),
        row_floats_(window.in[2] * window.channels),
        merged_(merged),
        zeros_(zeros) {}

  /// Fills rows[(tap - tap_begin) * count + i] for output pixels [first, first + count).
  void Find(int64_t first, int64_t count, int64_t tap_begin, int64_t tap_end, const float** rows) {
    borders_used_ = 0;
    int64_t rest = first;
    int64_t ow = rest % w_.out[2];
    rest /= w_.out[2];
    int64_t oh = rest % w_.out[1];
    rest /= w_.out[1];
    int64_t od = rest % w_.out[0];
    int64_t n = rest / w_.out[0];
    for (int64_t i = 0; i < count; ++i) {
      FindPixel(n, od, oh, ow, tap_begin, tap_end, rows + i, count);
      if (++ow < w_.out[2]) continue;
      ow = 0;
      if (++oh < w_.out[1]) continue;
      oh = 0;
      if (++od < w_.out[0]) continue;
      od = 0;
      ++n;
    }
  }

  /// The same for a tile whose pixels are neighbours in a row and have no tap beside the image: one
  /// pointer for each kernel row inside the image, to the whole width of the kernel. Returns their
  /// number, or 0 if the tile is not of this kind; `skipped`: kernel rows above the image.
  int64_t FindRuns(int64_t first, int64_t count, const float** runs, int64_t* skipped) const {
    if (w_.kernel[0] != 1 || w_.kernel[1] > kTapsAtOnce || w_.dilation[2] != 1 ||
        channels_ != w_.channels)
      return 0;
    int64_t rest = first;
    const int64_t ow = rest % w_.out[2];
    rest /= w_.out[2];
    const int64_t oh = rest % w_.out[1];
    rest /= w_.out[1];
    const int64_t d = rest % w_.out[0] * w_.stride[0] - w_.pad[0];
    const int64_t n = rest / w_.out[0];
    const int64_t w0 = ow * w_.stride[2] - w_.pad[2];
    if (ow + count > w_.out[2] || w0 < 0 ||
        w0 + (count - 1) * w_.stride[2] + w_.kernel[2] > w_.in[2] || !Inside(d, w_.in[0]))
      return 0;
    const Window::Taps taps = w_.TapsAt(1, oh);
    *skipped = taps.first;
    for (int64_t kh = taps.first; kh < taps.last; ++kh) {
      const int64_t h = taps.start + kh * w_.dilation[1];
      runs[kh - taps.first] =
          x_ + ((n * w_.in[0] + d) * w_.in[1] + h) * row_floats_ + w0 * channels_;
    }
    return std::max<int64_t>(taps.last - taps.first, 0);
  }

  /// Whether runs of taps can be merged: then a tile's borders fit the buffer.
  static bool CanMerge(const Window& w, int64_t group_channels) {
    const int64_t run = w.kernel[2] * group_channels;
    return group_channels == w.channels && group_channels <= 8 && w.kernel[2] > 1 &&
           w.dilation[2] == 1 && w.kernel[0] * w.kernel[1] <= kTapsAtOnce &&
           w.kernel[0] * w.kernel[1] * kMaxTileRows * run <= kBorderFloats;
  }

 private:
  void FindPixel(int64_t n, int64_t od, int64_t oh, int64_t ow, int64_t tap_begin, int64_t tap_end,
                 const float** rows, int64_t step) {
    const int64_t d0 = od * w_.stride[0] - w_.pad[0];
    const int64_t h0 = oh * w_.stride[1] - w_.pad[1];
    const int64_t w0 = ow * w_.stride[2] - w_.pad[2];
    const int64_t per_row = merged_ ? 1 : w_.kernel[2];
    int64_t kd = 0, kh = 0, kw = 0;
    if (tap_begin != 0) {
      kw = tap_begin % per_row;
      kh = tap_begin / per_row % w_.kernel[1];
      kd = tap_begin / per_row / w_.kernel[1];
    }
    const float* const* end = rows + (tap_end - tap_begin) * step;
    while (rows != end) {
      const int64_t d = d0 + kd * w_.dilation[0];
      const int64_t h = h0 + kh * w_.dilation[1];
      const float* const* row_end =
          std::min<const float* const*>(end, rows + (per_row - kw) * step);
      if (!Inside(d, w_.in[0]) || !Inside(h, w_.in[1])) {
        for (; rows != row_end; rows += step) *rows = zeros_;
      } else {
        const float* image_row = x_ + ((n * w_.in[0] + d) * w_.in[1] + h) * row_floats_;
        if (merged_) {
          *rows = Run(image_row, w0);
          rows += step;
        } else {
          int64_t at = w0 + kw * w_.dilation[2];
          for (; rows != row_end; rows += step, at += w_.dilation[2]) {
            *rows = Inside(at, w_.in[2]) ? image_row + at * w_.channels : zeros_;
          }
        }
      }
      kw = 0;
      if (++kh == w_.kernel[1]) {
        kh = 0;
        ++kd;
      }
    }
  }

  static bool Inside(int64_t at, int64_t size) {
    return static_cast<uint64_t>(at) < static_cast<uint64_t>(size);
  }

  // The kernel's width of pixels from column `begin` on.
  const float* Run(const float* image_row, int64_t begin) {
    const int64_t width = w_.kernel[2];
    if (begin >= 0 && begin + width <= w_.in[2]) return image_row + begin * channels_;
    float* copy = borders_ + borders_used_;
    borders_used_ += width * channels_;
    const int64_t from = std::clamp<int64_t>(-begin, 0, width);
    const int64_t to = std::clamp<int64_t>(w_.in[2] - begin, from, width);
    std::fill(copy, copy + from * channels_, 0.0f);
    if (to > from) {
      std::copy(image_row + (begin + from) * channels_, image_row + (begin + to) * channels_,
                copy + from * channels_);
    }
    std::fill(copy + to * channels_, copy + width * channels_, 0.0f);
    return copy;
  }

  const Window& w_;
  const float* x_;
  int64_t channels_;
  int64_t row_floats_;
  bool merged_;
  const float* zeros_;
  int64_t borders_used_ = 0;
  float borders_[kBorderFloats];
};

}  // namespace

PackedConv::PackedConv(const Tensor& weights, int64_t out_channels, int64_t group_channels,
                       int64_t groups, const Window& window, Winograd winograd, ThreadPool& pool)
    : out_channels_(out_channels),
      group_channels_(group_channels),
      groups_(groups),
      kernel_(window.kernel) {
  const Dims3& kernel = window.kernel;
  const int64_t taps = CheckedMul(CheckedMul(kernel[0], kernel[1]), kernel[2]);
  const WeightRows rows{weights, CheckedMul(group_channels, taps)};
  const bool large_tiles = winograd == Winograd::kLargeTiles;
  if (winograd != Winograd::kNone &&
      WinogradConv::Suits(out_channels, group_channels, groups, window, large_tiles)) {
    winograd_ =
        std::make_shared<WinogradConv>(rows, out_channels, group_channels, large_tiles, pool);
  } else if (out_channels == groups && group_channels == 1 && groups > 1 &&
             kernel[0] * kernel[1] <= kMaxDepthwiseRows) {
    depthwise_ = true;
    PackDepthwise(rows);
  } else {
    PackGroups(rows, pool);
  }
}

void PackedConv::PackGroups(const WeightRows& weights, ThreadPool& pool) {
  const int64_t taps = kernel_[0] * kernel_[1] * kernel_[2];
  const int64_t block = weights.row_floats;
  const int64_t group_outputs = out_channels_ / groups_;
  // Groups of a few outputs would leave most of a vector empty: neighbours are computed together,
  // each output with zero weights for the channels of the other groups.
  int64_t together = 1;
  while (groups_ % (2 * together) == 0 && 2 * together * group_outputs <= Tile().lanes)
    together *= 2;
  groups_ /= together;
  group_channels_ *= together;
  const int64_t outputs = group_outputs * together;
  zeros_.assign(static_cast<size_t>(CheckedMul(group_channels_, kernel_[2])), 0.0f);
  packed_.reserve(static_cast<size_t>(groups_));
  std::vector<float> scratch;
  for (int64_t g = 0; g < groups_; ++g) {
    WeightRows from = weights.From(g * outputs);
    if (together == 1) {
      packed_.push_back(PackedB::PackRows(from, outputs, group_channels_, taps, pool));
      continue;
    }
    Tensor spread = Tensor::Allocate(DType::kFloat, {outputs, block * together});
    std::fill_n(spread.data<float>(), spread.ElementCount(), 0.0f);
    const float* rows = from.Read(0, outputs, scratch);
    for (int64_t o = 0; o < outputs; ++o) {
      std::copy_n(rows + o * block, block,
                  spread.data<float>() + (o * together + o / group_outputs) * block);
    }
    packed_.push_back(
        PackedB::PackRows({spread, block * together}, outputs, group_channels_, taps, pool));
  }
}

void PackedConv::PackDepthwise(const WeightRows& weights) {
  const int64_t taps = kernel_[0] * kernel_[1] * kernel_[2];
  const int64_t count = CheckedMul(taps + 1, groups_);
  depthwise_weights_ = Buffer::Allocate(CheckedMul(static_cast<size_t>(count), sizeof(float)));
  auto* to = static_cast<float*>(depthwise_weights_->data());
  std::fill_n(to + taps * groups_, groups_, 0.0f);
  std::vector<float> scratch;
  const float* from = weights.Read(0, groups_, scratch);
  for (int64_t c = 0; c < groups_; ++c) {
    for (int64_t t = 0; t < taps; ++t) to[t * groups_ + c] = from[c * taps + t];
  }
}

bool PackedConv::IsPointwise(const Window& window) const {
  constexpr Dims3 kOnes{1, 1, 1};
  return !depthwise_ && window.kernel == kOnes && window.stride == kOnes &&
         window.pad == Dims3{0, 0, 0} && window.in == window.out;
}

GemmParams PackedConv::Pointwise(const Window& window, int64_t group) const {
  GemmParams p;
  p.m = window.Pixels();
  p.n = out_channels_ / groups_;
  p.k = group_channels_;
  p.lda = window.channels;
  p.packed = &packed_[static_cast<size_t>(group)];
  p.ldc = out_channels_;
  return p;
}

size_t PackedConv::ScratchBytes(const Window& window, const ThreadPool& pool) const {
  if (winograd_ != nullptr) return winograd_->ScratchBytes(window, pool);
  if (IsPointwise(window)) return GemmScratchBytes(Pointwise(window, 0));
  return !depthwise_ && PixelsConflict(window) ? CopyBytes(WindowOfCopy(window)) : 0;
}

void PackedConv::Run(const Window& window, const float* x, float* y, const Epilogue& epilogue,
                     void* scratch, ThreadPool& pool) const {
  if (window.Pixels() <= 0) return;
  if (winograd_ != nullptr) {
    winograd_->Run(window, x, y, epilogue, scratch, pool);
    return;
  }
  if (depthwise_) {
    const auto* weights = static_cast<const float*>(depthwise_weights_->data());
    const int64_t taps = kernel_[0] * kernel_[1] * kernel_[2];
    DepthwiseConv(window, weights, weights + taps * groups_, x, y, epilogue, pool);
    return;
  }
  if (!IsPointwise(window)) {
    if (!PixelsConflict(window)) {
      RunImplicit(window, x, y, epilogue, pool);
      return;
    }
    const Window copy = WindowOfCopy(window);
    auto* const pixels = static_cast<float*>(scratch);
    CopyPixels(window, copy, x, pixels, pool);
    RunImplicit(copy, pixels, y, epilogue, pool);
    return;
  }
  for (int64_t g = 0; g < groups_; ++g) {
    GemmParams p = Pointwise(window, g);
    p.a = x + g * p.k;
    p.c = y + g * p.n;
    p.epilogue = epilogue;
    if (epilogue.bias != nullptr) p.epilogue.bias += g * p.n;
    if (epilogue.residual != nullptr) p.epilogue.residual += g * p.n;
    Gemm(p, scratch, pool);
  }
}

/// Output pixels [row_begin, row_end) of panels [panel_begin, panel_end) of one group.
struct PackedConv::Task {
  const Window& window;
  const Epilogue& epilogue;
  const float* x;
  float* y;
  bool merged;
  int64_t group;
  int64_t row_begin;
  int64_t row_end;
  int64_t panel_begin;
  int64_t panel_end;
};

void PackedConv::RunImplicit(const Window& window, const float* x, float* y,
                             const Epilogue& epilogue, ThreadPool& pool) const {
  const bool merged = RowFinder::CanMerge(window, group_channels_);
  const int64_t pixels = window.Pixels();
  const int64_t panels = packed_.front().panels();
  const double products = static_cast<double>(pixels) * static_cast<double>(packed_.front().k()) *
                          static_cast<double>(panels * Tile().columns * groups_);
  const TaskGrid grid = TaskGrid::Make(pool, products / 50, CeilDiv<int64_t>(pixels, Tile().rows),
                                       panels, groups_, pixels < out_channels_);
  pool.Run(grid.Count(), [&](int64_t i) {
    const int64_t m = i / grid.parts_n % grid.parts_m;
    const int64_t n = i % grid.parts_n;
    RunTask({window, epilogue, x, y, merged, i / (grid.parts_m * grid.parts_n),
             pixels * m / grid.parts_m, pixels * (m + 1) / grid.parts_m, panels * n / grid.parts_n,
             panels * (n + 1) / grid.parts_n});
  });
}

void PackedConv::RunTask(const Task& task) const {
  const TileShape& tile = Tile();
  const Epilogue& e = task.epilogue;
  const PackedB& packed = packed_[static_cast<size_t>(task.group)];
  const int64_t outputs = out_channels_ / groups_;
  const int64_t first_output = task.group * outputs;
  const int64_t tap_floats = task.merged ? group_channels_ * kernel_[2] : group_channels_;
  const int64_t taps = kernel_[0] * kernel_[1] * (task.merged ? 1 : kernel_[2]);
  const int64_t group = std::max<int64_t>(
      1, kGroupBytes / (packed.k() * tile.columns * static_cast<int64_t>(sizeof(float))));
  RowFinder finder(task.window, task.x + task.group * group_channels_, group_channels_, task.merged,
                   zeros_.data());
  const float* rows[kTapsAtOnce * kMaxTileRows];
  TileArgs t;
  t.a = rows;
  t.ldc = out_channels_;
  t.beta = e.residual_scale;
  t.residual_stride = e.residual_stride;
  const int64_t count = task.row_end - task.row_begin;
  const int64_t tiles = CeilDiv<int64_t>(count, tile.rows);
  for (int64_t first = task.panel_begin; first < task.panel_end; first += group) {
    const int64_t last = std::min(first + group, task.panel_end);
    // The tile of rows [row, row + t.m) with the taps in `rows`, times the weights from row
    // `weight_row` on.
    const auto multiply = [&](int64_t row, int64_t weight_row, bool finish) {
      t.low = finish ? e.activation.low() : -std::numeric_limits<float>::infinity();
      t.high = finish ? e.activation.high() : std::numeric_limits<float>::infinity();
      for (int64_t panel = first; panel < last; ++panel) {
        const int64_t column = panel * tile.columns;
        t.b_stride = packed.width(panel);
        t.b = packed.panel(panel) + weight_row * t.b_stride;
        t.n = static_cast<int>(std::min<int64_t>(tile.columns, outputs - column));
        const int64_t output = first_output + column;
        t.c = task.y + row * out_channels_ + output;
        t.bias = finish && e.bias != nullptr ? e.bias + output : nullptr;
        t.residual = finish && e.residual != nullptr ? e.residual + row * e.residual_stride + output
                                                     : nullptr;
        tile.run(t);
      }
    };
    for (int64_t i = 0; i < tiles; ++i) {
      const int64_t row = task.row_begin + count * i / tiles;
      t.m = static_cast<int>(task.row_begin + count * (i + 1) / tiles - row);
      int64_t skipped = 0;
      t.taps = finder.FindRuns(row, t.m, rows, &skipped);
      if (t.taps > 0) {
        t.a_step = task.window.stride[2] * group_channels_;
        t.k = kernel_[2] * group_channels_;
        t.accumulate = false;
        multiply(row, skipped * t.k, true);
      } else {
        t.a_step = 0;
        t.k = tap_floats;
        for (int64_t tap = 0; tap < taps; tap += kTapsAtOnce) {
          t.taps = std::min(kTapsAtOnce, taps - tap);
          finder.Find(row, t.m, tap, tap + t.taps, rows);
          // Sums of more taps than fit are carried in the output; only the last round finishes
          // them.
          t.accumulate = tap > 0;
          multiply(row, tap * tap_floats, tap + t.taps == taps);
        }
      }
      if (!e.activation.IsClamp()) {
        const int64_t column = first * tile.columns;
        const int64_t columns = std::min<int64_t>(last * tile.columns, outputs) - column;
        for (int r = 0; r < t.m; ++r) {
          ApplyActivation(e.activation, task.y + (row + r) * out_channels_ + first_output + column,
                          columns);
        }
      }
    }
  }
}

}  // namespace backplane::cpu
