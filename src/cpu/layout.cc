// Layout choice inside the CPU EP: convolutions and pools take their private channels-last forms;
// so do normalisations over the channel axis.
#include "cpu/layout.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/checked_math.h"
#include "cpu/fuse/fuse.h"
#include "cpu/kernel_registry.h"
#include "layout/layout.h"

namespace backplane::cpu {
namespace {

using layout::Twin;
using layout::Twins;

void MakePrivate(Node* node) {
  node->domain = kPrivateDomain;
  node->since_version = 1;
}

// The window of a convolution or pool: attributes with their defaults filled in.
struct Window {
  std::vector<int64_t> kernel, strides, dilations, pads;
};

std::vector<int64_t> IntsOr(const Node* node, const char* name, size_t count, int64_t fallback) {
  std::vector<int64_t> values = node->Ints(name);
  if (values.empty()) values.assign(count, fallback);
  return values;
}

// SAME_UPPER and SAME_LOWER for known sizes; false if a size is unknown.
bool ResolveSame(const ValueInfo* x, bool upper, Window& window) {
  const auto& shape = x->type.tensor.shape;
  const size_t spatial = window.kernel.size();
  if (!shape.has_value() || shape->size() != spatial + 2) return false;
  for (size_t i = 0; i < spatial; ++i) {
    const Dim& dim = (*shape)[i + 2];
    if (!dim.known()) return false;
    const int64_t out = CeilDiv(dim.value, window.strides[i]);
    const int64_t extent =
        CheckedAdd(CheckedMul(window.kernel[i] - 1, window.dilations[i]), int64_t{1});
    const int64_t total = std::max<int64_t>(
        CheckedAdd(CheckedMul(out - 1, window.strides[i]), extent) - dim.value, 0);
    const int64_t half = total / 2;
    window.pads[i] = upper ? half : total - half;
    window.pads[i + spatial] = upper ? total - half : half;
  }
  return true;
}

// Makes the window's attributes explicit; false where they do not fit the operator (its kernel
// reports it).
bool SpellOut(Node* node, std::vector<int64_t> kernel) {
  const size_t spatial = kernel.size();
  Window window{std::move(kernel), IntsOr(node, "strides", spatial, 1),
                IntsOr(node, "dilations", spatial, 1), IntsOr(node, "pads", 2 * spatial, 0)};
  if (window.strides.size() != spatial || window.dilations.size() != spatial ||
      window.pads.size() != 2 * spatial)
    return false;
  const auto positive = [](int64_t v) { return v > 0; };
  for (const auto* list : {&window.kernel, &window.strides, &window.dilations}) {
    if (!std::all_of(list->begin(), list->end(), positive)) return false;
  }
  const std::string auto_pad = node->Text("auto_pad", "NOTSET");
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  bool resolved = true;
  if (auto_pad == "VALID") window.pads.assign(2 * spatial, 0);
  if (same) resolved = ResolveSame(node->inputs[0], auto_pad == "SAME_UPPER", window);
  if (resolved) {
    node->RemoveAttribute("auto_pad");
    node->SetAttribute("pads", window.pads);
  }
  node->SetAttribute("kernel_shape", window.kernel);
  node->SetAttribute("strides", window.strides);
  node->SetAttribute("dilations", window.dilations);
  return true;
}

bool IsFloat(const ValueInfo* value) { return DTypeOfValue(value) == DType::kFloat; }

// The twin of a float input [N, C, S...] that goes channels-last already.
std::optional<Twin> ImageTwin(const Node* node, const Twins& twins) {
  const Twin* twin = twins.Find(node->Input(0));
  const auto rank = RankOf(node->Input(0));
  if (twin == nullptr || !rank || *rank != twin->spatial + 2 || !IsFloat(node->inputs[0]))
    return std::nullopt;
  return *twin;
}

// The constant weights of a (transposed) convolution that has a channels-last kernel; null for any
// other.
const Tensor* ConvertibleWeights(Node* node) {
  const Tensor* weights = node->ConstantInput(1);
  if (weights == nullptr || weights->dtype() != DType::kFloat || !IsFloat(node->Input(0)))
    return nullptr;
  const size_t rank = weights->shape().rank();
  if (rank < 3 || rank > 5 || (RankOf(node->inputs[0]).value_or(rank) != rank)) return nullptr;
  if (node->Input(2) != nullptr && !IsFloat(node->inputs[2])) return nullptr;
  return weights->ElementCount() == 0 ? nullptr : weights;
}

// Takes the image of the (transposed) convolution `node` and gives its output channels-last.
void MoveConvolution(Node* node, size_t spatial, Twins& twins) {
  MakePrivate(node);
  twins.edit().SetInput(node, 0, twins.Get(node->inputs[0], spatial, node));
  twins.MoveOutput(node, 0, spatial);
}

bool ConvertConv(Node* node, Twins& twins) {
  const Tensor* weights = ConvertibleWeights(node);
  if (weights == nullptr) return false;
  std::vector<int64_t> kernel(weights->shape().begin() + 2, weights->shape().end());
  if (node->Has("kernel_shape") && node->Ints("kernel_shape") != kernel) return false;
  const size_t spatial = kernel.size();
  if (!SpellOut(node, std::move(kernel))) return false;
  MoveConvolution(node, spatial, twins);
  return true;
}

// Its window stays as the attributes say it: the kernel resolves it.
bool ConvertConvTranspose(Node* node, Twins& twins) {
  const Tensor* weights = ConvertibleWeights(node);
  if (weights == nullptr) return false;
  MoveConvolution(node, weights->shape().rank() - 2, twins);
  return true;
}

bool ConvertPool(Node* node, Twins& twins) {
  const std::optional<Twin> source = ImageTwin(node, twins);
  if (!source) return false;
  if (node->outputs.size() > 1 &&
      node->outputs[1] != nullptr) {  // MaxPool's indices count in the original layout
    if (node->outputs[1]->HasUses()) return false;
    twins.edit().graph().SetOutput(node, 1, nullptr);
  }
  const bool global = node->op_type.starts_with("Global");
  if (!global) {
    const std::vector<int64_t> kernel = node->Ints("kernel_shape");
    if (kernel.size() != source->spatial || !SpellOut(node, kernel)) return false;
  }
  MakePrivate(node);
  node->outputs.resize(1);
  twins.edit().SetInput(node, 0, source->value);
  twins.MoveOutput(node, 0, source->spatial);
  return true;
}

// At inference: one scale and one shift for each channel, which is the last axis of the twin.
bool ConvertBatchNormalization(Node* node, Twins& twins) {
  const std::optional<Twin> source = ImageTwin(node, twins);
  if (!source) return false;
  if (node->Int("training_mode", 0) != 0 || node->Int("spatial", 1) == 0) return false;
  for (size_t i = 1; i < node->outputs.size(); ++i) {
    if (node->outputs[i] != nullptr && node->outputs[i]->HasUses()) return false;
  }
  const Tensor* parameters[4];
  for (size_t i = 0; i < 4; ++i) {
    parameters[i] = node->ConstantInput(i + 1);
    if (parameters[i] == nullptr || parameters[i]->dtype() != DType::kFloat) return false;
    if (parameters[i]->shape().rank() != 1 || parameters[i]->shape() != parameters[0]->shape())
      return false;
  }
  const auto channels = static_cast<size_t>(parameters[0]->ElementCount());
  const double epsilon = node->Float("epsilon", 1e-5f);
  std::vector<double> scale(channels), shift(channels);
  for (size_t c = 0; c < channels; ++c) {
    scale[c] =
        parameters[0]->data<float>()[c] / std::sqrt(parameters[3]->data<float>()[c] + epsilon);
    shift[c] = parameters[1]->data<float>()[c] - scale[c] * parameters[2]->data<float>()[c];
  }
  const Shape shape{static_cast<int64_t>(channels)};
  ValueInfo* scale_value =
      twins.edit().Constant(node->inputs[1]->name, FloatTensor(DType::kFloat, shape, scale));
  ValueInfo* shift_value =
      twins.edit().Constant(node->inputs[2]->name, FloatTensor(DType::kFloat, shape, shift));
  node->outputs.resize(1);
  twins.edit().Morph(node, "ChannelAffine", kPrivateDomain, 1,
                     {source->value, scale_value, shift_value}, {});
  twins.MoveOutput(node, 0, source->spatial);
  return true;
}

bool ConvertLrn(Node* node, Twins& twins) {
  const std::optional<Twin> source = ImageTwin(node, twins);
  if (!source) return false;
  if (node->Int("size", 0) < 1) return false;
  MakePrivate(node);
  twins.edit().SetInput(node, 0, source->value);
  twins.MoveOutput(node, 0, source->spatial);
  return true;
}

layout::Handler FormOf(const Node& node) {
  if (!node.domain.empty()) return nullptr;
  const std::string& type = node.op_type;
  if (type == "Conv") return &ConvertConv;
  if (type == "ConvTranspose") return &ConvertConvTranspose;
  if (type == "MaxPool" || type == "AveragePool" || type == "GlobalAveragePool" ||
      type == "GlobalMaxPool")
    return &ConvertPool;
  if (type == "BatchNormalization") return &ConvertBatchNormalization;
  if (type == "LRN") return &ConvertLrn;
  return nullptr;
}

bool HasConvolution(const Graph& graph, int ep_index) {
  for (const Node* node : graph.nodes()) {
    if (node->ep != ep_index) continue;
    const layout::Handler form = FormOf(*node);
    if (form == &ConvertConv || form == &ConvertConvTranspose) return true;
  }
  return false;
}

}  // namespace

void ChooseLayout(Graph& graph, int ep_index) {
  if (!HasConvolution(graph, ep_index)) return;
  layout::MoveChannelsLast(graph, ep_index, FormOf);
  FuseEpilogues(graph, ep_index);
}

}  // namespace backplane::cpu
