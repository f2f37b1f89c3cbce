// What the normalisation operators share: half floats seen as float through scratch memory, and
// plain loops for double that stand beside the vectorised ones of kernels/norm.h under the same
// names.
#pragma once

#include <cmath>
#include <cstdint>

#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/norm.h"
#include "cpu/ops/dispatch.h"
#include "provider/kernel.h"

namespace backplane::cpu {

/// The type a normalisation computes in: double for double, float for the rest.
template <typename F>
auto DispatchComputeType(DType dtype, F&& f) {
  return Dispatch<float, double>(dtype == DType::kDouble ? dtype : DType::kFloat,
                                 std::forward<F>(f));
}

/// One element as T, whatever float type it is stored as, and back.
template <typename To, typename From>
To ConvertFloat(From value) {
  if constexpr (sizeof(From) == 2) {
    return static_cast<To>(static_cast<float>(value));
  } else if constexpr (sizeof(To) == 2) {
    return To(static_cast<float>(value));
  } else {
    return static_cast<To>(value);
  }
}

/// The elements of `tensor` as T; half floats (and float where T is double) are converted into
/// scratch memory.
template <typename T>
const T* ElementsAs(KernelContext& context, const Tensor& tensor) {
  if (tensor.dtype() == kDTypeOf<T>) return tensor.data<T>();
  const int64_t n = tensor.ElementCount();
  T* converted = context.Scratch<T>(static_cast<size_t>(n));
  Dispatch<float, double, Float16, BFloat16>(tensor.dtype(), [&]<typename From>() {
    context.pool().For(n, 0.3, [&](int64_t begin, int64_t end) {
      const From* from = tensor.data<From>();
      if constexpr (std::is_same_v<T, float> && sizeof(From) == 2) {
        HalfToFloat(from + begin, converted + begin, end - begin);
      } else {
        for (int64_t i = begin; i < end; ++i) converted[i] = ConvertFloat<T>(from[i]);
      }
    });
  });
  return converted;
}

/// Where a T result for `tensor` is to be computed; Commit moves it there if that is scratch
/// memory.
template <typename T>
class OutputAs {
 public:
  OutputAs(KernelContext& context, Tensor& tensor) : context_(context), tensor_(tensor) {
    data_ = tensor.dtype() == kDTypeOf<T>
                ? tensor.data<T>()
                : context.Scratch<T>(static_cast<size_t>(tensor.ElementCount()));
  }
  T* data() { return data_; }
  void Commit() {
    if (tensor_.dtype() == kDTypeOf<T>) return;
    Dispatch<float, double, Float16, BFloat16>(tensor_.dtype(), [&]<typename To>() {
      context_.pool().For(tensor_.ElementCount(), 0.3, [&](int64_t begin, int64_t end) {
        To* to = tensor_.data<To>();
        if constexpr (std::is_same_v<T, float> && sizeof(To) == 2) {
          FloatToHalf(data_ + begin, to + begin, end - begin);
        } else {
          for (int64_t i = begin; i < end; ++i) to[i] = ConvertFloat<To>(data_[i]);
        }
      });
    });
  }

 private:
  KernelContext& context_;
  Tensor& tensor_;
  T* data_;
};

struct DoubleMoments {
  double mean;
  double variance;
};

inline DoubleMoments MomentsOf(const double* x, int64_t n) {
  double sum = 0, deviation = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i];
  const double mean = sum / static_cast<double>(n);
  for (int64_t i = 0; i < n; ++i) deviation += (x[i] - mean) * (x[i] - mean);
  return {mean, deviation / static_cast<double>(n)};
}

inline double MeanSquare(const double* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return sum / static_cast<double>(n);
}

inline void Affine(const double* x, double scale, double shift, double* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] * scale + shift;
}

inline void CentredAffine(const double* x, double mean, double scale, double shift, double* y,
                          int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale + shift;
}

inline void AffineVectors(const double* x, const double* scale, const double* shift, double* y,
                          int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] * scale[i] + (shift == nullptr ? 0 : shift[i]);
}

inline void NormalizeRow(const double* x, double mean, double factor, const double* scale,
                         const double* shift, double* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const double normal = (x[i] - mean) * factor * (scale == nullptr ? 1 : scale[i]);
    y[i] = normal + (shift == nullptr ? 0 : shift[i]);
  }
}

}  // namespace backplane::cpu
