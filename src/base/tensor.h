// Tensor: element type, shape and a pointer, with shared or no ownership of the memory behind it.
#pragma once

#include <cassert>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "base/memory.h"
#include "base/shape.h"

namespace backplane {

/// A dense tensor in row-major order. Copying a Tensor copies the view; the elements are shared.
class Tensor {
 public:
  Tensor() = default;
  /// A view of memory that somebody else keeps alive.
  Tensor(DType dtype, Shape shape, void* data, const MemoryInfo* memory = &CpuMemoryInfo())
      : data_(data), memory_(memory), shape_(std::move(shape)), dtype_(dtype) {}
  /// A view of `data`, which lies inside `owner`.
  Tensor(DType dtype, Shape shape, void* data, std::shared_ptr<Buffer> owner,
         const MemoryInfo* memory = &CpuMemoryInfo())
      : data_(data),
        memory_(memory),
        owner_(std::move(owner)),
        shape_(std::move(shape)),
        dtype_(dtype) {}

  /// A new, uninitialised host tensor (strings are constructed empty).
  static Tensor Allocate(DType dtype, Shape shape);
  /// The same from `allocator`, whose memory info is recorded.
  static Tensor Allocate(DType dtype, Shape shape, OrtAllocator* allocator);
  /// A host tensor whose elements are computed when they are first read: all of them by raw() and
  /// data(), which may allocate and therefore fail, or some by Read.
  static Tensor Deferred(DType dtype, Shape shape,
                         std::shared_ptr<const DeferredElements> elements);
  /// A new host tensor holding `values`; shape {n} unless given.
  template <typename T>
  static Tensor Of(std::span<const T> values, const Shape* shape = nullptr);
  template <typename T>
  static Tensor Scalar(T value) {
    const Shape scalar;
    return Of<T>(std::span<const T>(&value, 1), &scalar);
  }

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t ElementCount() const { return shape_.ElementCount(); }
  size_t Bytes() const { return BytesOf(dtype_, ElementCount()); }
  const MemoryInfo& memory() const { return *memory_; }
  const std::shared_ptr<Buffer>& owner() const { return owner_; }
  bool IsString() const { return dtype_ == DType::kString; }

  void* raw() { return Data(); }
  const void* raw() const { return Data(); }
  /// The elements as T, which must be the storage type of dtype(); unchecked in release builds.
  template <typename T>
  T* data() {
    assert(sizeof(T) * 8 == BitsOf(dtype_) || BitsOf(dtype_) < 8);
    return static_cast<T*>(Data());
  }
  template <typename T>
  const T* data() const {
    assert(sizeof(T) * 8 == BitsOf(dtype_) || BitsOf(dtype_) < 8);
    return static_cast<const T*>(Data());
  }
  template <typename T>
  std::span<const T> span() const {
    return {data<T>(), static_cast<size_t>(ElementCount())};
  }
  template <typename T>
  std::span<T> span() {
    return {data<T>(), static_cast<size_t>(ElementCount())};
  }

  /// Elements [begin, end), for a reader that looks at each once: where they lie, or, if they are
  /// deferred, computed into `scratch`, which has room for them. Of types of whole bytes.
  const void* Read(int64_t begin, int64_t end, void* scratch) const;
  /// Elements that lie nowhere yet, or null.
  const DeferredElements* deferred() const;

  /// The same memory seen with another shape of the same element count.
  Tensor Reshaped(Shape shape) const {
    Tensor view = *this;
    view.shape_ = std::move(shape);
    return view;
  }
  /// Points this tensor elsewhere; used by execution frames, which keep the memory alive
  /// themselves.
  void Rebind(void* data) { data_ = data; }
  void Rebind(DType dtype, const Shape& shape, void* data) {
    data_ = data;
    dtype_ = dtype;
    shape_ = shape;
  }
  void DropOwner() {
    owner_.reset();
    data_ = nullptr;
  }

 private:
  void* Data() const { return data_ != nullptr || owner_ == nullptr ? data_ : owner_->data(); }

  void* data_ = nullptr;  // null too where the owner's elements are deferred
  const MemoryInfo* memory_ = &CpuMemoryInfo();
  std::shared_ptr<Buffer> owner_;
  Shape shape_;
  DType dtype_ = DType::kUndefined;
};

/// Copies the elements of `from` to `to` (same dtype and element count, both host-accessible;
/// strings too).
void CopyElements(const Tensor& from, Tensor& to);

/// Tells the kernel that the pages of a tensor in a mapped file are not needed for now; does
/// nothing for other memory.
void DropFilePagesOf(const Tensor& tensor) noexcept;

/// The elements of a host tensor of int32 or int64 as int64 (shapes, axes, indices given as
/// tensors).
std::vector<int64_t> ToInt64s(const Tensor& tensor);

template <typename T>
Tensor Tensor::Of(std::span<const T> values, const Shape* shape) {
  Tensor tensor =
      Allocate(kDTypeOf<T>, shape != nullptr ? *shape : Shape{static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), tensor.data<T>());
  return tensor;
}

}  // namespace backplane
