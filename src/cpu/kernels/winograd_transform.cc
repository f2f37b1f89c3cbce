#include "cpu/kernels/winograd_transform.h"

#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/winograd_transform.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include "cpu/kernels/float_vector-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// F(2x2, 3x3): each map along one axis. Only additions, so nothing is lost.
struct SmallTiles {
  static constexpr int kStep = 2;
  static constexpr int kSeen = 4;

  static HWY_INLINE void Weights(V a, V b, V c, V (&u)[kSeen]) {
    const V half = hn::Set(D(), 0.5f);
    const V ends = hn::Add(a, c);
    u[0] = a;
    u[1] = hn::Mul(half, hn::Add(ends, b));
    u[2] = hn::Mul(half, hn::Sub(ends, b));
    u[3] = c;
  }
  static HWY_INLINE void Input(const V (&x)[kSeen], V (&u)[kSeen]) {
    u[0] = hn::Sub(x[0], x[2]);
    u[1] = hn::Add(x[1], x[2]);
    u[2] = hn::Sub(x[2], x[1]);
    u[3] = hn::Sub(x[1], x[3]);
  }
  static HWY_INLINE void Output(const V (&m)[kSeen], V (&y)[kStep]) {
    y[0] = hn::Add(hn::Add(m[0], m[1]), m[2]);
    y[1] = hn::Sub(hn::Sub(m[1], m[2]), m[3]);
  }
};

// F(4x4, 3x3) at the points 0, 1, -1, 2, -2.
struct LargeTiles {
  static constexpr int kStep = 4;
  static constexpr int kSeen = 6;

  static HWY_INLINE void Weights(V a, V b, V c, V (&u)[kSeen]) {
    const D d;
    const V ends = hn::Add(a, c);
    const V ends4 = hn::MulAdd(hn::Set(d, 1.0f / 24), a, hn::Mul(hn::Set(d, 1.0f / 6), c));
    const V middle = hn::Mul(hn::Set(d, 1.0f / 12), b);
    u[0] = hn::Mul(hn::Set(d, 0.25f), a);
    u[1] = hn::Mul(hn::Set(d, -1.0f / 6), hn::Add(ends, b));
    u[2] = hn::Mul(hn::Set(d, -1.0f / 6), hn::Sub(ends, b));
    u[3] = hn::Add(ends4, middle);
    u[4] = hn::Sub(ends4, middle);
    u[5] = c;
  }
  static HWY_INLINE void Input(const V (&x)[kSeen], V (&u)[kSeen]) {
    const D d;
    const V two = hn::Set(d, 2.0f), four = hn::Set(d, 4.0f), five = hn::Set(d, 5.0f);
    const V a = hn::NegMulAdd(four, x[2], x[4]);  // x4 - 4 x2
    const V b = hn::NegMulAdd(four, x[1], x[3]);  // x3 - 4 x1
    const V c = hn::Sub(x[4], x[2]);
    const V e = hn::Mul(two, hn::Sub(x[3], x[1]));
    u[0] = hn::NegMulAdd(five, x[2], hn::MulAdd(four, x[0], x[4]));
    u[1] = hn::Add(a, b);
    u[2] = hn::Sub(a, b);
    u[3] = hn::Add(c, e);
    u[4] = hn::Sub(c, e);
    u[5] = hn::NegMulAdd(five, x[3], hn::MulAdd(four, x[1], x[5]));
  }
  static HWY_INLINE void Output(const V (&m)[kSeen], V (&y)[kStep]) {
    const D d;
    const V sum = hn::Add(m[1], m[2]), difference = hn::Sub(m[1], m[2]);
    const V sum2 = hn::Add(m[3], m[4]), difference2 = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(hn::Add(m[0], sum), sum2);
    y[1] = hn::MulAdd(hn::Set(d, 2.0f), difference2, difference);
    y[2] = hn::MulAdd(hn::Set(d, 4.0f), sum2, sum);
    y[3] = hn::Add(hn::MulAdd(hn::Set(d, 8.0f), difference2, difference), m[5]);
  }
};

template <class Tiles>
void Weights(const float* direct, int64_t channels, int64_t width, float* out, int64_t out_step) {
  constexpr int kSeen = Tiles::kSeen;
  const D d;
  for (int64_t c = 0; c < channels; ++c, direct += 9 * width, out += width) {
    for (int64_t i = 0; i < width; i += kLanes) {
      V columns[3][kSeen];
      BACKPLANE_UNROLL
      for (int j = 0; j < 3; ++j) {
        const float* tap = direct + j * width + i;
        Tiles::Weights(hn::LoadU(d, tap), hn::LoadU(d, tap + 3 * width),
                       hn::LoadU(d, tap + 6 * width), columns[j]);
      }
      float* to = out + i;
      BACKPLANE_UNROLL
      for (int r = 0; r < kSeen; ++r) {
        V u[kSeen];
        Tiles::Weights(columns[0][r], columns[1][r], columns[2][r], u);
        BACKPLANE_UNROLL
        for (int j = 0; j < kSeen; ++j, to += out_step) hn::StoreU(u[j], d, to);
      }
    }
  }
}

template <class Tiles>
void Input(const float* const* pixels, int64_t channels, float* out, int64_t out_step) {
  constexpr int kSeen = Tiles::kSeen;
  const D d;
  for (int64_t c = 0; c < channels; c += kLanes) {
    V rows[kSeen][kSeen], x[kSeen], u[kSeen];
    BACKPLANE_UNROLL
    for (int i = 0; i < kSeen; ++i) {
      BACKPLANE_UNROLL
      for (int j = 0; j < kSeen; ++j) x[j] = hn::LoadU(d, pixels[kSeen * i + j] + c);
      Tiles::Input(x, rows[i]);
    }
    BACKPLANE_UNROLL
    for (int j = 0; j < kSeen; ++j) {
      BACKPLANE_UNROLL
      for (int i = 0; i < kSeen; ++i) x[i] = rows[i][j];
      Tiles::Input(x, u);
      BACKPLANE_UNROLL
      for (int i = 0; i < kSeen; ++i) hn::StoreU(u[i], d, out + (kSeen * i + j) * out_step + c);
    }
  }
}

template <class Tiles>
void Output(const float* products, int64_t step, int64_t outputs, const WinogradOutput& tile,
            const Epilogue& e) {
  constexpr int kSeen = Tiles::kSeen;
  constexpr int kStep = Tiles::kStep;
  const D d;
  const V low = hn::Set(d, e.activation.low());
  const V high = hn::Set(d, e.activation.high());
  const V beta = hn::Set(d, e.residual_scale);
  for (int64_t c = 0; c < outputs; c += kLanes) {
    V rows[kStep][kSeen], m[kSeen], y[kStep];
    BACKPLANE_UNROLL
    for (int j = 0; j < kSeen; ++j) {
      BACKPLANE_UNROLL
      for (int i = 0; i < kSeen; ++i) m[i] = hn::LoadU(d, products + (kSeen * i + j) * step + c);
      Tiles::Output(m, y);
      BACKPLANE_UNROLL
      for (int i = 0; i < kStep; ++i) rows[i][j] = y[i];
    }
    const V bias = e.bias != nullptr ? hn::LoadU(d, e.bias + c) : hn::Zero(d);
    BACKPLANE_UNROLL
    for (int i = 0; i < kStep; ++i) {
      if (i >= tile.rows) continue;  // a break would keep Clang from unrolling
      Tiles::Output(rows[i], y);
      BACKPLANE_UNROLL
      for (int j = 0; j < kStep; ++j) {
        if (j >= tile.columns) continue;
        V v = hn::Add(y[j], bias);
        if (tile.residual != nullptr) {
          const float* z = tile.residual + i * tile.residual_row_step + j * tile.residual_step + c;
          v = hn::MulAdd(hn::LoadU(d, z), beta, v);
        }
        v = hn::Min(high, hn::Max(low, v));  // in this order of operands a NaN stays one on x86
        hn::StoreU(v, d, tile.y + i * tile.row_step + j * tile.pixel_step + c);
      }
    }
  }
}

template <class Tiles>
constexpr WinogradTransforms Make() {
  return {Tiles::kStep, Tiles::kSeen, &Weights<Tiles>, &Input<Tiles>, &Output<Tiles>};
}

WinogradTransforms MakeTransforms(bool large) {
  return large ? Make<LargeTiles>() : Make<SmallTiles>();
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
HWY_EXPORT(MakeTransforms);

const WinogradTransforms& WinogradTransformsOf(bool large) {
  static const WinogradTransforms transforms[] = {HWY_DYNAMIC_DISPATCH(MakeTransforms)(false),
                                                  HWY_DYNAMIC_DISPATCH(MakeTransforms)(true)};
  return transforms[large];
}

}  // namespace backplane::cpu
#endif
