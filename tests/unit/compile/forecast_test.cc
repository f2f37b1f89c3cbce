// The memory plan that is made before anything has run: what it tells from declared shapes, and
// what it leaves open.
#include <gtest/gtest.h>

#include "compile/memory_plan.h"

namespace backplane {
namespace {

// x -> a -> b -> y, one step each; a [n, 4] and b as given.
class ForecastTest : public testing::Test {
 protected:
  void Make(SymbolicShape b) {
    Add(values_[0], SlotKind::kInput, std::vector<Dim>{Dim("n"), Dim(4)});
    Add(values_[1], SlotKind::kInternal, std::vector<Dim>{Dim("n"), Dim(4)});
    Add(values_[2], SlotKind::kInternal, std::move(b));
    Add(values_[3], SlotKind::kOutput, std::vector<Dim>{Dim("n"), Dim(4)});
    plan_.constants.resize(4);
    plan_.input_slots = {0};
    plan_.output_slots = {3};
    plan_.steps.resize(3);
    for (uint32_t i = 0; i < 3; ++i) {
      plan_.steps[i].slots = {i, i + 1};
      plan_.steps[i].input_count = plan_.steps[i].output_count = 1;
      plan_.slots[i + 1].producer = i;
      plan_.slots[i].last_use = i;
    }
    plan_.slots[3].last_use = 2;
  }

  Plan plan_;
  ValueInfo values_[4];

 private:
  void Add(ValueInfo& value, SlotKind kind, SymbolicShape shape) {
    value.type = TypeInfo::Tensor(DType::kFloat, std::move(shape));
    Slot slot;
    slot.kind = kind;
    slot.dtype = DType::kFloat;
    slot.value = &value;
    plan_.slots.push_back(slot);
  }
};

TEST_F(ForecastTest, SymbolsTakeTheInputsSizes) {
  Make(std::vector<Dim>{Dim(4), Dim("n")});
  const auto memory = ForecastMemory(plan_, {Shape{32, 4}});
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(memory->shapes[1], (Shape{32, 4}));
  EXPECT_EQ(memory->shapes[2], (Shape{4, 32}));
  EXPECT_EQ(memory->shapes[3], (Shape{32, 4}));
  EXPECT_NE(memory->offsets[1], memory->offsets[2]);  // both live during step 1
  EXPECT_EQ(memory->offsets[3], MemoryPlan::kNone);   // an output has memory of its own
  EXPECT_EQ(memory->arena_bytes, 2 * 32 * 4 * sizeof(float));
  EXPECT_EQ(memory->input_shapes, std::vector<Shape>{(Shape{32, 4})});
}

TEST_F(ForecastTest, WhatIsOpenStaysOpen) {
  Make(std::vector<Dim>{Dim("m"), Dim(4)});
  const auto memory = ForecastMemory(plan_, {Shape{32, 4}});
  ASSERT_NE(memory, nullptr);
  EXPECT_TRUE(memory->shape_known[1]);
  EXPECT_FALSE(memory->shape_known[2]);
  EXPECT_EQ(memory->offsets[2], MemoryPlan::kNone);
}

TEST_F(ForecastTest, AbsurdDeclaredShapesTakeNoMemory) {
  Make(std::vector<Dim>{Dim(int64_t{1} << 40), Dim(int64_t{1} << 40)});
  const auto memory = ForecastMemory(plan_, {Shape{32, 4}});
  ASSERT_NE(memory, nullptr);
  EXPECT_FALSE(memory->shape_known[2]);
  Plan large;
  std::swap(large, plan_);
  Make(std::vector<Dim>{Dim(int64_t{1} << 20), Dim(1 << 10)});  // 4 GiB: more than a guess may take
  EXPECT_EQ(ForecastMemory(plan_, {Shape{32, 4}}), nullptr);
}

TEST_F(ForecastTest, TellsWhetherTheRunWasForeseen) {
  Make(std::vector<Dim>{Dim("n"), Dim(4)});
  const auto memory = ForecastMemory(plan_, {Shape{32, 4}});
  ASSERT_NE(memory, nullptr);
  std::vector<SlotTrace> trace(4, SlotTrace{.made = true, .shape = Shape{32, 4}});
  EXPECT_TRUE(memory->Foresaw(plan_, trace));
  trace[2].shape = Shape{31, 4};
  EXPECT_FALSE(memory->Foresaw(plan_, trace));
  trace[2] = SlotTrace();
  EXPECT_FALSE(memory->Foresaw(plan_, trace));
}

}  // namespace
}  // namespace backplane
