// InsertCopies: where values lie and which copies are added, for EPs that only say where they work.
#include "partition/memory_borders.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace backplane {
namespace {

MemoryInfo DeviceInfo(int id) {
  MemoryInfo info;
  info.name = id == 0 ? "A" : "B";
  info.device_type = OrtMemoryInfoDeviceType_GPU;
  info.device_id = id;
  return info;
}
const MemoryInfo kMemory[] = {DeviceInfo(0), DeviceInfo(1)};

// An EP of device 0 or 1, or (-1) of the host. Its "memory" is the host's under another name.
class FakeEp final : public ExecutionProvider {
 public:
  explicit FakeEp(int device) : device_(device), name_(device < 0 ? "Host" : kMemory[device].name) {
    allocator_.version = 1;
    allocator_.Alloc = [](OrtAllocator*, size_t bytes) { return AllocateAligned(bytes); };
    allocator_.Free = [](OrtAllocator*, void* memory) { FreeAligned(memory); };
    allocator_.Info = [](const OrtAllocator* self) -> const OrtMemoryInfo* {
      return &kMemory[self == zero];
    };
    if (device == 1) zero = &allocator_;
  }

  const std::string& name() const override { return name_; }
  Capability GetCapability(const GraphView&) override { return {}; }
  std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup>) override { return {}; }
  std::unique_ptr<Kernel> CreateKernel(const KernelInfo&) override { return nullptr; }
  const MemoryInfo& default_memory() const override {
    return device_ < 0 ? CpuMemoryInfo() : kMemory[device_];
  }
  OrtAllocator* allocator() override { return &allocator_; }
  const MemoryInfo& InputMemory(const Node& node, size_t i) const override {
    return host_inputs.count({node.name, i}) != 0 ? CpuMemoryInfo() : default_memory();
  }

  std::map<std::pair<std::string, size_t>, bool> host_inputs;  // inputs it wants on the host

 private:
  inline static const OrtAllocator* zero = nullptr;
  int device_;
  std::string name_;
  OrtAllocator allocator_{};
};

struct FakeTransfer : OrtDataTransferImpl {
  FakeTransfer() : OrtDataTransferImpl{} {
    ort_version_supported = ORT_API_VERSION;
    Release = [](OrtDataTransferImpl*) noexcept {};
    CanCopy = [](const OrtDataTransferImpl* self, const OrtMemoryDevice* from,
                 const OrtMemoryDevice* to) noexcept {
      const bool both =
          !FromMemoryDevice(*from).HostAccessible() && !FromMemoryDevice(*to).HostAccessible();
      return !both || static_cast<const FakeTransfer*>(self)->direct;
    };
    CopyTensors = [](OrtDataTransferImpl* self, const OrtValue** from, OrtValue** to,
                     OrtSyncStream**, size_t count) noexcept -> OrtStatus* {
      for (size_t i = 0; i < count; ++i) CopyElements(from[i]->tensor(), to[i]->tensor());
      static_cast<FakeTransfer*>(self)->copied += count;
      return nullptr;
    };
  }
  bool direct = false;
  size_t copied = 0;
};

class MemoryBordersTest : public testing::Test {
 protected:
  MemoryBordersTest() {
    transfers_.Add(std::make_shared<const PluginDataTransfer>(nullptr, "A", &transfer_));
    for (const int device : {0, 1, -1}) eps_.push_back(std::make_shared<FakeEp>(device));
  }

  static TypeInfo Floats() { return TypeInfo::Tensor(DType::kFloat, Shape{4}); }
  // A node of EP `ep` with one output, called as the node.
  Node* Add(Graph& graph, int ep, const std::string& name, std::vector<ValueInfo*> inputs) {
    Node* node = graph.AddNode(name, "Op", "", std::move(inputs), {graph.AddValue(name, Floats())});
    node->ep = ep;
    return node;
  }
  MemoryBorders Insert(Graph& graph) { return InsertCopies(graph, eps_, transfers_, placement_); }
  // "x: Host to A" and so on, those of initializers with "once" behind.
  std::vector<std::string> Copies() const {
    std::vector<std::string> list;
    for (const PlacedCopy& copy : placement_.copies) {
      list.push_back(Format("{}: {} to {}, {}{}", copy.value, copy.from_ep, copy.to_ep, copy.bytes,
                            copy.once ? ", once" : ""));
    }
    return list;
  }
  static std::vector<std::string> Order(const Graph& graph) {
    std::vector<std::string> names;
    for (const Node* node : graph.nodes()) names.push_back(node->name);
    return names;
  }

  static constexpr int kA = 0;
  static constexpr int kB = 1;
  static constexpr int kHost = 2;
  FakeTransfer transfer_;
  DataTransfers transfers_;
  std::vector<std::shared_ptr<ExecutionProvider>> eps_;
  Placement placement_;
  Graph graph_{std::make_shared<ModelInfo>()};
};

using List = std::vector<std::string>;

TEST_F(MemoryBordersTest, NothingWithoutDevices) {
  ValueInfo* x = graph_.AddInput("x", Floats());
  Node* node = Add(graph_, kHost, "y", {x});
  eps_.erase(eps_.begin(), eps_.begin() + 2);
  node->ep = 0;
  EXPECT_TRUE(Insert(graph_).empty());
  EXPECT_EQ(Order(graph_), List{"y"});
}

TEST_F(MemoryBordersTest, OneCopyForAllReaders) {
  ValueInfo* x = graph_.AddInput("x", Floats());
  Node* first = Add(graph_, kA, "first", {x});
  Node* left = Add(graph_, kHost, "left", {first->outputs[0]});
  Node* right = Add(graph_, kHost, "right", {first->outputs[0], left->outputs[0]});
  graph_.AddOutput(right->outputs[0]);
  const MemoryBorders borders = Insert(graph_);
  EXPECT_EQ(Copies(), (List{"x: Host to A, 16", "first: A to Host, 16"}));
  // Staged before the steps; the other right behind its producer.
  EXPECT_EQ(borders.HomeOf(x), 1u);
  EXPECT_EQ(Order(graph_), (List{"first", "Memcpy_first@Cpu", "left", "right"}));
  EXPECT_EQ(left->inputs[0], right->inputs[0]);
  EXPECT_EQ(borders.HomeOf(left->inputs[0]), kHostMemory);
}

TEST_F(MemoryBordersTest, BetweenDevicesThroughTheHostOrDirectly) {
  for (const bool direct : {false, true}) {
    Graph graph(std::make_shared<ModelInfo>());
    placement_.copies.clear();
    transfer_.direct = direct;
    Node* a = Add(graph, kA, "a", {graph.AddInput("x", Floats())});
    Node* b = Add(graph, kB, "b", {a->outputs[0]});
    Node* c = Add(graph, kHost, "c", {a->outputs[0]});
    const MemoryBorders borders = Insert(graph);
    if (direct) {
      EXPECT_EQ(Copies(), (List{"x: Host to A, 16", "a: A to Host, 16", "a: A to B, 16"}));
      EXPECT_EQ(b->inputs[0]->producer->op_type, "MemcpyBetweenDevices");
    } else {
      EXPECT_EQ(Copies(), (List{"x: Host to A, 16", "a: A to Host, 16", "a: Host to B, 16"}));
      EXPECT_EQ(b->inputs[0]->producer->inputs[0], c->inputs[0]);  // the host's copy serves both
    }
    EXPECT_EQ(borders.HomeOf(b->inputs[0]), 2u);
  }
}

TEST_F(MemoryBordersTest, InputsThatReadersDisagreeAboutStayOnTheHost) {
  ValueInfo* x = graph_.AddInput("x", Floats());
  ValueInfo* passed = graph_.AddInput("passed", Floats());
  Add(graph_, kA, "a", {x});
  Add(graph_, kHost, "h", {x});
  Add(graph_, kA, "p", {passed});
  graph_.AddOutput(passed);
  const MemoryBorders borders = Insert(graph_);
  EXPECT_EQ(borders.HomeOf(x), kHostMemory);
  EXPECT_EQ(borders.HomeOf(passed), kHostMemory);
  EXPECT_EQ(Copies(), (List{"x: Host to A, 16", "passed: Host to A, 16"}));
}

TEST_F(MemoryBordersTest, InitializersAreCopiedOnceForEachMemory) {
  ValueInfo* w = graph_.AddInitializer("w", Tensor::Of<float>(std::vector<float>{1, 2, 3, 4}));
  w->type = Floats();
  Node* a = Add(graph_, kA, "a", {w});
  Node* again = Add(graph_, kA, "again", {w, a->outputs[0]});
  Node* b = Add(graph_, kB, "b", {w});
  Node* h = Add(graph_, kHost, "h", {w});
  const MemoryBorders borders = Insert(graph_);
  EXPECT_EQ(Copies(), (List{"w: Host to A, 16, once", "w: Host to B, 16, once"}));
  EXPECT_EQ(transfer_.copied, 2u);
  EXPECT_EQ(a->inputs[0], again->inputs[0]);
  EXPECT_EQ(h->inputs[0], w);
  EXPECT_TRUE(b->inputs[0]->IsConstant());
  EXPECT_EQ(b->inputs[0]->initializer->memory().name, "B");
  EXPECT_EQ(b->inputs[0]->initializer->data<float>()[2], 3);
}

TEST_F(MemoryBordersTest, KernelsThatWantAnInputOnTheHost) {
  ValueInfo* x = graph_.AddInput("x", Floats());
  Node* first = Add(graph_, kA, "first", {x});
  Node* second = Add(graph_, kA, "second", {first->outputs[0], first->outputs[0]});
  static_cast<FakeEp&>(*eps_[0]).host_inputs[{"second", 1}] = true;
  const MemoryBorders borders = Insert(graph_);
  EXPECT_EQ(second->inputs[0], first->outputs[0]);
  EXPECT_EQ(borders.HomeOf(second->inputs[1]), kHostMemory);
  EXPECT_EQ(Copies().size(), 2u);
}

// Readers in a subgraph are served outside of it, where the value is made.
TEST_F(MemoryBordersTest, CapturesAreCopiedWhereTheyAreMade) {
  ValueInfo* x = graph_.AddInput("x", Floats());
  Node* outer = Add(graph_, kA, "outer", {x});
  auto body = std::make_shared<Graph>(graph_.model());
  Node* on_a = Add(*body, kA, "on_a", {outer->outputs[0]});
  Node* on_host = Add(*body, kHost, "on_host", {outer->outputs[0], on_a->outputs[0]});
  body->AddOutput(on_host->outputs[0]);
  OrtOpAttr branch;
  branch.name = "then_branch";
  branch.value = body;
  Node* control = graph_.AddNode("if", "If", "", {}, {graph_.AddValue("y", Floats())}, {branch});
  control->ep = kHost;
  const MemoryBorders borders = Insert(graph_);
  EXPECT_EQ(on_a->inputs[0], outer->outputs[0]);
  EXPECT_EQ(on_host->inputs[0]->graph, &graph_);
  EXPECT_EQ(on_host->inputs[0]->producer->inputs[0], outer->outputs[0]);
  EXPECT_EQ(on_host->inputs[1]->graph, body.get());
  EXPECT_EQ(control->implicit_inputs,
            (std::vector<ValueInfo*>{outer->outputs[0], on_host->inputs[0]}));
  EXPECT_EQ(Order(graph_), (List{"outer", "Memcpy_outer@Cpu", "if"}));
  EXPECT_EQ(Copies().size(), 3u);
}

TEST_F(MemoryBordersTest, StringsStayOnTheHost) {
  const TypeInfo strings = TypeInfo::Tensor(DType::kString, Shape{2});
  ValueInfo* x = graph_.AddInput("x", strings);
  Add(graph_, kA, "a", {x});
  const MemoryBorders borders = Insert(graph_);
  EXPECT_EQ(borders.HomeOf(x), kHostMemory);
  EXPECT_EQ(Copies(), List());
}

TEST_F(MemoryBordersTest, NamesWhatCannotBeCopied) {
  const DataTransfers none;
  Add(graph_, kA, "a", {graph_.AddInput("x", Floats())});
  try {
    InsertCopies(graph_, eps_, none, placement_);
    FAIL() << "nobody can copy";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ORT_NOT_IMPLEMENTED);
    for (const char* word : {"no data transfer", "'x'", "'A'", "Host"})
      EXPECT_NE(error.message().find(word), std::string::npos) << error.message();
  }
}

}  // namespace
}  // namespace backplane
