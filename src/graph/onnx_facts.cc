// GraphFacts and NodeAttributes: values, constants and attributes of a Graph as the ONNX library
// wants them.
#include "base/error.h"
#include "graph/onnx_convert.h"
#include "graph/onnx_export.h"
#include "graph/onnx_infer.h"

namespace backplane {

using google::protobuf::Arena;

namespace {

// Constants that steer shapes (axes, sizes, pads, repeats) are small; weights are never looked
// into.
constexpr size_t kMaxConstantBytes = size_t{1} << 20;

onnx::TensorShapeProto* UnknownElements(int64_t count, Arena& arena) {
  auto* data = Arena::CreateMessage<onnx::TensorShapeProto>(&arena);
  for (int64_t i = 0; i < count; ++i) data->add_dim();
  return data;
}

// The elements of a constant integer scalar or vector.
onnx::TensorShapeProto* ElementsOf(const Tensor& tensor, Arena& arena) {
  if (tensor.shape().rank() > 1 || tensor.ElementCount() > kMaxTrackedElements ||
      !types::kIndices.Has(tensor.dtype())) {
    return nullptr;
  }
  auto* data = Arena::CreateMessage<onnx::TensorShapeProto>(&arena);
  for (const int64_t element : ToInt64s(tensor)) data->add_dim()->set_dim_value(element);
  return data;
}

bool FullyKnown(const onnx::TensorShapeProto& data) {
  for (const auto& dim : data.dim()) {
    if (!dim.has_dim_value()) return false;
  }
  return true;
}

}  // namespace

GraphFacts::GraphFacts(Graph& graph, GraphFacts* outer, Arena& arena)
    : graph_(graph), outer_(outer), arena_(arena), facts_(graph.value_index_bound()) {}

GraphFacts& GraphFacts::Home(const ValueInfo& value) {
  GraphFacts* facts = this;
  while (value.graph != &facts->graph_) {
    Require(facts->outer_ != nullptr, ORT_INVALID_GRAPH, "value '{}' is used outside of its graph",
            value.name);
    facts = facts->outer_;
  }
  return *facts;
}

const onnx::TypeProto* GraphFacts::Type(const ValueInfo& value) {
  if (!value.type.known()) return nullptr;
  onnx::TypeProto*& type = Home(value).FactsOf(value).type;
  if (type == nullptr) {
    type = Arena::CreateMessage<onnx::TypeProto>(&arena_);
    TypeToProto(value.type, *type);
  }
  return type;
}

void GraphFacts::Refresh(const ValueInfo& value) { Home(value).FactsOf(value).type = nullptr; }

const onnx::TensorProto* GraphFacts::Constant(const ValueInfo& value) {
  Facts& facts = Home(value).FactsOf(value);
  if (facts.constant != nullptr) return facts.constant;
  if (value.IsConstant()) {
    const Tensor& tensor = *value.initializer;
    if (!tensor.memory().HostAccessible() || tensor.Bytes() > kMaxConstantBytes) return nullptr;
    facts.constant = Arena::CreateMessage<onnx::TensorProto>(&arena_);
    TensorToProto(tensor, *facts.constant);
    return facts.constant;
  }
  // A shape value of which every element was found serves as well.
  const auto& type = value.type;
  if (facts.data == nullptr || !type.IsTensor() || !type.tensor.shape ||
      !types::kIndices.Has(type.tensor.dtype)) {
    return nullptr;
  }
  const std::vector<Dim>& dims = *type.tensor.shape;
  const bool is_scalar = dims.empty() && facts.data->dim_size() == 1;
  const bool is_vector = dims.size() == 1 && dims[0].value == facts.data->dim_size();
  if (!(is_scalar || is_vector) || !FullyKnown(*facts.data)) return nullptr;
  facts.constant = Arena::CreateMessage<onnx::TensorProto>(&arena_);
  facts.constant->set_data_type(static_cast<int>(type.tensor.dtype));
  if (is_vector) facts.constant->add_dims(facts.data->dim_size());
  for (const auto& dim : facts.data->dim()) {
    if (type.tensor.dtype == DType::kInt64) {
      facts.constant->add_int64_data(dim.dim_value());
    } else {
      facts.constant->add_int32_data(static_cast<int32_t>(dim.dim_value()));
    }
  }
  return facts.constant;
}

const onnx::TensorShapeProto* GraphFacts::Data(const ValueInfo& value) {
  Facts& facts = Home(value).FactsOf(value);
  if (facts.data != nullptr) return facts.data;
  if (value.IsConstant()) {
    if (value.initializer->memory().HostAccessible())
      facts.data = ElementsOf(*value.initializer, arena_);
    return facts.data;
  }
  // Of a vector of known length at least the number of elements is known.
  const auto& tensor = value.type.tensor;
  if (!value.type.IsTensor() || !types::kIndices.Has(tensor.dtype) || !tensor.shape ||
      tensor.shape->size() != 1) {
    return nullptr;
  }
  const int64_t length = tensor.shape->front().value;
  return length >= 0 && length <= kMaxTrackedElements ? UnknownElements(length, arena_) : nullptr;
}

void GraphFacts::SetData(const ValueInfo& value, onnx::TensorShapeProto data) {
  auto* kept = Arena::CreateMessage<onnx::TensorShapeProto>(&arena_);
  *kept = std::move(data);
  Home(value).FactsOf(value).data = kept;
}

const onnx::AttributeProto* NodeAttributes::Find(const std::string& name) const {
  for (const onnx::AttributeProto* made : made_) {
    if (made->name() == name) return made;
  }
  const Attribute* attribute = node_.FindAttribute(name);
  if (attribute == nullptr) return nullptr;
  auto* made = Arena::CreateMessage<onnx::AttributeProto>(&arena_);
  ExportAttribute(node_, *attribute, *made);
  made_.push_back(made);
  return made;
}

}  // namespace backplane
