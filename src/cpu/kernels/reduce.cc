#include "cpu/kernels/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "cpu/kernels/elementwise.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {
namespace {

// What an element becomes, and how two accumulators join. Integers are added and multiplied without
// sign: they wrap.
template <Reduction kReduction, typename A>
struct Fold {
  using U = typename std::conditional_t<std::is_integral_v<A>, std::make_unsigned<A>,
                                        std::type_identity<A>>::type;

  static A Map(A x, A shift) {
    if constexpr (kReduction == Reduction::kSumSquare) {
      return static_cast<A>(static_cast<U>(x) * static_cast<U>(x));
    } else if constexpr (kReduction == Reduction::kSumAbs) {
      if constexpr (std::is_unsigned_v<A>) return x;
      return x < 0 ? static_cast<A>(U{0} - static_cast<U>(x)) : x;
    } else if constexpr (kReduction == Reduction::kSumExp) {
      return static_cast<A>(std::exp(static_cast<double>(x - shift)));
    }
    return x;
  }
  static A Join(A a, A b) {
    if constexpr (kReduction == Reduction::kProd) {
      return static_cast<A>(static_cast<U>(a) * static_cast<U>(b));
    } else if constexpr (kReduction == Reduction::kMax) {
      return a > b || a != a ? a : b;
    } else if constexpr (kReduction == Reduction::kMin) {
      return a < b || a != a ? a : b;
    } else {
      return static_cast<A>(static_cast<U>(a) + static_cast<U>(b));
    }
  }
};

// What reducing no element of type T gives.
template <Reduction kReduction, typename T, typename A>
constexpr A Empty() {
  using Limits = std::numeric_limits<T>;
  if constexpr (kReduction == Reduction::kProd) {
    return 1;
  } else if constexpr (kReduction == Reduction::kMax) {
    return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  } else if constexpr (kReduction == Reduction::kMin) {
    return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
  return 0;
}

template <Reduction kReduction, typename T, typename A>
struct Plain {
  using F = Fold<kReduction, A>;

  static void Span(const void* in, int64_t n, void* accumulator, const void* shift) {
    const T* x = static_cast<const T*>(in);
    const A s = shift == nullptr ? A{} : *static_cast<const A*>(shift);
    A total = *static_cast<A*>(accumulator);
    for (int64_t i = 0; i < n; ++i) total = F::Join(total, F::Map(static_cast<A>(x[i]), s));
    *static_cast<A*>(accumulator) = total;
  }
  static void Rows(const void* in, int64_t rows, int64_t stride, int64_t n, void* accumulators,
                   const void* shift) {
    const A* shifts = static_cast<const A*>(shift);
    A* totals = static_cast<A*>(accumulators);
    for (int64_t row = 0; row < rows; ++row) {
      const T* x = static_cast<const T*>(in) + row * stride;
      for (int64_t i = 0; i < n; ++i) {
        totals[i] =
            F::Join(totals[i], F::Map(static_cast<A>(x[i]), shifts == nullptr ? A{} : shifts[i]));
      }
    }
  }
  static void Combine(const void* others, void* accumulators, int64_t n) {
    const A* from = static_cast<const A*>(others);
    A* to = static_cast<A*>(accumulators);
    for (int64_t i = 0; i < n; ++i) to[i] = F::Join(to[i], from[i]);
  }
  static void Clear(void* accumulators, int64_t n) {
    std::fill_n(static_cast<A*>(accumulators), n, Empty<kReduction, T, A>());
  }
};

template <Reduction kReduction, typename T>
ReduceLoops PlainLoops() {
  using A = Accumulator<T, kReduction == Reduction::kSumExp>;
  using P = Plain<kReduction, T, A>;
  return {&P::Span,  &P::Rows,  &P::Combine,
          &P::Clear, sizeof(A), kReduction == Reduction::kSumExp ? 8 : 0.8};
}

// Half floats in pieces through the float loops.
constexpr int64_t kPiece = 512;

template <Reduction kReduction, typename Half>
struct ThroughFloat {
  static const ReduceLoops& OnFloat() {
    static const ReduceLoops loops = FloatReduceLoops(kReduction);
    return loops;
  }
  static void Span(const void* in, int64_t n, void* accumulator, const void* shift) {
    alignas(64) float piece[kPiece];
    for (int64_t i = 0; i < n; i += kPiece) {
      const int64_t count = std::min(kPiece, n - i);
      HalfToFloat(static_cast<const Half*>(in) + i, piece, count);
      OnFloat().span(piece, count, accumulator, shift);
    }
  }
  static void Rows(const void* in, int64_t rows, int64_t stride, int64_t n, void* accumulators,
                   const void* shift) {
    alignas(64) float piece[kPiece];
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t i = 0; i < n; i += kPiece) {
        const int64_t count = std::min(kPiece, n - i);
        HalfToFloat(static_cast<const Half*>(in) + row * stride + i, piece, count);
        OnFloat().rows(piece, 1, 0, count, static_cast<float*>(accumulators) + i,
                       shift == nullptr ? nullptr : static_cast<const float*>(shift) + i);
      }
    }
  }
};

template <Reduction kReduction>
ReduceLoops LoopsOf(DType dtype) {
  if (dtype == DType::kFloat) return FloatReduceLoops(kReduction);
  if (types::kHalfs.Has(dtype)) {
    ReduceLoops loops = FloatReduceLoops(kReduction);
    Dispatch<Float16, BFloat16>(dtype, [&]<typename T>() {
      loops.span = &ThroughFloat<kReduction, T>::Span;
      loops.rows = &ThroughFloat<kReduction, T>::Rows;
    });
    loops.cost *= 2;
    return loops;
  }
  return Dispatch<double, int32_t, int64_t, int8_t, uint8_t, uint32_t, uint64_t>(
      dtype, []<typename T>() { return PlainLoops<kReduction, T>(); });
}

}  // namespace

ReduceLoops ReduceLoopsFor(Reduction reduction, DType dtype) {
  if (dtype == DType::kBool) dtype = DType::kUInt8;
  switch (reduction) {
    case Reduction::kSum:
      return LoopsOf<Reduction::kSum>(dtype);
    case Reduction::kSumSquare:
      return LoopsOf<Reduction::kSumSquare>(dtype);
    case Reduction::kSumAbs:
      return LoopsOf<Reduction::kSumAbs>(dtype);
    case Reduction::kProd:
      return LoopsOf<Reduction::kProd>(dtype);
    case Reduction::kMax:
      return LoopsOf<Reduction::kMax>(dtype);
    case Reduction::kMin:
      return LoopsOf<Reduction::kMin>(dtype);
    case Reduction::kSumExp:
      break;
  }
  return LoopsOf<Reduction::kSumExp>(dtype);
}

}  // namespace backplane::cpu
