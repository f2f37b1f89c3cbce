// A private Conv or Gemm (or ChannelAffine or ConvTranspose, the activation only) takes in what is
// done to its result: a bias, a residual, an activation. The fused node stands where the last of
// them stood, so everything it reads is computed by then.
#include <algorithm>
#include <limits>

#include "cpu/fuse/fuse.h"
#include "cpu/kernel_registry.h"

namespace backplane::cpu {
namespace {

constexpr size_t kBias = 2;
constexpr size_t kResidual = 3;

bool IsProduct(const Node* node) {
  return node->Is("Conv", kPrivateDomain) || node->Is("Gemm", kPrivateDomain);
}

bool TakesActivation(const Node* node) {
  return IsProduct(node) || node->Is("ChannelAffine", kPrivateDomain) ||
         node->Is("ConvTranspose", kPrivateDomain);
}

bool HasActivation(const Node* node) { return !node->Text("activation", "").empty(); }

// The private product that alone feeds input `i` of `node` and is not finished by an
// activation.
Node* Producer(const Node* node, size_t i, const FusePass& pass) {
  Node* producer = node->Input(i) == nullptr ? nullptr : node->inputs[i]->producer;
  if (!pass.Owns(producer) || !TakesActivation(producer) || OnlyConsumer(node->inputs[i]) != node)
    return nullptr;
  return HasActivation(producer) ? nullptr : producer;
}

// `node` becomes `producer` with other inputs and attributes.
void Absorb(Node* node, Node* producer, std::vector<ValueInfo*> inputs,
            std::vector<Attribute> attributes, FusePass& pass) {
  node->name = producer->name;
  pass.edit.Morph(node, producer->op_type, producer->domain, producer->since_version,
                  std::move(inputs), std::move(attributes));
}

struct Fused {
  const char* name;
  std::vector<float> params;
};

// A bound of Clip: attribute before operator set 11, constant input since.
std::optional<float> ClipBound(const Node* clip, size_t input, const char* attribute,
                               float unbounded) {
  if (clip->Has(attribute)) return clip->Float(attribute, unbounded);
  if (clip->Input(input) == nullptr) return unbounded;
  const auto scalar = ConstantScalar(clip->inputs[input]);
  return scalar ? std::optional<float>(static_cast<float>(*scalar)) : std::nullopt;
}

std::optional<Fused> ActivationOfNode(const Node* node) {
  if (!node->domain.empty()) return std::nullopt;
  const std::string& type = node->op_type;
  if (type == "Relu") return Fused{"Relu", {}};
  if (type == "Sigmoid") return Fused{"Sigmoid", {}};
  if (type == "Tanh") return Fused{"Tanh", {}};
  if (type == "HardSwish") return Fused{"HardSwish", {}};
  if (type == "Swish" && node->Float("alpha", 1.0f) == 1.0f) return Fused{"Silu", {}};
  if (type == "LeakyRelu") return Fused{"LeakyRelu", {node->Float("alpha", 0.01f)}};
  if (type == "HardSigmoid")
    return Fused{"HardSigmoid", {node->Float("alpha", 0.2f), node->Float("beta", 0.5f)}};
  if (type == "Gelu" && node->Text("approximate", "none") == "none") return Fused{"Gelu", {}};
  if (type == "Clip") {
    const auto low = ClipBound(node, 1, "min", std::numeric_limits<float>::lowest());
    const auto high = ClipBound(node, 2, "max", std::numeric_limits<float>::max());
    if (low && high) return Fused{"Clip", {*low, *high}};
  }
  return std::nullopt;
}

bool FuseFollowingActivation(Node* node, FusePass& pass) {
  Node* producer = Producer(node, 0, pass);
  if (producer == nullptr) return false;
  auto activation = ActivationOfNode(node);
  if (!activation) return false;
  std::vector<Attribute> attributes = producer->attributes;
  std::erase_if(attributes, [](const Attribute& a) {
    return a.name == "activation" || a.name == "activation_params";
  });
  attributes.push_back({"activation", std::string(activation->name), {}});
  if (!activation->params.empty())
    attributes.push_back({"activation_params", std::move(activation->params), {}});
  Absorb(node, producer, producer->inputs, std::move(attributes), pass);
  return true;
}

// Output channels of a private Conv or Gemm: the length of its last axis.
int64_t ChannelsOf(const Node* producer) {
  const Tensor* weights = producer->ConstantInput(1);
  if (weights == nullptr) return -1;
  const Shape& shape = weights->shape();
  const bool columns = producer->op_type == "Gemm" && producer->Int("transB", 0) == 0;
  return shape[columns ? 1 : 0];
}

// A constant that broadcasts along all but the last axis, as a vector of `channels`; null if it is
// something else.
ValueInfo* AsBias(ValueInfo* value, int64_t channels, FusePass& pass) {
  const Tensor& tensor = *value->initializer;
  const int64_t count = tensor.ElementCount();
  if (tensor.dtype() != DType::kFloat ||
      (count != 1 && (tensor.shape().empty() || tensor.shape().back() != channels))) {
    return nullptr;
  }
  if (count == channels && tensor.shape().rank() == 1) return value;
  const Shape shape{channels};
  if (count == channels) return pass.edit.Constant(value->name, tensor.Reshaped(shape));
  if (count != 1) return nullptr;
  return pass.edit.Constant(
      value->name,
      FloatTensor(DType::kFloat, shape, std::vector<double>(channels, tensor.data<float>()[0])));
}

bool FuseBias(Node* node, size_t side, FusePass& pass) {
  Node* producer = Producer(node, side, pass);
  ValueInfo* constant = node->inputs[1 - side];
  if (producer == nullptr || !IsProduct(producer) || producer->Input(kBias) != nullptr ||
      producer->Input(kResidual) != nullptr)
    return false;
  if (!constant->IsConstant()) return false;
  const auto rank = RankOf(node->inputs[side]);
  if (!rank || constant->initializer->shape().rank() > *rank) return false;
  const int64_t channels = ChannelsOf(producer);
  ValueInfo* bias = channels < 1 ? nullptr : AsBias(constant, channels, pass);
  if (bias == nullptr) return false;
  std::vector<Attribute> attributes = producer->attributes;
  std::erase_if(attributes, [](const Attribute& a) { return a.name == "beta"; });
  Absorb(node, producer, {producer->inputs[0], producer->inputs[1], bias}, std::move(attributes),
         pass);
  return true;
}

bool FuseResidual(Node* node, size_t side, FusePass& pass) {
  Node* producer = Producer(node, side, pass);
  ValueInfo* residual = node->inputs[1 - side];
  if (producer == nullptr || !IsProduct(producer) || producer->Input(kResidual) != nullptr ||
      producer->Float("beta", 1.0f) != 1.0f)
    return false;
  if (residual->IsConstant() || DTypeOfValue(residual) != DType::kFloat) return false;
  if (!SameShape(residual, node->inputs[side])) return false;
  std::vector<ValueInfo*> inputs = producer->inputs;
  inputs.resize(kResidual + 1, nullptr);
  inputs[kResidual] = residual;
  Absorb(node, producer, std::move(inputs), producer->attributes, pass);
  return true;
}

bool FuseSum(Node* node, FusePass& pass) {
  if (node->inputs.size() != 2 || node->inputs[0] == nullptr || node->inputs[1] == nullptr)
    return false;
  for (size_t side = 0; side < 2; ++side) {
    if (FuseBias(node, side, pass)) return true;
  }
  // Of two products the later one is fused: the other one's result is there by then anyway. Nodes
  // get their numbers in the model's order, which is what breaks the tie here.
  const Node* first = Producer(node, 0, pass);
  const Node* second = Producer(node, 1, pass);
  const size_t later =
      first != nullptr && (second == nullptr || first->index > second->index) ? 0 : 1;
  return FuseResidual(node, later, pass) || FuseResidual(node, 1 - later, pass);
}

}  // namespace

bool FuseEpilogue(Node* node, FusePass& pass) {
  if (!node->domain.empty() || node->inputs.empty() || node->outputs.size() != 1) return false;
  if (node->op_type == "Add" || node->op_type == "Sum") return FuseSum(node, pass);
  return FuseFollowingActivation(node, pass);
}

}  // namespace backplane::cpu
