#include "base/tensor.h"

#include <cstring>

#include "base/allocator_calls.h"
#include "base/error.h"

namespace backplane {
namespace {

std::shared_ptr<Buffer> AllocateStrings(int64_t count) {
  auto* strings = new std::string[static_cast<size_t>(count)];
  return std::make_shared<Buffer>(strings, BytesOf(DType::kString, count),
                                  [](void* p) { delete[] static_cast<std::string*>(p); });
}

}  // namespace

Tensor Tensor::Allocate(DType dtype, Shape shape) {
  const int64_t count = shape.ElementCount();
  auto buffer =
      dtype == DType::kString ? AllocateStrings(count) : Buffer::Allocate(BytesOf(dtype, count));
  void* data = buffer->data();
  return Tensor(dtype, std::move(shape), data, std::move(buffer));
}

Tensor Tensor::Allocate(DType dtype, Shape shape, OrtAllocator* allocator) {
  const int64_t count = shape.ElementCount();
  auto buffer = dtype == DType::kString ? AllocateStrings(count)
                                        : Buffer::Allocate(allocator, BytesOf(dtype, count));
  void* data = buffer->data();
  return Tensor(dtype, std::move(shape), data, std::move(buffer), MemoryOf(allocator));
}

Tensor Tensor::Deferred(DType dtype, Shape shape,
                        std::shared_ptr<const DeferredElements> elements) {
  const int64_t count = shape.ElementCount();
  auto buffer = std::make_shared<Buffer>(std::move(elements), count, BytesOf(dtype, count));
  return Tensor(dtype, std::move(shape), nullptr, std::move(buffer));
}

const DeferredElements* Tensor::deferred() const {
  const DeferredMemory* memory =
      data_ == nullptr && owner_ != nullptr ? owner_->deferred() : nullptr;
  return memory != nullptr && memory->ComputedData() == nullptr ? &memory->elements() : nullptr;
}

const void* Tensor::Read(int64_t begin, int64_t end, void* scratch) const {
  if (const DeferredElements* elements = deferred()) {
    elements->Compute(begin, end, scratch);
    return scratch;
  }
  return static_cast<const std::byte*>(raw()) + BytesOf(dtype_, begin);
}

void CopyElements(const Tensor& from, Tensor& to) {
  if (from.raw() == to.raw()) return;
  if (from.IsString()) {
    const auto source = from.span<std::string>();
    std::copy(source.begin(), source.end(), to.data<std::string>());
  } else if (const size_t bytes = from.Bytes(); bytes != 0) {
    std::memcpy(to.raw(), from.raw(), bytes);
  }
}

void DropFilePagesOf(const Tensor& tensor) noexcept {
  if (tensor.owner() == nullptr) return;
  if (const DeferredMemory* deferred = tensor.owner()->deferred()) {
    if (const Tensor* source = deferred->elements().source()) DropFilePagesOf(*source);
  } else if (tensor.owner()->file_backed()) {
    DropFilePages(tensor.raw(), tensor.Bytes());
  }
}

std::vector<int64_t> ToInt64s(const Tensor& tensor) {
  if (tensor.dtype() == DType::kInt64) {
    const auto values = tensor.span<int64_t>();
    return {values.begin(), values.end()};
  }
  Require(tensor.dtype() == DType::kInt32, ORT_INVALID_ARGUMENT,
          "expected an int32 or int64 tensor, got {}", TensorTypeName(tensor.dtype()));
  const auto values = tensor.span<int32_t>();
  return {values.begin(), values.end()};
}

}  // namespace backplane
