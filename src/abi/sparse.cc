#include "abi/sparse.h"

#include <algorithm>
#include <memory>

#include "abi/guard.h"
#include "abi/memory.h"
#include "abi/type_info.h"
#include "abi/values.h"
#include "base/checked_math.h"

// Filling copies values and indices in; using takes the caller's memory. Either way the indices are
// checked against the dense shape, so that kernels need not.
namespace backplane::abi {
namespace {

SparseValue& SparseIn(OrtValue* value) {
  NotNull(value, "ort_value");
  Require(value->kind() == ValueKind::kSparseTensor, ORT_INVALID_ARGUMENT,
          "the ort_value must contain a constructed sparse tensor");
  return value->sparse();
}

const SparseValue& SparseIn(const OrtValue* value) {
  return SparseIn(const_cast<OrtValue*>(value));
}

/// A sparse tensor that has no indices yet.
SparseValue& EmptySparseIn(OrtValue* value) {
  SparseValue& sparse = SparseIn(value);
  Require(sparse.format == ORT_SPARSE_UNDEFINED, ORT_INVALID_ARGUMENT,
          "the sparse tensor has its indices already; it can be filled only once");
  return sparse;
}

void CheckRange(std::span<const int64_t> indices, int64_t end, const char* what) {
  for (size_t i = 0; i < indices.size(); ++i) {
    Require(indices[i] >= 0 && indices[i] < end, ORT_INVALID_ARGUMENT,
            "{} {} is {}, outside of [0, {})", what, i, indices[i], end);
  }
}

Tensor View64(std::span<const int64_t> data, Shape shape) {
  return Tensor(DType::kInt64, std::move(shape), const_cast<int64_t*>(data.data()));
}

/// Index tensors of the coordinate format, as views.
std::vector<Tensor> CooIndices(const SparseValue& sparse, int64_t count,
                               std::span<const int64_t> indices) {
  const auto given = static_cast<int64_t>(indices.size());
  const auto rank = static_cast<int64_t>(sparse.dense_shape.rank());
  if (given == count) {
    CheckRange(indices, sparse.dense_shape.ElementCount(), "index");
    return {View64(indices, {count})};
  }
  Require(rank != 0 && given == CheckedMul(count, rank), ORT_INVALID_ARGUMENT,
          "COO indices must be one or {} for each of the {} values, not {} in all", rank, count,
          given);
  for (int64_t i = 0; i < given; ++i) {
    const int64_t end = sparse.dense_shape[static_cast<size_t>(i % rank)];
    CheckRange(indices.subspan(static_cast<size_t>(i), 1), end, "a coordinate of index");
  }
  return {View64(indices, {count, rank})};
}

/// Index tensors of the compressed-row format, as views.
std::vector<Tensor> CsrIndices(const SparseValue& sparse, int64_t count,
                               std::span<const int64_t> inner, std::span<const int64_t> outer) {
  const Shape& dense = sparse.dense_shape;
  Require(dense.rank() == 2, ORT_INVALID_ARGUMENT,
          "the CSR format is for matrices, not for shape {}", dense.ToString());
  Require(static_cast<int64_t>(inner.size()) == count, ORT_FAIL,
          "Expecting inner indices to be the same as number of values: {} for {}", inner.size(),
          count);
  CheckRange(inner, dense[1], "inner index");
  if (!outer.empty() || count != 0) {
    Require(static_cast<int64_t>(outer.size()) == dense[0] + 1, ORT_FAIL,
            "Outer index count must be rows + 1 or zero: {} for {} rows", outer.size(), dense[0]);
    CheckRange(outer, count + 1, "outer index");
    Require(
        std::is_sorted(outer.begin(), outer.end()) && outer.front() == 0 && outer.back() == count,
        ORT_INVALID_ARGUMENT, "outer indices must ascend from 0 to the number of values, {}",
        count);
  }
  return {View64(inner, {count}), View64(outer, {static_cast<int64_t>(outer.size())})};
}

/// Index tensors of the block-sparse format, as views: [2, blocks] for values [rows, columns,
/// blocks].
std::vector<Tensor> BlockIndices(const SparseValue& sparse, const Shape& values, Shape shape,
                                 const int32_t* data) {
  Require(values.rank() >= 3, ORT_FAIL, "Expecting to have at least 3-D shape. Got: {}",
          values.ToString());
  Require(shape.rank() >= 1 && shape[0] == 2, ORT_FAIL,
          "Indices shape must have dim[0] == 2, not {}", shape.ToString());
  Require(shape.Count(1) == values.Count(2), ORT_FAIL,
          "Expecting index blocks: {} to be equal to values blocks: {}", shape.Count(1),
          values.Count(2));
  for (int64_t i = 0; i < shape.ElementCount(); ++i) {
    Require(data[i] >= 0 && data[i] < sparse.dense_shape.ElementCount(), ORT_INVALID_ARGUMENT,
            "block index {} is {}, outside of the dense shape {}", i, data[i],
            sparse.dense_shape.ToString());
  }
  return {Tensor(DType::kInt32, std::move(shape), const_cast<int32_t*>(data))};
}

/// A tensor from the sparse tensor's allocator with the elements of `source`.
Tensor CopiedInto(const SparseValue& sparse, const Tensor& source) {
  Tensor copy = Tensor::Allocate(source.dtype(), source.shape(), sparse.allocator);
  CopyElements(source, copy);
  return copy;
}

/// Copies values (char pointers for strings) and indices in.
void Fill(SparseValue& sparse, OrtSparseFormat format, const OrtMemoryInfo* memory, Shape shape,
          const void* values, const std::vector<Tensor>& indices) {
  NotNull(memory, "data_mem_info");
  Require(sparse.allocator != nullptr, ORT_INVALID_ARGUMENT,
          "this sparse tensor uses its caller's memory and cannot be filled; create it with an "
          "allocator");
  Require(memory->HostAccessible() && sparse.values.memory().HostAccessible(), ORT_NOT_IMPLEMENTED,
          "sparse tensors are filled in memory of the CPU only, not from '{}' to '{}'",
          memory->name, sparse.values.memory().name);
  const int64_t count = shape.ElementCount();
  NotNullArray(values, static_cast<size_t>(count), "values");
  Tensor copy = Tensor::Allocate(sparse.values.dtype(), std::move(shape), sparse.allocator);
  if (copy.IsString()) {
    const auto* texts = static_cast<const char* const*>(values);
    for (int64_t i = 0; i < count; ++i) {
      NotNull(texts[i], "values[i]");
      copy.data<std::string>()[i] = texts[i];
    }
  } else {
    CopyElements(Tensor(copy.dtype(), copy.shape(), const_cast<void*>(values)), copy);
  }
  std::vector<Tensor> copies;
  copies.reserve(indices.size());
  for (const Tensor& index : indices) copies.push_back(CopiedInto(sparse, index));
  sparse.values = std::move(copy);
  sparse.indices = std::move(copies);
  sparse.format = format;
}

const Tensor& IndicesOf(const SparseValue& sparse, OrtSparseIndicesFormat wanted) {
  const auto pick = [&](OrtSparseFormat format, size_t i) -> const Tensor& {
    Require(sparse.format == format, ORT_FAIL,
            "the sparse tensor has format {}, which has no indices of kind {}",
            static_cast<int>(sparse.format), static_cast<int>(wanted));
    return sparse.indices[i];
  };
  switch (wanted) {
    case ORT_SPARSE_COO_INDICES:
      return pick(ORT_SPARSE_COO, 0);
    case ORT_SPARSE_CSR_INNER_INDICES:
      return pick(ORT_SPARSE_CSRC, 0);
    case ORT_SPARSE_CSR_OUTER_INDICES:
      return pick(ORT_SPARSE_CSRC, 1);
    case ORT_SPARSE_BLOCK_SPARSE_INDICES:
      return pick(ORT_SPARSE_BLOCK_SPARSE, 0);
  }
  Fail(ORT_INVALID_ARGUMENT, "invalid kind of sparse indices: {}", static_cast<int>(wanted));
}

std::span<const int64_t> Indices(const int64_t* data, size_t count, const char* name) {
  NotNullArray(data, count, name);
  return {data, count};
}

}  // namespace

OrtStatus* CreateSparseTensorAsOrtValue(OrtAllocator* allocator, const int64_t* dense_shape,
                                        size_t dense_shape_len, ONNXTensorElementDataType type,
                                        OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(allocator, "allocator");
    NotNull(out, "out");
    SparseValue sparse;
    sparse.dense_shape = ToShape(dense_shape, dense_shape_len);
    sparse.allocator = allocator;
    sparse.values = Tensor(ToDType(type), Shape{0}, nullptr, allocator->Info(allocator));
    auto value = std::make_unique<OrtValue>();
    value->SetSparse(std::move(sparse));
    *out = value.release();
  });
}

OrtStatus* CreateSparseTensorWithValuesAsOrtValue(
    const OrtMemoryInfo* info, void* p_data, const int64_t* dense_shape, size_t dense_shape_len,
    const int64_t* values_shape, size_t values_shape_len, ONNXTensorElementDataType type,
    OrtValue** out) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(out, "out");
    const DType dtype = ToDType(type);
    Require(dtype != DType::kString, ORT_INVALID_ARGUMENT,
            "Can not use strings in pre-allocated memory. Use CreateSparseTensorAsOrtValue() to "
            "allocate memory inside and copy");
    SparseValue sparse;
    sparse.dense_shape = ToShape(dense_shape, dense_shape_len);
    Shape shape = ToShape(values_shape, values_shape_len);
    NotNullArray(p_data, static_cast<size_t>(shape.ElementCount()), "p_data");
    sparse.values = Tensor(dtype, std::move(shape), p_data, &Interned(*info));
    auto value = std::make_unique<OrtValue>();
    value->SetSparse(std::move(sparse));
    *out = value.release();
  });
}

OrtStatus* FillSparseTensorCoo(OrtValue* ort_value, const OrtMemoryInfo* data_mem_info,
                               const int64_t* values_shape, size_t values_shape_len,
                               const void* values, const int64_t* indices_data,
                               size_t indices_num) noexcept {
  return Guard([&] {
    SparseValue& sparse = EmptySparseIn(ort_value);
    Shape shape = ToShape(values_shape, values_shape_len);
    const auto indices = CooIndices(sparse, shape.ElementCount(),
                                    Indices(indices_data, indices_num, "indices_data"));
    Fill(sparse, ORT_SPARSE_COO, data_mem_info, std::move(shape), values, indices);
  });
}

OrtStatus* FillSparseTensorCsr(OrtValue* ort_value, const OrtMemoryInfo* data_mem_info,
                               const int64_t* values_shape, size_t values_shape_len,
                               const void* values, const int64_t* inner_indices_data,
                               size_t inner_indices_num, const int64_t* outer_indices_data,
                               size_t outer_indices_num) noexcept {
  return Guard([&] {
    SparseValue& sparse = EmptySparseIn(ort_value);
    Shape shape = ToShape(values_shape, values_shape_len);
    const auto indices =
        CsrIndices(sparse, shape.ElementCount(),
                   Indices(inner_indices_data, inner_indices_num, "inner_indices_data"),
                   Indices(outer_indices_data, outer_indices_num, "outer_indices_data"));
    Fill(sparse, ORT_SPARSE_CSRC, data_mem_info, std::move(shape), values, indices);
  });
}

OrtStatus* FillSparseTensorBlockSparse(OrtValue* ort_value, const OrtMemoryInfo* data_mem_info,
                                       const int64_t* values_shape, size_t values_shape_len,
                                       const void* values, const int64_t* indices_shape_data,
                                       size_t indices_shape_len,
                                       const int32_t* indices_data) noexcept {
  return Guard([&] {
    SparseValue& sparse = EmptySparseIn(ort_value);
    Shape shape = ToShape(values_shape, values_shape_len);
    Shape indices_shape = ToShape(indices_shape_data, indices_shape_len);
    NotNullArray(indices_data, static_cast<size_t>(indices_shape.ElementCount()), "indices_data");
    const auto indices = BlockIndices(sparse, shape, std::move(indices_shape), indices_data);
    Fill(sparse, ORT_SPARSE_BLOCK_SPARSE, data_mem_info, std::move(shape), values, indices);
  });
}

OrtStatus* UseCooIndices(OrtValue* ort_value, int64_t* indices_data, size_t indices_num) noexcept {
  return Guard([&] {
    SparseValue& sparse = EmptySparseIn(ort_value);
    sparse.indices = CooIndices(sparse, sparse.values.ElementCount(),
                                Indices(indices_data, indices_num, "indices_data"));
    sparse.format = ORT_SPARSE_COO;
  });
}

OrtStatus* UseCsrIndices(OrtValue* ort_value, int64_t* inner_data, size_t inner_num,
                         int64_t* outer_data, size_t outer_num) noexcept {
  return Guard([&] {
    SparseValue& sparse = EmptySparseIn(ort_value);
    sparse.indices = CsrIndices(sparse, sparse.values.ElementCount(),
                                Indices(inner_data, inner_num, "inner_data"),
                                Indices(outer_data, outer_num, "outer_data"));
    sparse.format = ORT_SPARSE_CSRC;
  });
}

OrtStatus* UseBlockSparseIndices(OrtValue* ort_value, const int64_t* indices_shape,
                                 size_t indices_shape_len, int32_t* indices_data) noexcept {
  return Guard([&] {
    SparseValue& sparse = EmptySparseIn(ort_value);
    Shape shape = ToShape(indices_shape, indices_shape_len);
    NotNullArray(indices_data, static_cast<size_t>(shape.ElementCount()), "indices_data");
    sparse.indices = BlockIndices(sparse, sparse.values.shape(), std::move(shape), indices_data);
    sparse.format = ORT_SPARSE_BLOCK_SPARSE;
  });
}

OrtStatus* GetSparseTensorFormat(const OrtValue* ort_value, OrtSparseFormat* out) noexcept {
  return Guard([&] {
    const SparseValue& sparse = SparseIn(ort_value);
    NotNull(out, "out");
    *out = sparse.format;
  });
}

OrtStatus* GetSparseTensorValuesTypeAndShape(const OrtValue* ort_value,
                                             OrtTensorTypeAndShapeInfo** out) noexcept {
  return Guard([&] {
    const SparseValue& sparse = SparseIn(ort_value);
    NotNull(out, "out");
    *out = new OrtTensorTypeAndShapeInfo(
        TypeInfo::Tensor(sparse.values.dtype(), sparse.values.shape()).tensor);
  });
}

OrtStatus* GetSparseTensorValues(const OrtValue* ort_value, const void** out) noexcept {
  return Guard([&] {
    const SparseValue& sparse = SparseIn(ort_value);
    NotNull(out, "out");
    Require(!sparse.values.IsString(), ORT_INVALID_ARGUMENT,
            "Use GetStringTensor*() API to retrieve strings");
    *out = sparse.values.raw();
  });
}

OrtStatus* GetSparseTensorIndicesTypeShape(const OrtValue* ort_value,
                                           OrtSparseIndicesFormat indices_format,
                                           OrtTensorTypeAndShapeInfo** out) noexcept {
  return Guard([&] {
    const Tensor& indices = IndicesOf(SparseIn(ort_value), indices_format);
    NotNull(out, "out");
    *out = new OrtTensorTypeAndShapeInfo(TypeInfo::Tensor(indices.dtype(), indices.shape()).tensor);
  });
}

OrtStatus* GetSparseTensorIndices(const OrtValue* ort_value, OrtSparseIndicesFormat indices_format,
                                  size_t* num_indices, const void** indices) noexcept {
  return Guard([&] {
    const Tensor& tensor = IndicesOf(SparseIn(ort_value), indices_format);
    NotNull(num_indices, "num_indices");
    NotNull(indices, "indices");
    *num_indices = static_cast<size_t>(tensor.ElementCount());
    *indices = tensor.raw();
  });
}

}  // namespace backplane::abi
