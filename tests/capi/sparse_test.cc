// Sparse tensors in their three formats: filled by copy, or over the caller's memory.
#include "capi/api.h"

namespace capi {
namespace {

constexpr ONNXTensorElementDataType kFloat = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;

Handle<OrtValue> Empty(std::vector<int64_t> shape, ONNXTensorElementDataType type = kFloat) {
  Handle<OrtValue> value;
  EXPECT_OK(Api().CreateSparseTensorAsOrtValue(DefaultAllocator(), shape.data(), shape.size(), type,
                                               value.out()));
  return value;
}

Handle<OrtValue> Over(std::vector<int64_t> shape, std::vector<int64_t> values_shape,
                      std::vector<float>& values) {
  Handle<OrtValue> value;
  EXPECT_OK(Api().CreateSparseTensorWithValuesAsOrtValue(CpuMemory(), values.data(), shape.data(),
                                                         shape.size(), values_shape.data(),
                                                         values_shape.size(), kFloat, value.out()));
  return value;
}

OrtSparseFormat FormatOf(const OrtValue* value) {
  OrtSparseFormat format = ORT_SPARSE_UNDEFINED;
  EXPECT_OK(Api().GetSparseTensorFormat(value, &format));
  return format;
}

std::vector<int64_t> Indices64(const OrtValue* value, OrtSparseIndicesFormat which) {
  size_t count = 0;
  const void* data = nullptr;
  EXPECT_OK(Api().GetSparseTensorIndices(value, which, &count, &data));
  const auto* indices = static_cast<const int64_t*>(data);
  return {indices, indices + count};
}

std::vector<float> ValuesOf(const OrtValue* value) {
  Handle<OrtTensorTypeAndShapeInfo> info;
  EXPECT_OK(Api().GetSparseTensorValuesTypeAndShape(value, info.out()));
  size_t count = 0;
  EXPECT_OK(Api().GetTensorShapeElementCount(info, &count));
  const void* data = nullptr;
  EXPECT_OK(Api().GetSparseTensorValues(value, &data));
  const auto* values = static_cast<const float*>(data);
  return {values, values + count};
}

TEST(SparseTest, StartsWithoutAFormat) {
  const auto value = Empty({3, 4});
  int yes = 0;
  EXPECT_OK(Api().IsSparseTensor(value, &yes));
  EXPECT_EQ(yes, 1);
  EXPECT_OK(Api().IsTensor(value, &yes));
  EXPECT_EQ(yes, 0);
  EXPECT_EQ(FormatOf(value), ORT_SPARSE_UNDEFINED);
  EXPECT_EQ(ShapeOf(value), (std::vector<int64_t>{3, 4}));
  Handle<OrtTypeInfo> type;
  ASSERT_OK(Api().GetTypeInfo(value, type.out()));
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  EXPECT_OK(Api().GetOnnxTypeFromTypeInfo(type, &kind));
  EXPECT_EQ(kind, ONNX_TYPE_SPARSETENSOR);
}

TEST(SparseTest, CooByCopy) {
  const std::vector<float> values{1, 2};
  const int64_t count[] = {2};
  for (const std::vector<int64_t>& indices :
       {std::vector<int64_t>{1, 11}, std::vector<int64_t>{0, 1, 2, 3}}) {
    const auto value = Empty({3, 4});
    ASSERT_OK(Api().FillSparseTensorCoo(value, CpuMemory(), count, 1, values.data(), indices.data(),
                                        indices.size()));
    EXPECT_EQ(FormatOf(value), ORT_SPARSE_COO);
    EXPECT_EQ(ValuesOf(value), values);
    EXPECT_EQ(Indices64(value, ORT_SPARSE_COO_INDICES), indices);
    Handle<OrtTensorTypeAndShapeInfo> info;
    ASSERT_OK(Api().GetSparseTensorIndicesTypeShape(value, ORT_SPARSE_COO_INDICES, info.out()));
    size_t rank = 0;
    EXPECT_OK(Api().GetDimensionsCount(info, &rank));
    EXPECT_EQ(rank, indices.size() / 2);
  }
}

TEST(SparseTest, CsrByCopyAndOverMemory) {
  std::vector<float> values{1, 2, 3};
  std::vector<int64_t> inner{1, 0, 3};
  std::vector<int64_t> outer{0, 1, 1, 3};
  const int64_t count[] = {3};
  const auto copied = Empty({3, 4});
  ASSERT_OK(Api().FillSparseTensorCsr(copied, CpuMemory(), count, 1, values.data(), inner.data(), 3,
                                      outer.data(), 4));
  const auto over = Over({3, 4}, {3}, values);
  ASSERT_OK(Api().UseCsrIndices(over, inner.data(), 3, outer.data(), 4));
  for (const OrtValue* value : {copied.get(), over.get()}) {
    EXPECT_EQ(FormatOf(value), ORT_SPARSE_CSRC);
    EXPECT_EQ(ValuesOf(value), values);
    EXPECT_EQ(Indices64(value, ORT_SPARSE_CSR_INNER_INDICES), inner);
    EXPECT_EQ(Indices64(value, ORT_SPARSE_CSR_OUTER_INDICES), outer);
  }
  const void* data = nullptr;
  EXPECT_OK(Api().GetSparseTensorValues(over, &data));
  EXPECT_EQ(data, values.data());
}

TEST(SparseTest, BlocksByCopyAndOverMemory) {
  std::vector<float> values{1, 2, 3, 4};
  std::vector<int32_t> indices{0, 1};
  const int64_t values_shape[] = {2, 2, 1};
  const int64_t indices_shape[] = {2, 1};
  const auto copied = Empty({4, 4});
  ASSERT_OK(Api().FillSparseTensorBlockSparse(copied, CpuMemory(), values_shape, 3, values.data(),
                                              indices_shape, 2, indices.data()));
  const auto over = Over({4, 4}, {2, 2, 1}, values);
  ASSERT_OK(Api().UseBlockSparseIndices(over, indices_shape, 2, indices.data()));
  for (const OrtValue* value : {copied.get(), over.get()}) {
    EXPECT_EQ(FormatOf(value), ORT_SPARSE_BLOCK_SPARSE);
    EXPECT_EQ(ValuesOf(value), values);
    size_t count = 0;
    const void* data = nullptr;
    EXPECT_OK(Api().GetSparseTensorIndices(value, ORT_SPARSE_BLOCK_SPARSE_INDICES, &count, &data));
    ASSERT_EQ(count, 2u);
    EXPECT_EQ(static_cast<const int32_t*>(data)[1], 1);
  }
}

TEST(SparseTest, OfStrings) {
  const char* texts[] = {"a", "bc"};
  const int64_t count[] = {2};
  const int64_t indices[] = {0, 5};
  const auto value = Empty({2, 3}, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING);
  ASSERT_OK(Api().FillSparseTensorCoo(value, CpuMemory(), count, 1, texts, indices, 2));
  size_t length = 0;
  EXPECT_OK(Api().GetStringTensorDataLength(value, &length));
  EXPECT_EQ(length, 3u);
  const void* data = nullptr;
  EXPECT_FAILS(Api().GetSparseTensorValues(value, &data), ORT_INVALID_ARGUMENT,
               "Use GetStringTensor*() API to retrieve strings");
}

TEST(SparseTest, WhatIsRefused) {
  std::vector<float> values{1, 2};
  const int64_t count[] = {2};
  const int64_t three[] = {0, 1, 2};
  const auto value = Empty({3, 4});
  EXPECT_FALSE(
      Outcome(Api().FillSparseTensorCoo(value, CpuMemory(), count, 1, values.data(), three, 3))
          .ok())
      << "neither 2 nor 4";
  EXPECT_FALSE(Outcome(Api().FillSparseTensorCsr(value, CpuMemory(), count, 1, values.data(), three,
                                                 2, three, 3))
                   .ok())
      << "rows + 1";
  size_t size = 0;
  const void* data = nullptr;
  EXPECT_FALSE(
      Outcome(Api().GetSparseTensorIndices(value, ORT_SPARSE_COO_INDICES, &size, &data)).ok());
  if (!OnBackplane()) return;  // the rest is checked by ours only
  const int64_t outside[] = {0, 12};
  EXPECT_FAILS(Api().FillSparseTensorCoo(value, CpuMemory(), count, 1, values.data(), outside, 2),
               ORT_INVALID_ARGUMENT, "outside of [0, 12)");
  const int64_t column[] = {0, 4};
  const int64_t rows[] = {0, 1, 2, 2};
  EXPECT_FAILS(
      Api().FillSparseTensorCsr(value, CpuMemory(), count, 1, values.data(), column, 2, rows, 4),
      ORT_INVALID_ARGUMENT, "outside of [0, 4)");
  const int64_t descending[] = {0, 2, 1, 2};
  EXPECT_FAILS(Api().FillSparseTensorCsr(value, CpuMemory(), count, 1, values.data(), three, 2,
                                         descending, 4),
               ORT_INVALID_ARGUMENT, "must ascend");
  int64_t linear[] = {0, 1};
  auto over = Over({3, 4}, {2}, values);
  EXPECT_OK(Api().UseCooIndices(over, linear, 2));
  EXPECT_FAILS(Api().UseCooIndices(over, linear, 2), ORT_INVALID_ARGUMENT, "already");
}

}  // namespace
}  // namespace capi
