// Transpose and the strided copy under it, against an element-by-element reference; DepthToSpace
// and SpaceToDepth.
#include <numeric>

#include "cpu/ops/indexing.h"
#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

using Ints = std::vector<int64_t>;

template <typename T>
void CheckTranspose(const Shape& from, const Ints& perm) {
  SCOPED_TRACE(from.ToString() + " by " + ShapeToString(perm));
  Tensor input = Tensor::Allocate(kDTypeOf<T>, from);
  const int64_t count = from.ElementCount();
  for (int64_t i = 0; i < count; ++i) {
    if constexpr (std::is_same_v<T, std::string>) {
      input.data<T>()[i] = std::to_string(i);
    } else {
      input.data<T>()[i] = static_cast<T>(i % 251);
    }
  }
  Shape to = from;
  for (size_t i = 0; i < perm.size(); ++i) to[i] = from[static_cast<size_t>(perm[i])];
  const IntList from_strides = StridesOf(from);
  std::vector<Literal<T>> expected;
  for (int64_t at = 0; at < count; ++at) {
    int64_t rest = at;
    int64_t source = 0;
    for (size_t d = perm.size(); d-- > 0;) {
      source += rest % to[d] * from_strides[static_cast<size_t>(perm[d])];
      rest /= to[d];
    }
    expected.push_back(static_cast<Literal<T>>(input.data<T>()[source]));
  }
  OpTester("Transpose", 13).Attr("perm", perm).In(input).Out<T>(to, expected).Check();
}

TEST(TransposeTest, MatchesReference) {
  const std::pair<Shape, Ints> cases[] = {
      {{5}, {0}},
      {{1, 7}, {1, 0}},
      {{3, 4}, {1, 0}},
      {{65, 130}, {1, 0}},
      {{2, 3, 4}, {0, 2, 1}},
      {{2, 3, 4}, {2, 0, 1}},
      {{2, 3, 4}, {1, 0, 2}},
      {{2, 3, 17, 19}, {0, 2, 3, 1}},
      {{2, 17, 19, 3}, {0, 3, 1, 2}},
      {{2, 3, 4, 5, 2}, {4, 2, 0, 3, 1}},
      {{2, 1, 3, 1, 2, 2, 3, 2}, {7, 6, 5, 4, 3, 2, 1, 0}},
      {{0, 3}, {1, 0}},
  };
  for (const auto& [shape, perm] : cases) {
    CheckTranspose<float>(shape, perm);
    CheckTranspose<uint8_t>(shape, perm);
    CheckTranspose<int16_t>(shape, perm);
    CheckTranspose<double>(shape, perm);
    CheckTranspose<std::string>(shape, perm);
  }
}

TEST(TransposeTest, LargeIsParallel) {
  CheckTranspose<float>({701, 523}, {1, 0});
  CheckTranspose<float>({8, 64, 65, 33}, {0, 2, 1, 3});
}

TEST(TransposeTest, SubByteElementsStayPacked) {
  Tensor input = Tensor::Allocate(DType::kInt4, Shape{3, 3});
  const uint8_t packed[] = {0x21, 0x43, 0x65, 0x87, 0x09};  // 1 2 3 / 4 5 6 / 7 8 9
  std::memcpy(input.raw(), packed, sizeof packed);
  const Tensor output = OpTester("Transpose", 21).In(input).Out(DType::kInt4).Run()[0].tensor();
  const uint8_t expected[] = {0x41, 0x27, 0x85, 0x63, 0x09};
  EXPECT_EQ(std::memcmp(output.raw(), expected, sizeof expected), 0);
}

TEST(TransposeTest, RejectsBadPermutations) {
  const auto fails = [](const Ints& perm, ErrorCode code) {
    OpTester("Transpose", 13)
        .Attr("perm", perm)
        .In<float>({2, 1}, {1, 2})
        .Out(DType::kFloat)
        .CheckFails(code, "perm");
  };
  fails({0, 0}, ORT_FAIL);
  fails({0, 2}, ORT_FAIL);
  fails({0, 1, 2}, ORT_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace backplane::cpu
