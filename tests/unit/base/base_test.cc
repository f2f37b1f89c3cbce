// Shapes, element types, half precision, sizes from a model.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/checked_math.h"
#include "base/dtype.h"
#include "base/file.h"
#include "base/key_value_pairs.h"
#include "base/tensor.h"

namespace backplane {
namespace {

TEST(ShapeTest, GrowsBeyondItsInlineDimensions) {
  Shape shape;
  for (int64_t i = 1; i <= 10; ++i) shape.PushBack(i);
  Shape copy = shape;
  Shape moved = std::move(shape);
  EXPECT_EQ(copy, moved);
  EXPECT_EQ(copy.ToString(), "{1,2,3,4,5,6,7,8,9,10}");
  EXPECT_EQ(copy.ElementCount(), 3628800);
  EXPECT_EQ(copy.Count(8), 90);
}

TEST(ShapeTest, CountsScalarsAndEmptyTensors) {
  EXPECT_EQ(Shape{}.ElementCount(), 1);
  EXPECT_EQ((Shape{3, 0, 5}).ElementCount(), 0);
}

TEST(ShapeTest, RefusesNegativeAndOverflowingDimensions) {
  EXPECT_THROW((Shape{2, -1}).ElementCount(), Error);
  const int64_t big = int64_t{1} << 40;
  EXPECT_THROW((Shape{big, big}).ElementCount(), Error);
}

TEST(ShapeTest, NormalizesAxes) {
  EXPECT_EQ(NormalizeAxis(-1, 4), 3);
  EXPECT_EQ(NormalizeAxis(0, 4), 0);
  EXPECT_THROW(NormalizeAxis(4, 4), Error);
  EXPECT_THROW(NormalizeAxis(-5, 4), Error);
}

TEST(DTypeTest, NamesRoundTripAndSizesPack) {
  for (int i = 1; i < kDTypeCount; ++i) {
    EXPECT_EQ(DTypeFromName(NameOf(static_cast<DType>(i))), static_cast<DType>(i));
  }
  EXPECT_EQ(BytesOf(DType::kInt4, 3), 2u);
  EXPECT_EQ(BytesOf(DType::kInt2, 5), 2u);
  EXPECT_EQ(BytesOf(DType::kDouble, 3), 24u);
  EXPECT_EQ(BitsOf(static_cast<DType>(200)), 0u);
  EXPECT_THROW(BytesOf(DType::kFloat, std::numeric_limits<int64_t>::max()), Error);
}

TEST(Float16Test, EveryHalfRoundTripsThroughFloat) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    Float16 half;
    half.bits = static_cast<uint16_t>(bits);
    const auto value = static_cast<float>(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(Float16(value))));
    } else {
      EXPECT_EQ(Float16(value).bits, half.bits);
    }
  }
}

TEST(Float16Test, RoundsToNearestEvenAndOverflowsToInfinity) {
  EXPECT_EQ(Float16(2049.0f).bits, Float16(2048.0f).bits);
  EXPECT_EQ(Float16(2051.0f).bits, Float16(2052.0f).bits);
  EXPECT_EQ(Float16(65519.0f).bits, Float16(65504.0f).bits);
  EXPECT_TRUE(std::isinf(static_cast<float>(Float16(65520.0f))));
  EXPECT_EQ(static_cast<float>(BFloat16(1.00390625f)), 1.0f);
  EXPECT_TRUE(std::isnan(static_cast<float>(BFloat16(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(TensorTest, StringsAreCopiedElementByElement) {
  const std::vector<std::string> words = {
      "a", "longer than any small string optimisation would hold", ""};
  const Tensor from = Tensor::Of<std::string>(words);
  Tensor to = Tensor::Allocate(DType::kString, {3});
  CopyElements(from, to);
  EXPECT_EQ(to.span<std::string>()[1], words[1]);
}

TEST(KeyValuePairsTest, SortedAndNullForAbsent) {
  KeyValuePairs pairs;
  pairs.Set("b", "2");
  pairs.Set("a", "1");
  pairs.Set("b", "3");
  pairs.Set("", "ignored");
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_STREQ(pairs.keys()[0], "a");
  EXPECT_STREQ(pairs.Find("b"), "3");
  EXPECT_EQ(pairs.Find("c"), nullptr);
  const KeyValuePairs copy = pairs;
  pairs.Remove("a");
  EXPECT_STREQ(copy.values()[0], "1");
}

TEST(FileTest, MissingFilesAndFoldersAreNoSuchFile) {
  for (const char* path : {"/nonexistent/model.onnx", "/tmp"}) {
    try {
      MappedFile::Open(path);
      FAIL() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ORT_NO_SUCHFILE) << error.what();
    }
  }
}

}  // namespace
}  // namespace backplane
