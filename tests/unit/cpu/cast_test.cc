// Cast between all kinds of element types.
#include <cmath>
#include <limits>
#include <vector>

#include "cpu/ops/cast_float8.h"
#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <typename From, typename To>
void CheckPair() {
  const std::vector<Literal<From>> in = {0, 1, 2, 3, 100};
  std::vector<Literal<To>> out;
  for (const auto value : in)
    out.push_back(std::is_same_v<To, bool> || std::is_same_v<From, bool>
                      ? static_cast<Literal<To>>(value != 0)
                      : static_cast<Literal<To>>(value));
  std::vector<Literal<From>> many(1500, 3);
  std::vector<Literal<To>> converted(1500, std::is_same_v<To, bool> || std::is_same_v<From, bool>
                                               ? Literal<To>(1)
                                               : Literal<To>(3));
  OpTester("Cast", 13)
      .Attr("to", static_cast<int>(kDTypeOf<To>))
      .In<From>({5}, in)
      .template Out<To>({5}, out)
      .Check();
  OpTester("Cast", 13).In<From>({1500}, many).template Out<To>({1500}, converted).Check();
}

template <typename From>
void CheckFrom() {
  CheckPair<From, bool>();
  CheckPair<From, float>();
  CheckPair<From, double>();
  CheckPair<From, Float16>();
  CheckPair<From, BFloat16>();
  CheckPair<From, int8_t>();
  CheckPair<From, int16_t>();
  CheckPair<From, int32_t>();
  CheckPair<From, int64_t>();
  CheckPair<From, uint8_t>();
  CheckPair<From, uint16_t>();
  CheckPair<From, uint32_t>();
  CheckPair<From, uint64_t>();
}

TEST(Cast, BetweenNumbers) {
  CheckFrom<bool>();
  CheckFrom<float>();
  CheckFrom<double>();
  CheckFrom<Float16>();
  CheckFrom<BFloat16>();
  CheckFrom<int8_t>();
  CheckFrom<int16_t>();
  CheckFrom<int32_t>();
  CheckFrom<int64_t>();
  CheckFrom<uint8_t>();
  CheckFrom<uint16_t>();
  CheckFrom<uint32_t>();
  CheckFrom<uint64_t>();
}

TEST(Cast, TruncatesAndWraps) {
  OpTester("Cast", 13)
      .In<float>({4}, {1.9f, -1.9f, 255.9f, -0.5f})
      .Out<int32_t>({4}, {1, -1, 255, 0})
      .Check();
  OpTester("Cast", 13).In<int16_t>({2}, {200, -129}).Out<int8_t>({2}, {-56, 127}).Check();
  OpTester("Cast", 13).In<float>({3}, {300, -1, 255.5f}).Out<uint8_t>({3}, {44, 255, 255}).Check();
  OpTester("Cast", 13).In<float>({4}, {0.25f, -0.0f, kNan, 0}).Out<bool>({4}, {1, 0, 1, 0}).Check();
  OpTester("Cast", 13).In<double>({2}, {1e300, -1e300}).Out<float>({2}, {kInf, -kInf}).Check();
}

TEST(Cast, Text) {
  OpTester("Cast", 13)
      .In<float>({7}, {0.1f, 1e-5f, 1e20f, 16777216, kNan, -kInf, -0.0f})
      .Out<std::string>({7}, {"0.1", "9.9999997e-06", "1e+20", "16777216", "NaN", "-INF", "-0"})
      .Check();
  OpTester("Cast", 13).In<int8_t>({2}, {-5, 7}).Out<std::string>({2}, {"-5", "7"}).Check();
  OpTester("Cast", 13).In<bool>({2}, {1, 0}).Out<std::string>({2}, {"1", "0"}).Check();
  OpTester("Cast", 13)
      .In<std::string>({7}, {"3.14", "1e5", "+INF", "-inf", "nan", " 7", "-0.5x"})
      .Out<float>({7}, {3.14f, 1e5f, kInf, -kInf, kNan, 7, -0.5f})
      .Check();
  OpTester("Cast", 13)
      .In<std::string>({3}, {"100.5", "-7", "9999999999"})
      .Out<int64_t>({3}, {100, -7, 9999999999})
      .Check();
  OpTester("Cast", 13).In<std::string>({2}, {"300", "-1"}).Out<uint8_t>({2}, {44, 255}).Check();
  OpTester("Cast", 13).In<std::string>({2}, {"1.5", "2"}).Out<Float16>({2}, {1.5f, 2}).Check();
  OpTester("Cast", 13)
      .In<std::string>({1}, {"hello"})
      .Out<float>({1}, {0})
      .CheckFails(ORT_RUNTIME_EXCEPTION, "hello");
  OpTester("Cast", 13)
      .In<std::string>({1}, {""})
      .Out<int32_t>({1}, {0})
      .CheckFails(ORT_RUNTIME_EXCEPTION);
}

template <typename F8>
std::vector<float> ThroughFloat8(const std::vector<float>& in, bool saturate) {
  const auto n = static_cast<int64_t>(in.size());
  auto out = OpTester("Cast", 19)
                 .Attr("saturate", saturate ? 1 : 0)
                 .In<float>({n}, in)
                 .Out(kDTypeOf<F8>)
                 .Run();
  auto back = OpTester("Cast", 19).In(out[0].tensor()).Out(DType::kFloat).Run();
  return Elements<float>(back[0].tensor());
}

template <typename F8>
void CheckFloat8(float largest, float smallest, float overflow) {
  const std::vector<float> in = {
      0,           largest, -largest, smallest, smallest / 2, smallest * 1.5f,
      largest * 2, kInf,    -kInf,    kNan};
  const std::vector<float> saturated = {0,       largest, -largest, smallest, 0, smallest * 2,
                                        largest, largest, -largest, kNan};
  const std::vector<float> open = {0,        largest,  -largest,  smallest, 0, smallest * 2,
                                   overflow, overflow, -overflow, kNan};
  for (const bool saturate : {true, false}) {
    const auto got = ThroughFloat8<F8>(in, saturate);
    const auto& want = saturate ? saturated : open;
    for (size_t i = 0; i < in.size(); ++i) {
      EXPECT_TRUE(got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i])))
          << in[i] << " became " << got[i] << ", not " << want[i] << " saturate " << saturate;
    }
  }
  // Every value survives the way there and back; every float goes to a nearest one.
  for (int bits = 0; bits < 256; ++bits) {
    F8 value;
    value.bits = static_cast<uint8_t>(bits);
    const auto decoded = static_cast<float>(value);
    if (!std::isnan(decoded)) {
      EXPECT_EQ(static_cast<int>(F8(decoded, false).bits), bits) << decoded;
    }
  }
  for (float x = smallest / 3; x < largest; x *= 1.01f) {
    const float error = std::abs(static_cast<float>(F8(x)) - x);
    for (int bits = 0; bits < 128; ++bits) {
      F8 other;
      other.bits = static_cast<uint8_t>(bits);
      if (std::abs(static_cast<float>(other) - x) < error)
        ADD_FAILURE() << x << " has a nearer value";
    }
  }
}

TEST(Cast, Float8) {
  CheckFloat8<Float8E4M3FN>(448, 0x1p-9f, kNan);
  CheckFloat8<Float8E4M3FNUZ>(240, 0x1p-10f, kNan);
  CheckFloat8<Float8E5M2>(57344, 0x1p-16f, kInf);
  CheckFloat8<Float8E5M2FNUZ>(57344, 0x1p-17f, kNan);
}

// The bytes that casting gives for a type that no C++ type stands for.
std::vector<int> Bytes(const std::vector<float>& in, DType to, const char* rounding = "up",
                       bool saturate = true) {
  const auto n = static_cast<int64_t>(in.size());
  const auto out = OpTester("Cast", 24)
                       .Attr("round_mode", rounding)
                       .Attr("saturate", saturate ? 1 : 0)
                       .In<float>({n}, in)
                       .Out(to)
                       .Run();
  const auto* bytes = static_cast<const uint8_t*>(out[0].tensor().raw());
  return {bytes, bytes + out[0].tensor().Bytes()};
}

TEST(Cast, PackedTypes) {
  EXPECT_EQ(Bytes({1, -2, 7, -8, 3}, DType::kInt4), (std::vector<int>{0xe1, 0x87, 0x03}));
  EXPECT_EQ(Bytes({1, 15, 17.9f}, DType::kUInt4), (std::vector<int>{0xf1, 0x01}));
  EXPECT_EQ(Bytes({1, -2, 0, -1, 1}, DType::kInt2), (std::vector<int>{0xc9, 0x01}));
  EXPECT_EQ(Bytes({0.2f, 0.25f, 0.26f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5, 100, -0.3f, kNan},
                  DType::kFloat4E2M1),
            (std::vector<int>{0x00, 0x21, 0x42, 0x64, 0x76, 0x89}));
  EXPECT_EQ(Bytes({0, 0.25f, 1.1f, 3, kInf, kNan}, DType::kFloat8E8M0),
            (std::vector<int>{0, 125, 128, 129, 254, 255}));
  EXPECT_EQ(Bytes({1.1f, 3, 1.5f}, DType::kFloat8E8M0, "down"), (std::vector<int>{127, 128, 127}));
  EXPECT_EQ(Bytes({1.1f, 3, 1.5f, kInf, 0}, DType::kFloat8E8M0, "nearest", false),
            (std::vector<int>{127, 129, 128, 255, 255}));
  EXPECT_THROW(Bytes({1}, DType::kFloat8E8M0, "sideways"), Error);
  std::vector<float> many(3001);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<float>(i % 16) - 8;
  const auto packed = OpTester("Cast", 21).In<float>({3001}, many).Out(DType::kInt4).Run();
  const auto unpacked = OpTester("Cast", 21).In(packed[0].tensor()).Out(DType::kInt64).Run();
  for (size_t i = 0; i < many.size(); ++i)
    ASSERT_EQ(unpacked[0].tensor().data<int64_t>()[i], many[i]);
  OpTester("Cast", 21).In(packed[0].tensor()).Out(DType::kFloat8E4M3FN).Run();
  OpTester("CastLike", 15)
      .In<float>({2}, {1.5f, 2})
      .In<int64_t>({0}, {})
      .Out<int64_t>({2}, {1, 2})
      .Check();
}

TEST(BitCast, KeepsTheBits) {
  OpTester("BitCast", 26)
      .In<float>({2}, {1, -2})
      .Out<int32_t>({2}, {0x3f800000, INT32_MIN + 0x40000000})
      .Check();
  OpTester("BitCast", 26).In<uint8_t>({0}, {}).Out<int8_t>({0}, {}).Check();
  OpTester("BitCast", 26)
      .In<float>({1}, {1})
      .Out<int64_t>({1}, {0})
      .CheckFails(ORT_INVALID_ARGUMENT, "width");
}

}  // namespace
}  // namespace backplane::cpu
