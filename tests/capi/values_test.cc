// Tensors of every element type, strings, sequences, maps: made, read, refused.
#include "capi/api.h"

namespace capi {
namespace {

constexpr ONNXTensorElementDataType kFloat = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
constexpr ONNXTensorElementDataType kString = ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING;

ONNXType KindOf(const OrtValue* value) {
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  EXPECT_OK(Api().GetValueType(value, &kind));
  return kind;
}

TEST(TensorTest, EveryElementType) {
  // Bytes of five elements, by element type.
  constexpr size_t kBytes[] = {0,  20, 5,  5, 10, 10, 20, 40, 0, 5, 10, 40, 20, 40,
                               40, 80, 10, 5, 5,  5,  5,  3,  3, 3, 2,  2,  5};
  const int64_t shape[] = {5};
  for (int type = 1; type <= 26; ++type) {
    const auto element = static_cast<ONNXTensorElementDataType>(type);
    Handle<OrtValue> value;
    const Outcome made =
        Api().CreateTensorAsOrtValue(DefaultAllocator(), shape, 1, element, value.out());
    if (!OnBackplane() && !made.ok()) continue;  // it knows fewer
    ASSERT_TRUE(IsOk(made)) << type;
    Handle<OrtTensorTypeAndShapeInfo> info;
    ASSERT_OK(Api().GetTensorTypeAndShape(value, info.out()));
    ONNXTensorElementDataType back = kFloat;
    EXPECT_OK(Api().GetTensorElementType(info, &back));
    EXPECT_EQ(back, element);
    size_t size = 0;
    if (element == kString) {
      EXPECT_FAILS(Api().GetTensorSizeInBytes(value, &size), ORT_INVALID_ARGUMENT);
    } else {
      EXPECT_OK(Api().GetTensorSizeInBytes(value, &size));
      EXPECT_EQ(size, kBytes[type]) << type;
      std::vector<char> memory(kBytes[type]);
      Handle<OrtValue> view;
      EXPECT_OK(Api().CreateTensorWithDataAsOrtValue(CpuMemory(), memory.data(), memory.size(),
                                                     shape, 1, element, view.out()));
      EXPECT_FAILS(
          Api().CreateTensorWithDataAsOrtValue(CpuMemory(), memory.data(), memory.size() - 1, shape,
                                               1, element, view.out()),
          ORT_INVALID_ARGUMENT, "not enough space");
    }
  }
  Handle<OrtValue> value;
  for (const int type : {0, 27, -1}) {
    EXPECT_FALSE(Outcome(Api().CreateTensorAsOrtValue(DefaultAllocator(), shape, 1,
                                                      static_cast<ONNXTensorElementDataType>(type),
                                                      value.out()))
                     .ok());
  }
}

TEST(TensorTest, OverTheCallersMemory) {
  std::vector<float> data{1, 2, 3, 4, 5, 6};
  const auto value = TensorOver(data, {2, 3});
  int yes = 0;
  EXPECT_OK(Api().IsTensor(value, &yes));
  EXPECT_EQ(yes, 1);
  EXPECT_OK(Api().IsSparseTensor(value, &yes));
  EXPECT_EQ(yes, 0);
  EXPECT_OK(Api().HasValue(value, &yes));
  EXPECT_EQ(yes, 1);
  EXPECT_EQ(KindOf(value), ONNX_TYPE_TENSOR);
  EXPECT_EQ(ShapeOf(value), (std::vector<int64_t>{2, 3}));
  void* memory = nullptr;
  EXPECT_OK(Api().GetTensorMutableData(value, &memory));
  EXPECT_EQ(memory, data.data());

  const int64_t at[] = {1, 2};
  EXPECT_OK(Api().TensorAt(value, at, 2, &memory));
  EXPECT_EQ(memory, &data[5]);
  const int64_t outside[] = {1, 3};
  EXPECT_FAILS(Api().TensorAt(value, outside, 2, &memory), ORT_INVALID_ARGUMENT,
               "invalid location range");
  EXPECT_FAILS(Api().TensorAt(value, at, 1, &memory), ORT_INVALID_ARGUMENT,
               "location dimensions do not match shape size");

  ONNXTensorElementDataType type = kString;
  const int64_t* shape = nullptr;
  size_t rank = 0;
  EXPECT_OK(Api().GetTensorElementTypeAndShapeDataReference(value, &type, &shape, &rank));
  EXPECT_EQ(type, kFloat);
  EXPECT_EQ(std::vector<int64_t>(shape, shape + rank), (std::vector<int64_t>{2, 3}));
}

TEST(TensorTest, ScalarsAndEmptyOnes) {
  std::vector<float> one{7};
  EXPECT_EQ(ShapeOf(TensorOver(one, {})), std::vector<int64_t>{});
  std::vector<float> none;
  EXPECT_EQ(DataOf<float>(TensorOver(none, {0, 3})), none);
}

TEST(TensorTest, WhatIsRefused) {
  std::vector<float> data(6);
  Handle<OrtValue> value;
  const auto wrap = [&](std::vector<int64_t> shape, size_t bytes, ONNXTensorElementDataType type) {
    return Outcome(Api().CreateTensorWithDataAsOrtValue(
        CpuMemory(), data.data(), bytes, shape.data(), shape.size(), type, value.out()));
  };
  EXPECT_FAILS(wrap({2, -3}, 24, kFloat), ORT_INVALID_ARGUMENT,
               "tried creating tensor with negative value in shape");
  EXPECT_FAILS(wrap({2, 3}, 23, kFloat), ORT_INVALID_ARGUMENT, "not enough space");
  EXPECT_FAILS(wrap({int64_t{1} << 62, 16}, 24, kFloat), ORT_FAIL, "overflow");
  EXPECT_FAILS(wrap({int64_t{1} << 62}, 24, kFloat), ORT_FAIL, "overflow");
  EXPECT_FAILS(wrap({1}, 24, kString), ORT_INVALID_ARGUMENT,
               "a string tensor cannot use the caller's memory");
  const auto make = [&](std::vector<int64_t> shape) {
    return Outcome(Api().CreateTensorAsOrtValue(DefaultAllocator(), shape.data(), shape.size(),
                                                kFloat, value.out()));
  };
  EXPECT_FAILS(make({-1}), ORT_FAIL, "tried creating tensor with negative value in shape");
  EXPECT_FAILS(make({int64_t{1} << 62, 16}), ORT_FAIL, "overflow");
  EXPECT_FAILS(make({int64_t{1} << 62}), ORT_FAIL, "overflow");
}

TEST(TensorTest, MemoryInfoOutlivesTheCallers) {
  std::vector<float> data(1);
  Handle<OrtMemoryInfo> memory;
  ASSERT_OK(Api().CreateMemoryInfo("Cuda", OrtDeviceAllocator, 2, OrtMemTypeDefault, memory.out()));
  const int64_t shape[] = {1};
  Handle<OrtValue> value;
  ASSERT_OK(
      Api().CreateTensorWithDataAsOrtValue(memory, data.data(), 4, shape, 1, kFloat, value.out()));
  memory = Handle<OrtMemoryInfo>();
  const OrtMemoryInfo* info = nullptr;
  ASSERT_OK(Api().GetTensorMemoryInfo(value, &info));
  const char* name = nullptr;
  int id = 0;
  EXPECT_OK(Api().MemoryInfoGetName(info, &name));
  EXPECT_OK(Api().MemoryInfoGetId(info, &id));
  EXPECT_STREQ(name, "Cuda");
  EXPECT_EQ(id, 2);
}

TEST(TensorTest, Copies) {
  if (!OnBackplane())
    GTEST_SKIP() << "elsewhere, copies from CPU to CPU need an execution provider";
  std::vector<float> from{1, 2};
  std::vector<float> to(2);
  std::vector<int64_t> other(2);
  const auto source = TensorOver(from, {2});
  const auto target = TensorOver(to, {2});
  const auto wrong_type = TensorOver(other, {2});
  std::vector<float> three(3);
  const auto wrong_shape = TensorOver(three, {3});
  const auto copy = [&](const OrtValue* a, OrtValue* b) {
    return Outcome(Api().CopyTensors(Env(), &a, &b, nullptr, 1));
  };
  EXPECT_OK(copy(source, target));
  EXPECT_EQ(to, from);
  EXPECT_FAILS(copy(source, wrong_type), ORT_INVALID_ARGUMENT, "tensor(int64)");
  EXPECT_FAILS(copy(source, wrong_shape), ORT_INVALID_ARGUMENT, "{3}");
  EXPECT_FAILS(Api().CopyTensors(Env(), nullptr, nullptr, nullptr, 0), ORT_INVALID_ARGUMENT);
  const auto texts = Strings({"a", "b"});
  const auto empty = Strings({"", ""});
  EXPECT_OK(copy(texts, empty));
  size_t length = 0;
  EXPECT_OK(Api().GetStringTensorDataLength(empty, &length));
  EXPECT_EQ(length, 2u);
}

TEST(StringTensorTest, AllAtOnce) {
  const auto value = Strings({"one", "", "three"});
  size_t length = 0;
  EXPECT_OK(Api().GetStringTensorDataLength(value, &length));
  EXPECT_EQ(length, 8u);
  std::string text(length, '?');
  size_t offsets[3];
  EXPECT_OK(Api().GetStringTensorContent(value, text.data(), text.size(), offsets, 3));
  EXPECT_EQ(text, "onethree");
  EXPECT_EQ(offsets[0], 0u);
  EXPECT_EQ(offsets[1], 3u);
  EXPECT_EQ(offsets[2], 3u);
  EXPECT_FAILS(Api().GetStringTensorContent(value, text.data(), 7, offsets, 3), ORT_FAIL,
               "output buffer is too small");
  EXPECT_FAILS(Api().GetStringTensorContent(value, text.data(), 8, offsets, 2), ORT_FAIL);
  const char* two[] = {"a", "b"};
  EXPECT_FAILS(Api().FillStringTensor(value, two, 2), ORT_INVALID_ARGUMENT,
               "input array doesn't equal tensor size");
}

TEST(StringTensorTest, OneByOne) {
  const auto value = Strings({"one", "two"});
  EXPECT_OK(Api().FillStringTensorElement(value, "second", 1));
  size_t length = 0;
  EXPECT_OK(Api().GetStringTensorElementLength(value, 1, &length));
  EXPECT_EQ(length, 6u);
  char text[6];
  EXPECT_OK(Api().GetStringTensorElement(value, 6, 1, text));
  EXPECT_EQ(std::string(text, 6), "second");
  EXPECT_FAILS(Api().GetStringTensorElement(value, 5, 1, text), ORT_FAIL,
               "buffer size is too small for string");
  EXPECT_FALSE(Outcome(Api().GetStringTensorElementLength(value, 2, &length)).ok());
  EXPECT_FALSE(Outcome(Api().FillStringTensorElement(value, "x", 2)).ok());
  char* buffer = nullptr;
  EXPECT_OK(Api().GetResizedStringTensorElementBuffer(value, 0, 4, &buffer));
  std::copy_n("four", 4, buffer);
  EXPECT_OK(Api().GetStringTensorElementLength(value, 0, &length));
  EXPECT_EQ(length, 4u);
  EXPECT_OK(Api().GetStringTensorElement(value, 6, 0, text));
  EXPECT_EQ(std::string(text, 4), "four");
}

TEST(StringTensorTest, OtherTensorsAreRefused) {
  std::vector<float> data(1);
  const auto value = TensorOver(data, {1});
  size_t length = 0;
  EXPECT_FALSE(Outcome(Api().GetStringTensorDataLength(value, &length)).ok());
  EXPECT_FALSE(Outcome(Api().GetStringTensorElementLength(value, 0, &length)).ok());
}

Handle<OrtValue> Make(ONNXType type, std::vector<const OrtValue*> parts,
                      Outcome* outcome = nullptr) {
  Handle<OrtValue> value;
  const Outcome made = Api().CreateValue(parts.data(), parts.size(), type, value.out());
  if (outcome != nullptr) {
    *outcome = made;
  } else {
    EXPECT_TRUE(IsOk(made));
  }
  return value;
}

Handle<OrtValue> Part(const OrtValue* value, int index) {
  Handle<OrtValue> part;
  EXPECT_OK(Api().GetValue(value, index, DefaultAllocator(), part.out()));
  return part;
}

size_t CountOf(const OrtValue* value) {
  size_t count = 0;
  EXPECT_OK(Api().GetValueCount(value, &count));
  return count;
}

TEST(SequenceTest, OfTensors) {
  std::vector<float> a{1, 2};
  std::vector<float> b{3};
  const auto sequence =
      Make(ONNX_TYPE_SEQUENCE, {TensorOver(a, {2}).get(), TensorOver(b, {1}).get()});
  EXPECT_EQ(KindOf(sequence), ONNX_TYPE_SEQUENCE);
  EXPECT_EQ(CountOf(sequence), 2u);
  EXPECT_EQ(DataOf<float>(Part(sequence, 1)), b);
  Handle<OrtValue> part;
  EXPECT_FALSE(Outcome(Api().GetValue(sequence, 2, DefaultAllocator(), part.out())).ok());
  EXPECT_FALSE(Outcome(Api().GetValue(sequence, -1, DefaultAllocator(), part.out())).ok());

  Handle<OrtTypeInfo> type;
  ASSERT_OK(Api().GetTypeInfo(sequence, type.out()));
  const OrtSequenceTypeInfo* sequence_type = nullptr;
  ASSERT_OK(Api().CastTypeInfoToSequenceTypeInfo(type, &sequence_type));
  Handle<OrtTypeInfo> element;
  ASSERT_OK(Api().GetSequenceElementType(sequence_type, element.out()));
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  ASSERT_OK(Api().CastTypeInfoToTensorInfo(element, &tensor));
  ASSERT_NE(tensor, nullptr);
}

TEST(SequenceTest, WhatIsRefused) {
  std::vector<float> a{1};
  std::vector<int64_t> b{1};
  const auto floats = TensorOver(a, {1});
  const auto ints = TensorOver(b, {1});
  Outcome outcome(nullptr);
  Make(ONNX_TYPE_SEQUENCE, {floats.get(), ints.get()}, &outcome);
  EXPECT_FALSE(outcome.ok());
  Make(ONNX_TYPE_SEQUENCE, {}, &outcome);
  EXPECT_FAILS(outcome, ORT_FAIL, "Number of values should be at least 1.");
  Make(ONNX_TYPE_TENSOR, {floats.get()}, &outcome);
  EXPECT_FALSE(outcome.ok());
}

TEST(MapTest, OfIntegersToFloats) {
  std::vector<int64_t> keys{1, 5};
  std::vector<float> values{0.5f, 0.25f};
  Handle<OrtValue> map;
  {
    const auto key_tensor = TensorOver(keys, {2});
    const auto value_tensor = TensorOver(values, {2});
    map = Make(ONNX_TYPE_MAP, {key_tensor.get(), value_tensor.get()});
  }
  const std::vector<int64_t> old_keys = keys;
  keys[0] = 99;  // a map has its own copy
  EXPECT_EQ(KindOf(map), ONNX_TYPE_MAP);
  EXPECT_EQ(CountOf(map), 2u);
  EXPECT_EQ(DataOf<int64_t>(Part(map, 0)), old_keys);
  EXPECT_EQ(DataOf<float>(Part(map, 1)), values);

  Handle<OrtTypeInfo> type;
  ASSERT_OK(Api().GetTypeInfo(map, type.out()));
  const OrtMapTypeInfo* map_type = nullptr;
  ASSERT_OK(Api().CastTypeInfoToMapTypeInfo(type, &map_type));
  ASSERT_NE(map_type, nullptr);
  ONNXTensorElementDataType key_type = kFloat;
  EXPECT_OK(Api().GetMapKeyType(map_type, &key_type));
  EXPECT_EQ(key_type, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64);
  Handle<OrtTypeInfo> value_type;
  EXPECT_OK(Api().GetMapValueType(map_type, value_type.out()));
}

TEST(MapTest, OfStringsInASequence) {
  std::vector<float> values{0.5f};
  const auto keys = Strings({"cat"});
  const auto tensor = TensorOver(values, {1});
  const auto map = Make(ONNX_TYPE_MAP, {keys.get(), tensor.get()});
  const auto sequence = Make(ONNX_TYPE_SEQUENCE, {map.get(), map.get()});
  EXPECT_EQ(CountOf(sequence), 2u);
  const auto second = Part(sequence, 1);
  EXPECT_EQ(KindOf(second), ONNX_TYPE_MAP);
  EXPECT_EQ(DataOf<float>(Part(second, 1)), values);
}

TEST(MapTest, WhatIsRefused) {
  std::vector<int64_t> keys{1, 2};
  std::vector<float> values{1};
  const auto key_tensor = TensorOver(keys, {2});
  const auto value_tensor = TensorOver(values, {1});
  Outcome outcome(nullptr);
  Make(ONNX_TYPE_MAP, {key_tensor.get(), value_tensor.get()}, &outcome);
  EXPECT_FALSE(outcome.ok()) << "sizes differ";
  Make(ONNX_TYPE_MAP, {key_tensor.get()}, &outcome);
  EXPECT_FAILS(outcome, ORT_FAIL, "For map type num_values MUST be 2");
  Make(ONNX_TYPE_MAP, {value_tensor.get(), value_tensor.get()}, &outcome);
  EXPECT_FALSE(outcome.ok()) << "keys are floats";
}

TEST(TensorTypeTest, BuiltByHand) {
  Handle<OrtTensorTypeAndShapeInfo> info;
  ASSERT_OK(Api().CreateTensorTypeAndShapeInfo(info.out()));
  size_t rank = 9;
  EXPECT_OK(Api().GetDimensionsCount(info, &rank));
  EXPECT_EQ(rank, 0u);
  EXPECT_OK(Api().SetTensorElementType(info, kFloat));
  const int64_t dims[] = {2, -1};
  EXPECT_OK(Api().SetDimensions(info, dims, 2));
  EXPECT_TRUE(Api().TensorTypeAndShape_HasShape(info));
  int64_t back[2];
  EXPECT_OK(Api().GetDimensions(info, back, 2));
  EXPECT_EQ(back[1], -1);
  const char* symbols[] = {"", "n"};
  EXPECT_OK(Api().SetSymbolicDimensions(info, symbols, 2));
  const char* read[2];
  EXPECT_OK(Api().GetSymbolicDimensions(info, read, 2));
  EXPECT_STREQ(read[0], "");
  EXPECT_STREQ(read[1], "n");
  size_t count = 0;
  EXPECT_FALSE(Outcome(Api().GetTensorShapeElementCount(info, &count)).ok());
}

}  // namespace
}  // namespace capi
