// The concrete shape of a tensor: up to kInline dimensions without a heap allocation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>

namespace backplane {

class Shape {
 public:
  static constexpr size_t kInline = 6;

  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) { Assign({dims.begin(), dims.size()}); }
  explicit Shape(std::span<const int64_t> dims) { Assign(dims); }
  Shape(const Shape& other) { Assign(other); }
  Shape(Shape&& other) noexcept { Swap(other); }
  Shape& operator=(const Shape& other) {
    if (this != &other) Assign(other);
    return *this;
  }
  Shape& operator=(Shape&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~Shape() { delete[] heap_; }

  size_t rank() const { return rank_; }
  size_t size() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  const int64_t* data() const { return heap_ != nullptr ? heap_ : inline_; }
  int64_t* data() { return heap_ != nullptr ? heap_ : inline_; }
  int64_t operator[](size_t i) const { return data()[i]; }
  int64_t& operator[](size_t i) { return data()[i]; }
  const int64_t* begin() const { return data(); }
  const int64_t* end() const { return data() + rank_; }
  int64_t* begin() { return data(); }
  int64_t* end() { return data() + rank_; }
  int64_t back() const { return data()[rank_ - 1]; }
  int64_t& back() { return data()[rank_ - 1]; }
  operator std::span<const int64_t>() const {
    return {data(), rank_};
  }  // NOLINT: a shape is its dimensions

  void Assign(std::span<const int64_t> dims);
  void Resize(size_t rank, int64_t fill = 0);
  void PushBack(int64_t dim) { Resize(rank_ + 1, dim); }

  /// Number of elements; 1 for a scalar. Fails on overflow or a negative dimension
  /// (ORT_INVALID_ARGUMENT).
  int64_t ElementCount() const;
  /// Product of the dimensions in [begin, end).
  int64_t Count(size_t begin, size_t end) const;
  int64_t Count(size_t begin) const { return Count(begin, rank_); }

  /// "{1,3,224,224}", ONNX Runtime's way of printing a shape.
  std::string ToString() const;

  friend bool operator==(const Shape& a, const Shape& b) {
    return a.rank_ == b.rank_ && std::equal(a.begin(), a.end(), b.begin());
  }

 private:
  void Swap(Shape& other) noexcept {
    std::swap(rank_, other.rank_);
    std::swap(heap_, other.heap_);
    std::swap(heap_capacity_, other.heap_capacity_);
    std::swap(inline_, other.inline_);
  }

  uint32_t rank_ = 0;
  uint32_t heap_capacity_ = 0;
  int64_t* heap_ = nullptr;
  int64_t inline_[kInline] = {};
};

/// "{a,b,c}" for any dimensions.
std::string ShapeToString(std::span<const int64_t> dims);

/// Turns an axis in [-rank, rank) into one in [0, rank); fails with ORT_INVALID_ARGUMENT naming
/// `what` otherwise.
int64_t NormalizeAxis(int64_t axis, int64_t rank, const char* what = "axis");

}  // namespace backplane
