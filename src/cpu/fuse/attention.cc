// Multi-head attention as exporters write it: Q, K and V are split into heads by Reshape and
// Transpose, multiplied, scaled, masked, normalised, and the heads are put together again. It
// becomes the private Attention, which reads and writes the heads where they lie.
#include "cpu/fuse/fuse.h"
#include "cpu/kernel_registry.h"

namespace backplane::cpu {
namespace {

bool SameDim(const Dim& a, const Dim& b) {
  return a.known() ? a.value == b.value : !b.known() && !a.symbol.empty() && a.symbol == b.symbol;
}

// [B, S, heads * size] behind a value [B, heads, S, size] or, transposed, [B, heads, size, S].
struct Heads {
  ValueInfo* source = nullptr;
  int64_t count = 0;
  int64_t size = 0;
};

// Whether `reshape` only splits (or joins) the last axis: [B, S, N * D] to [B, S, N, D].
bool SplitsLastAxis(const ValueInfo* whole, const ValueInfo* split, const Node* reshape,
                    Heads& heads) {
  const auto& w = whole->type.tensor.shape;
  const auto& s = split->type.tensor.shape;
  if (!w || !s || w->size() != 3 || s->size() != 4 || !(*s)[2].known() || !(*s)[3].known())
    return false;
  heads.count = (*s)[2].value;
  heads.size = (*s)[3].value;
  if (heads.count < 1 || heads.size < 1) return false;
  int64_t joined = 0;
  if (__builtin_mul_overflow(heads.count, heads.size, &joined) || (*w)[2] != Dim(joined))
    return false;
  if (SameDim((*w)[0], (*s)[0]) || SameDim((*w)[1], (*s)[1])) return true;
  const auto target = ConstantInts(reshape, 1, "shape");  // 0 keeps the axis
  return target && target->size() >= 2 && reshape->Int("allowzero", 0) == 0 &&
         ((*target)[0] == 0 || (*target)[1] == 0);
}

std::optional<Heads> SplitHeads(const Node* user, size_t input, const std::vector<int64_t>& perm,
                                const FusePass& pass) {
  const Node* transpose = pass.Only(user, input, "Transpose");
  if (transpose == nullptr || transpose->Ints("perm") != perm) return std::nullopt;
  const Node* reshape = ProducerIs(transpose, 0, "Reshape");
  if (reshape == nullptr || !pass.Owns(reshape)) return std::nullopt;
  Heads heads;
  heads.source = reshape->inputs[0];
  if (!SplitsLastAxis(heads.source, reshape->outputs[0], reshape, heads)) return std::nullopt;
  return heads;
}

const std::vector<int64_t> kSwapHeads = {0, 2, 1, 3};

// K arrives transposed: in one step or in two.
std::optional<Heads> SplitTransposedHeads(const Node* user, size_t input, const FusePass& pass) {
  if (auto heads = SplitHeads(user, input, {0, 2, 3, 1}, pass)) return heads;
  const Node* last = pass.Only(user, input, "Transpose");
  if (last == nullptr || last->Ints("perm") != std::vector<int64_t>{0, 1, 3, 2})
    return std::nullopt;
  return SplitHeads(last, 0, kSwapHeads, pass);
}

// Steps over a Mul or Div by a constant: the node that makes input `input` of `node` before it.
const Node* Unscaled(const Node* node, size_t& input, double& scale, const FusePass& pass) {
  for (const char* type : {"Mul", "Div"}) {
    const Node* scaling = pass.Only(node, input, type);
    if (scaling == nullptr) continue;
    const bool is_mul = scaling->op_type == "Mul";
    for (size_t i = is_mul ? 0 : 1; i < 2; ++i) {
      const auto constant = ConstantScalar(scaling->Input(i));
      const auto rank = RankOf(scaling->Input(i));
      if (!constant || *constant == 0 || !rank || *rank > 4) continue;
      scale *= is_mul ? *constant : 1 / *constant;
      input = 1 - i;
      return scaling;
    }
  }
  return node;
}

struct Scores {
  Heads q, k;
  double scale = 1.0;
  ValueInfo* mask = nullptr;
};

// scale * Q K^T, at input `input` of `user`.
bool MatchProduct(const Node* user, size_t input, Scores& scores, const FusePass& pass) {
  const Node* scaled = Unscaled(user, input, scores.scale, pass);
  const Node* product = pass.Only(scaled, input, "MatMul");
  if (product == nullptr) return false;
  size_t at = 0;
  const Node* q_user = Unscaled(product, at, scores.scale, pass);
  const auto q = SplitHeads(q_user, at, kSwapHeads, pass);
  at = 1;
  const Node* k_user = Unscaled(product, at, scores.scale, pass);
  const auto k = SplitTransposedHeads(k_user, at, pass);
  if (!q || !k || q->count != k->count || q->size != k->size) return false;
  scores.q = *q;
  scores.k = *k;
  return true;
}

bool MatchScores(const Node* softmax, Scores& scores, const FusePass& pass) {
  if (MatchProduct(softmax, 0, scores, pass)) return true;
  const Node* add = pass.Only(softmax, 0, "Add");
  if (add == nullptr) return false;
  for (size_t i = 0; i < 2; ++i) {
    Scores found;
    ValueInfo* mask = add->inputs[1 - i];
    if (!SameShape(add->inputs[i], add->outputs[0]) || RankOf(mask).value_or(5) > 4) continue;
    if (DTypeOfValue(mask) != DType::kFloat || !MatchProduct(add, i, found, pass)) continue;
    scores = found;
    scores.mask = mask;
    return true;
  }
  return false;
}

bool NormalisesLastAxis(const Node* softmax) {
  const int64_t axis = softmax->Int("axis", softmax->since_version >= 13 ? -1 : 1);
  return axis == -1 || axis == 3;
}

}  // namespace

bool FuseAttention(Node* node, FusePass& pass) {
  if (!node->Is("Reshape") || DTypeOfValue(node->outputs[0]) != DType::kFloat) return false;
  const Node* transpose = pass.Only(node, 0, "Transpose");
  if (transpose == nullptr || transpose->Ints("perm") != kSwapHeads) return false;
  const Node* product = pass.Only(transpose, 0, "MatMul");
  const Node* softmax = product == nullptr ? nullptr : pass.Only(product, 0, "Softmax");
  if (softmax == nullptr || !NormalisesLastAxis(softmax)) return false;
  const auto v = SplitHeads(product, 1, kSwapHeads, pass);
  Scores scores;
  Heads joined;
  if (!v || !MatchScores(softmax, scores, pass) || v->count != scores.q.count) return false;
  if (!SplitsLastAxis(node->outputs[0], transpose->outputs[0], node, joined)) return false;
  if (joined.count != v->count || joined.size != v->size) return false;
  std::vector<ValueInfo*> inputs = {scores.q.source, scores.k.source, v->source};
  if (scores.mask != nullptr) inputs.push_back(scores.mask);
  pass.edit.Morph(node, "Attention", kPrivateDomain, 1, std::move(inputs),
                  {{"num_heads", v->count, {}}, {"scale", static_cast<float>(scores.scale), {}}});
  return true;
}

}  // namespace backplane::cpu
