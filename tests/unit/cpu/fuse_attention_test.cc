// Attention: the pattern, and the kernel against plain loops.
#include <cmath>

#include "cpu/fuse/fuse.h"
#include "cpu/kernel_registry.h"
#include "unit/cpu/op_tester.h"
#include "unit/optimize/test_graph.h"

namespace backplane::cpu {
namespace {

using testing::Attr;
using testing::Dims;
using testing::IntsAttr;
using testing::TestGraph;

ValueInfo* Split(TestGraph& g, ValueInfo* x, const std::vector<int64_t>& perm, SymbolicShape out) {
  ValueInfo* split = g.Op("Reshape", {x, g.Ints({2, 5, 4, 8})}, Dims({2, 5, 4, 8}));
  return g.Op("Transpose", {split}, std::move(out), {IntsAttr("perm", perm)});
}

// `mask_shape` empty: no mask. `score_perm` swaps the heads of the result back.
void Build(TestGraph& g, const std::vector<int64_t>& mask_shape) {
  ValueInfo* q = Split(g, g.Input("q", {2, 5, 32}), {0, 2, 1, 3}, Dims({2, 4, 5, 8}));
  ValueInfo* k = Split(g, g.Input("k", {2, 5, 32}), {0, 2, 3, 1}, Dims({2, 4, 8, 5}));
  ValueInfo* v = Split(g, g.Input("v", {2, 5, 32}), {0, 2, 1, 3}, Dims({2, 4, 5, 8}));
  ValueInfo* s = g.Op("MatMul", {q, k}, Dims({2, 4, 5, 5}));
  s = g.Op("Div", {s, g.Scalar(4)}, Dims({2, 4, 5, 5}));
  if (!mask_shape.empty()) {
    s = g.Op("Add", {g.Input("m", Dims(mask_shape)), s}, Dims({2, 4, 5, 5}));
  }
  s = g.Op("Softmax", {s}, Dims({2, 4, 5, 5}), {Attr("axis", int64_t{-1})});
  ValueInfo* y = g.Op("MatMul", {s, v}, Dims({2, 4, 5, 8}));
  y = g.Op("Transpose", {y}, Dims({2, 5, 4, 8}), {IntsAttr("perm", {0, 2, 1, 3})});
  g.Output(g.Op("Reshape", {y, g.Ints({2, 5, 32})}, Dims({2, 5, 32})));
  for (Node* node : g->nodes()) node->ep = 0;
}

TEST(FuseAttentionTest, ThePatternBecomesOneNode) {
  for (const std::vector<int64_t>& mask : {std::vector<int64_t>{}, {2, 1, 1, 5}, {5, 5}}) {
    TestGraph g;
    Build(g, mask);
    FuseForCpu(g.graph(), 0);
    EXPECT_EQ(g.Ops(), "Attention");
    EXPECT_EQ(g.Find("Attention")->inputs.size(), mask.empty() ? 3u : 4u);
    EXPECT_EQ(g.Find("Attention")->Float("scale", 0), 0.25f);
    EXPECT_EQ(g.Find("Attention")->Int("num_heads", 0), 4);
  }
}

TEST(FuseAttentionTest, ScoresThatOthersReadStay) {
  TestGraph g;
  Build(g, {});
  g.Output(g.Find("Softmax")->outputs[0]);
  FuseForCpu(g.graph(), 0);
  EXPECT_EQ(g.Find("Attention"), nullptr);
}

std::vector<float> Waves(int64_t n, float step) {
  std::vector<float> values;
  for (int64_t i = 0; i < n; ++i) values.push_back(std::sin(step * static_cast<float>(i)));
  return values;
}

struct Case {
  Shape mask;  ///< rank 0: none
  int64_t length;
  int64_t context;
};

TEST(AttentionKernelTest, AgreesWithTheDefinition) {
  const int64_t batch = 2, heads = 3, size = 8, value_size = 5;
  const Case cases[] = {{{}, 4, 4},
                        {{2, 1, 1, 7}, 4, 7},
                        {{4, 7}, 4, 7},
                        {{1, 3, 1, 1}, 1, 9},
                        {{2, 3, 33, 17}, 33, 17}};
  for (const Case& c : cases) {
    const std::vector<float> q = Waves(batch * c.length * heads * size, 0.7f);
    const std::vector<float> k = Waves(batch * c.context * heads * size, 0.3f);
    const std::vector<float> v = Waves(batch * c.context * heads * value_size, 0.9f);
    const std::vector<float> m = Waves(c.mask.ElementCount(), 1.3f);
    int64_t strides[4] = {0, 0, 0, 0};
    for (size_t i = 0, stride = 1; i < c.mask.rank(); ++i) {
      const int64_t dim = c.mask[c.mask.rank() - 1 - i];
      strides[3 - i] = dim == 1 ? 0 : static_cast<int64_t>(stride);
      stride *= static_cast<size_t>(dim);
    }
    std::vector<float> y(batch * c.length * heads * value_size);
    for (int64_t b = 0; b < batch; ++b) {
      for (int64_t h = 0; h < heads; ++h) {
        for (int64_t i = 0; i < c.length; ++i) {
          std::vector<double> e(c.context);
          double sum = 0;
          for (int64_t j = 0; j < c.context; ++j) {
            double dot = 0;
            for (int64_t d = 0; d < size; ++d) {
              dot += q[((b * c.length + i) * heads + h) * size + d] *
                     k[((b * c.context + j) * heads + h) * size + d];
            }
            dot *= 0.5;
            if (c.mask.rank() > 0)
              dot += m[b * strides[0] + h * strides[1] + i * strides[2] + j * strides[3]];
            sum += e[j] = std::exp(dot);
          }
          for (int64_t d = 0; d < value_size; ++d) {
            double total = 0;
            for (int64_t j = 0; j < c.context; ++j)
              total += e[j] / sum * v[((b * c.context + j) * heads + h) * value_size + d];
            y[((b * c.length + i) * heads + h) * value_size + d] = static_cast<float>(total);
          }
        }
      }
    }
    OpTester tester("Attention", 1, kPrivateDomain);
    tester.In<float>({batch, c.length, heads * size}, q)
        .In<float>({batch, c.context, heads * size}, k)
        .In<float>({batch, c.context, heads * value_size}, v);
    if (c.mask.rank() > 0) tester.In<float>(c.mask, m);
    tester.Attr("num_heads", static_cast<int>(heads))
        .Attr("scale", 0.5f)
        .Tolerance(1e-5, 1e-5)
        .Out<float>({batch, c.length, heads * value_size}, y)
        .Check();
  }
}

TEST(AttentionKernelTest, ShapesThatDoNotFitAreErrors) {
  const std::vector<float> x(24, 0.0f);
  OpTester("Attention", 1, kPrivateDomain)
      .In<float>({1, 4, 6}, x)
      .In<float>({1, 3, 8}, x)
      .In<float>({1, 3, 8}, x)
      .Attr("num_heads", 2)
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "do not fit together");
  OpTester("Attention", 1, kPrivateDomain)
      .In<float>({1, 4, 6}, x)
      .In<float>({1, 4, 6}, x)
      .In<float>({1, 4, 6}, x)
      .In<float>({2, 1, 3, 4}, x)
      .Attr("num_heads", 2)
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "mask");
}

}  // namespace
}  // namespace backplane::cpu
