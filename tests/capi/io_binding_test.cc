// Inputs and outputs bound ahead of runs.
#include "capi/api.h"

namespace capi {
namespace {

class IoBindingTest : public testing::Test {
 protected:
  IoBindingTest() { EXPECT_OK(Api().CreateIoBinding(session_, binding_.out())); }

  std::vector<Handle<OrtValue>> Outputs() {
    OrtValue** values = nullptr;
    size_t count = 0;
    EXPECT_OK(Api().GetBoundOutputValues(binding_, DefaultAllocator(), &values, &count));
    std::vector<Handle<OrtValue>> outputs;
    for (size_t i = 0; i < count; ++i) outputs.emplace_back(values[i]);
    if (values != nullptr) {
      EXPECT_OK(Api().AllocatorFree(DefaultAllocator(), values));
    }
    return outputs;
  }
  std::vector<std::string> Names() {
    char* text = nullptr;
    size_t* lengths = nullptr;
    size_t count = 0;
    EXPECT_OK(Api().GetBoundOutputNames(binding_, DefaultAllocator(), &text, &lengths, &count));
    std::vector<std::string> names;
    const char* at = text;
    for (size_t i = 0; i < count; ++i) {
      names.emplace_back(at, lengths[i]);
      at += lengths[i];
    }
    if (text != nullptr) {
      EXPECT_OK(Api().AllocatorFree(DefaultAllocator(), text));
    }
    if (lengths != nullptr) {
      EXPECT_OK(Api().AllocatorFree(DefaultAllocator(), lengths));
    }
    return names;
  }

  std::vector<float> a_{1, 2};
  std::vector<float> b_{10, 20};
  Handle<OrtValue> a_tensor_ = TensorOver(a_, {2});
  Handle<OrtValue> b_tensor_ = TensorOver(b_, {2});
  Handle<OrtSession> session_ = OpenModel("two");
  Handle<OrtIoBinding> binding_;
};

TEST_F(IoBindingTest, BoundTensorsAndDevices) {
  std::vector<float> sum(2);
  const auto sum_tensor = TensorOver(sum, {2});
  EXPECT_OK(Api().BindInput(binding_, "a", a_tensor_));
  EXPECT_OK(Api().BindInput(binding_, "b", b_tensor_));
  EXPECT_OK(Api().BindOutput(binding_, "sum", sum_tensor));
  EXPECT_OK(Api().BindOutputToDevice(binding_, "difference", CpuMemory()));
  EXPECT_EQ(Names(), (std::vector<std::string>{"sum", "difference"}));
  ASSERT_OK(Api().RunWithBinding(session_, nullptr, binding_));
  EXPECT_EQ(sum, (std::vector<float>{11, 22}));
  const auto first = Outputs();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(DataOf<float>(first[0]), sum);
  EXPECT_EQ(DataOf<float>(first[1]), (std::vector<float>{-9, -18}));

  a_[0] = 5;  // bound memory is read anew
  ASSERT_OK(Api().RunWithBinding(session_, nullptr, binding_));
  EXPECT_EQ(sum, (std::vector<float>{15, 22}));
  EXPECT_EQ(DataOf<float>(Outputs()[1]), (std::vector<float>{-5, -18}));
  EXPECT_OK(Api().SynchronizeBoundInputs(binding_));
  EXPECT_OK(Api().SynchronizeBoundOutputs(binding_));
}

TEST_F(IoBindingTest, BindingAgainReplaces) {
  EXPECT_OK(Api().BindInput(binding_, "a", a_tensor_));
  EXPECT_OK(Api().BindInput(binding_, "b", a_tensor_));
  EXPECT_OK(Api().BindInput(binding_, "b", b_tensor_));
  EXPECT_OK(Api().BindOutputToDevice(binding_, "sum", CpuMemory()));
  EXPECT_OK(Api().BindOutputToDevice(binding_, "sum", CpuMemory()));
  ASSERT_OK(Api().RunWithBinding(session_, nullptr, binding_));
  ASSERT_EQ(Outputs().size(), 1u);
  EXPECT_EQ(DataOf<float>(Outputs()[0]), (std::vector<float>{11, 22}));
  Api().ClearBoundOutputs(binding_);
  EXPECT_TRUE(Names().empty());
  EXPECT_TRUE(Outputs().empty());
  EXPECT_OK(Api().BindOutputToDevice(binding_, "difference", CpuMemory()));
  ASSERT_OK(Api().RunWithBinding(session_, nullptr, binding_));
  EXPECT_EQ(DataOf<float>(Outputs()[0]), (std::vector<float>{-9, -18}));
  Api().ClearBoundInputs(binding_);
  EXPECT_FALSE(Outcome(Api().RunWithBinding(session_, nullptr, binding_)).ok());
}

TEST_F(IoBindingTest, UnknownNames) {
  EXPECT_FAILS(Api().BindInput(binding_, "nonsense", a_tensor_), ORT_FAIL, "nonsense");
  if (!OnBackplane()) return;  // elsewhere the run fails
  EXPECT_FAILS(Api().BindOutput(binding_, "nonsense", a_tensor_), ORT_FAIL, "nonsense");
}

}  // namespace
}  // namespace capi
