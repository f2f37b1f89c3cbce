// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.
#include <limits>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

TEST(QuantizeTest, RoundsToEvenAndSaturates) {
  OpTester("QuantizeLinear", 13)
      .In<float>({7}, {0, 1, 3, -1, 1e9f, -1e9f, NAN})
      .In<float>({}, {2})
      .In<uint8_t>({}, {10})
      .Out<uint8_t>({7}, {10, 10, 12, 10, 255, 0, 0})
      .Check();
  OpTester("QuantizeLinear", 13)
      .In<float>({3}, {-300, 5, 300})
      .In<float>({}, {2})
      .In<int8_t>({}, {0})
      .Out<int8_t>({3}, {-128, 2, 127})
      .Check();
  OpTester("QuantizeLinear", 21)
      .In<float>({2}, {-1e6f, 70000})
      .In<float>({}, {1})
      .In<uint16_t>({}, {1})
      .Out<uint16_t>({2}, {0, 65535})
      .Check();
}

TEST(QuantizeTest, PerAxisAndBlocks) {
  OpTester("QuantizeLinear", 13)
      .Attr("axis", 0)
      .In<float>({2, 2}, {1, 2, 1, 2})
      .In<float>({2}, {1, 0.5f})
      .In<int8_t>({2}, {0, 1})
      .Out<int8_t>({2, 2}, {1, 2, 3, 5})
      .Check();
  OpTester("DequantizeLinear", 13)
      .Attr("axis", 1)
      .In<int8_t>({2, 2}, {1, 2, 3, 4})
      .In<float>({2}, {1, 0.5f})
      .In<int8_t>({2}, {0, 2})
      .Out<float>({2, 2}, {1, 0, 3, 1})
      .Check();
  OpTester("DequantizeLinear", 21)
      .Attr("axis", 1)
      .Attr("block_size", 2)
      .In<uint8_t>({1, 3}, {1, 2, 3})
      .In<float>({1, 2}, {1, 10})
      .Out<float>({1, 3}, {1, 2, 30})
      .Check();
  OpTester("DequantizeLinear", 21)
      .Attr("axis", 0)
      .Attr("block_size", 2)
      .In<int16_t>({3, 2}, {1, 2, 3, 4, 5, 6})
      .In<float>({2, 2}, {1, 2, 3, 4})
      .Out<float>({3, 2}, {1, 4, 3, 8, 15, 24})
      .Check();
  OpTester("DequantizeLinear", 13)
      .Attr("axis", 1)
      .In<int8_t>({2, 2}, {1, 2, 3, 4})
      .In<float>({3}, {1, 1, 1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "scale");
  OpTester("DequantizeLinear", 21)
      .Attr("axis", 1)
      .Attr("block_size", 2)
      .In<uint8_t>({1, 3}, {1, 2, 3})
      .In<float>({1, 3}, {1, 1, 1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "blocks");
  OpTester("DequantizeLinear", 13)
      .In<int32_t>({2}, {INT32_MAX, INT32_MIN})
      .In<float>({}, {1})
      .Out<float>({2}, {2147483648.0f, -2147483648.0f})
      .Check();
}

TEST(QuantizeTest, SubByteAndHalf) {
  const Tensor packed = OpTester("QuantizeLinear", 21)
                            .In<float>({3}, {-9, 3, 9})
                            .In<float>({}, {1})
                            .In([] {
                              Tensor zero = Tensor::Allocate(DType::kInt4, Shape{});
                              *static_cast<uint8_t*>(zero.raw()) = 0;
                              return zero;
                            }())
                            .Out(DType::kInt4)
                            .Run()[0]
                            .tensor();
  EXPECT_EQ(static_cast<const uint8_t*>(packed.raw())[0], 0x38);  // -8, 3
  EXPECT_EQ(static_cast<const uint8_t*>(packed.raw())[1] & 15, 7);
  OpTester("DequantizeLinear", 21)
      .In(packed)
      .In<float>({}, {0.5f})
      .Out<float>({3}, {-4, 1.5f, 3.5f})
      .Check();
  OpTester("DequantizeLinear", 19)
      .In<int8_t>({2}, {4, -6})
      .In<Float16>({}, {0.5f})
      .Out<Float16>({2}, {2, -3})
      .Check();
}

TEST(QuantizeTest, Dynamic) {
  OpTester("DynamicQuantizeLinear", 11)
      .In<float>({3}, {0, 2, -1})
      .Out<uint8_t>({3}, {85, 255, 0})
      .Out<float>({}, {3.0f / 255})
      .Out<uint8_t>({}, {85})
      .Check();
  OpTester("DynamicQuantizeLinear", 11)
      .In<float>({2}, {0, 0})
      .Out<uint8_t>({2}, {0, 0})
      .Out<float>({}, {1})
      .Out<uint8_t>({}, {0})
      .Check();
}

}  // namespace
}  // namespace backplane::cpu
