// See copy.h.
#include "dnnl/copy.h"

#include <array>
#include <cstring>
#include <numeric>

namespace backplane::dnnl_ep {
namespace {

constexpr size_t kMostDims = 12;
constexpr int64_t kLargeBytes = int64_t{1} << 17;  // from here on threads are worth their start

// Without dimensions of one, in the order of the target, neighbours that can be one joined.
Places Simplified(const Places& places) {
  std::vector<size_t> order;
  for (size_t i = 0; i < places.dims.size(); ++i) {
    if (places.dims[i] != 1) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return places.to[a] > places.to[b]; });
  Places simple;
  simple.from_offset = places.from_offset;
  simple.to_offset = places.to_offset;
  for (size_t i : order) {
    const int64_t dim = places.dims[i];
    const int64_t from = places.from[i];
    const int64_t to = places.to[i];
    if (!simple.dims.empty() && simple.from.back() == from * dim && simple.to.back() == to * dim) {
      simple.dims.back() *= dim;
      simple.from.back() = from;
      simple.to.back() = to;
    } else {
      simple.dims.push_back(dim);
      simple.from.push_back(from);
      simple.to.push_back(to);
    }
  }
  return simple;
}

int64_t TakeOut(Dims& dims, size_t i) {
  const int64_t dim = dims[i];
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(i));
  return dim;
}

// The number of rows is known when this is compiled, so that it becomes shuffles of registers.
template <int64_t rows, typename T>
void Interleave(const T* from, int64_t from_row, T* to, int64_t count) {
  for (int64_t j = 0; j < count; ++j) {
    for (int64_t i = 0; i < rows; ++i) to[j * rows + i] = from[i * from_row + j];
  }
}

template <typename T>
void InterleaveRows(int64_t rows, const T* from, int64_t from_row, T* to, int64_t count) {
  switch (rows) {
    case 2:
      return Interleave<2>(from, from_row, to, count);
    case 3:
      return Interleave<3>(from, from_row, to, count);
    case 4:
      return Interleave<4>(from, from_row, to, count);
    case 8:
      return Interleave<8>(from, from_row, to, count);
    default:
      for (int64_t j = 0; j < count; ++j) {
        for (int64_t i = 0; i < rows; ++i) to[j * rows + i] = from[i * from_row + j];
      }
  }
}

// In tiles, so that what is read and what is written stay in the cache.
template <typename T>
void Transpose(const T* from, int64_t from_row, int64_t rows, T* to, int64_t to_row,
               int64_t count) {
  constexpr int64_t kTile = 16;
  for (int64_t j0 = 0; j0 < count; j0 += kTile) {
    const int64_t j1 = std::min(j0 + kTile, count);
    for (int64_t i0 = 0; i0 < rows; i0 += kTile) {
      const int64_t i1 = std::min(i0 + kTile, rows);
      for (int64_t j = j0; j < j1; ++j) {
        for (int64_t i = i0; i < i1; ++i) to[j * to_row + i] = from[i * from_row + j];
      }
    }
  }
}

}  // namespace

StridedCopy::StridedCopy(Places places, size_t element_size) : element_size_(element_size) {
  outer_ = Simplified(places);
  if (outer_.dims.size() > kMostDims) {
    throw ep_kit::Failure(ORT_INVALID_ARGUMENT, "too many dimensions to copy");
  }
  is_large_ = ElementCount(places.dims) * static_cast<int64_t>(element_size) >= kLargeBytes;
  if (!outer_.dims.empty()) {
    const size_t last = outer_.dims.size() - 1;
    inner_ = TakeOut(outer_.dims, last);
    inner_from_ = TakeOut(outer_.from, last);
    inner_to_ = TakeOut(outer_.to, last);
  }
  if (inner_from_ == 1 && inner_to_ == 1) {
    kind_ = Kind::kRows;
  } else if (inner_to_ == 1) {
    const auto unit = std::find(outer_.from.begin(), outer_.from.end(), 1);
    if (unit != outer_.from.end()) {
      const auto i = static_cast<size_t>(unit - outer_.from.begin());
      across_ = TakeOut(outer_.dims, i);
      TakeOut(outer_.from, i);
      across_to_ = TakeOut(outer_.to, i);
      kind_ = inner_ <= 8 && across_to_ == inner_ ? Kind::kInterleave : Kind::kTranspose;
    }
  }
  steps_ = ElementCount(outer_.dims);
}

template <typename T>
void StridedCopy::RunInner(const T* from, T* to) const {
  switch (kind_) {
    case Kind::kRows:
      std::memcpy(to, from, static_cast<size_t>(inner_) * sizeof(T));
      break;
    case Kind::kInterleave:
      InterleaveRows(inner_, from, inner_from_, to, across_);
      break;
    case Kind::kTranspose:
      Transpose(from, inner_from_, inner_, to, across_to_, across_);
      break;
    case Kind::kElements:
      for (int64_t i = 0; i < inner_; ++i) to[i * inner_to_] = from[i * inner_from_];
  }
}

template <typename T>
void StridedCopy::RunTyped(const T* from, T* to) const {
  const auto walk = [&](int64_t begin, int64_t end) {
    std::array<int64_t, kMostDims> at{};
    const T* source = from + outer_.from_offset;
    T* target = to + outer_.to_offset;
    int64_t rest = begin;
    for (size_t d = outer_.dims.size(); d-- > 0;) {
      at[d] = rest % outer_.dims[d];
      rest /= outer_.dims[d];
      source += at[d] * outer_.from[d];
      target += at[d] * outer_.to[d];
    }
    for (int64_t step = begin; step < end; ++step) {
      RunInner(source, target);
      for (size_t d = outer_.dims.size(); d-- > 0;) {
        source += outer_.from[d];
        target += outer_.to[d];
        if (++at[d] < outer_.dims[d]) break;
        source -= at[d] * outer_.from[d];
        target -= at[d] * outer_.to[d];
        at[d] = 0;
      }
    }
  };
  if (is_large_ && steps_ > 1) {
    ParallelFor(steps_, walk);
  } else {
    walk(0, steps_);
  }
}

void StridedCopy::Run(const void* from, void* to) const {
  switch (element_size_) {
    case 1:
      return RunTyped(static_cast<const uint8_t*>(from), static_cast<uint8_t*>(to));
    case 2:
      return RunTyped(static_cast<const uint16_t*>(from), static_cast<uint16_t*>(to));
    default:
      return RunTyped(static_cast<const uint32_t*>(from), static_cast<uint32_t*>(to));
  }
}

StridedCopy CopyOf(const Desc& from, const Desc& to) {
  return StridedCopy({.dims = to.get_dims(),
                      .from = from.get_strides(),
                      .to = to.get_strides(),
                      .from_offset = from.get_submemory_offset(),
                      .to_offset = to.get_submemory_offset()},
                     ElementSize(to.get_data_type()));
}

}  // namespace backplane::dnnl_ep
