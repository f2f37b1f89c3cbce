// See builder.h. The part about post-ops is in post_ops.cc.
#include "dnnl/builder.h"

#include <algorithm>
#include <cstring>

namespace backplane::dnnl_ep {
namespace {

// Up to this size a reorder's call costs more than the copy.
constexpr size_t kSmallBytes = size_t{1} << 15;

}  // namespace

Builder::Builder(const Group& group, const Constants& constants, const Settings& settings)
    : group_(group), constants_(constants), settings_(settings) {}

std::shared_ptr<const Program> Builder::Build(const std::vector<Dims>& input_dims) {
  try {
    InferShapes(input_dims);
    if (!IsEmpty()) BuildSteps();
  } catch (const Failure& failure) {
    throw Failure(failure.code(), where_ + ": " + failure.what());
  } catch (const dnnl::error& error) {
    throw Failure(ORT_EP_FAIL, where_ + ": oneDNN: " + error.what());
  }
  std::vector<Dims> output_dims;
  for (int value : group_.outputs) output_dims.push_back(shapes_[value]);
  return std::make_shared<Program>(std::move(buffers_), std::move(steps_), input_dims,
                                   std::move(output_dims));
}

void Builder::BuildSteps() {
  DefineSources();
  for (const Unit& unit : Fuse(group_, shapes_, settings_.fusion)) {
    const Node& node = NodeOf(unit);
    where_ = node.op_type + " '" + node.name + "'";
    for (int post : unit.swallowed) where_ += "+" + group_.graph.nodes[post].op_type;
    group_.operators[unit.node]->build(*this, unit);
  }
  where_ = "the outputs";
  BindOutputs();
}

void Builder::InferShapes(const std::vector<Dims>& input_dims) {
  shapes_.resize(group_.graph.values.size());
  for (size_t i = 0; i < shapes_.size(); ++i) {
    if (constants_[i] != nullptr) shapes_[i] = *group_.graph.values[i].dims;
  }
  for (size_t i = 0; i < group_.inputs.size(); ++i) shapes_[group_.inputs[i]] = input_dims[i];
  for (size_t i = 0; i < group_.graph.nodes.size(); ++i) {
    const Node& node = group_.graph.nodes[i];
    where_ = node.op_type + " '" + node.name + "'";
    group_.operators[i]->infer({group_.graph, node, constants_}, shapes_);
  }
}

// Without any element of a result nothing is computed; among others, empty tensors are no
// business of oneDNN's.
bool Builder::IsEmpty() const {
  const auto empty = [&](int value) { return ElementCount(shapes_[value]) == 0; };
  if (std::all_of(group_.outputs.begin(), group_.outputs.end(), empty)) return true;
  const auto check = [&](int value) {
    // Lists of axes and the like may well be empty; they are no tensors of oneDNN's types.
    if (value >= 0 && Type(value) != DataType::undef && empty(value)) {
      throw Failure(ORT_INVALID_ARGUMENT,
                    "empty tensors are not supported: " + Text(shapes_[value]));
    }
  };
  for (const Node& node : group_.graph.nodes) {
    std::for_each(node.inputs.begin(), node.inputs.end(), check);
    std::for_each(node.outputs.begin(), node.outputs.end(), check);
  }
  return false;
}

const Node* Builder::OnlyUser(int value) const {
  const Value& described = group_.graph.values[value];
  if (described.is_graph_output || described.uses != 1) return nullptr;
  for (const Node& node : group_.graph.nodes) {
    if (std::find(node.inputs.begin(), node.inputs.end(), value) != node.inputs.end()) return &node;
  }
  return nullptr;
}

void Builder::DefineSources() {
  for (int i = 0; i < static_cast<int>(group_.inputs.size()); ++i) {
    const int value = group_.inputs[i];
    if (constants_[value] != nullptr || Type(value) == DataType::undef) continue;
    Buffer buffer;
    buffer.kind = Buffer::Kind::kInput;
    buffer.index = i;
    buffers_.push_back(buffer);
    Define(value, {static_cast<int>(buffers_.size()) - 1, PlainDesc(shapes_[value], Type(value))});
  }
}

void Builder::BindOutputs() {
  for (int i = 0; i < static_cast<int>(group_.outputs.size()); ++i) {
    const int value = group_.outputs[i];
    const Desc plain = PlainDesc(shapes_[value], Type(value));
    const Tensor tensor = Of(value);
    if (buffers_[tensor.buffer].kind == Buffer::Kind::kArena && SamePlaces(tensor.desc, plain)) {
      buffers_[tensor.buffer].kind = Buffer::Kind::kOutput;
      buffers_[tensor.buffer].index = i;
      continue;
    }
    Buffer buffer;
    buffer.kind = Buffer::Kind::kOutput;
    buffer.index = i;
    buffers_.push_back(buffer);
    const Tensor output{static_cast<int>(buffers_.size()) - 1, plain};
    const dnnl::reorder::primitive_desc descriptor(Engine(), tensor.desc, Engine(), plain,
                                                   Attributes());
    Emit(dnnl::reorder(descriptor), descriptor, {{DNNL_ARG_FROM, tensor}, {DNNL_ARG_TO, output}},
         "output");
  }
}

Tensor Builder::NewConstant(const dnnl::memory& memory) {
  Buffer buffer;
  buffer.kind = Buffer::Kind::kConstant;
  buffer.constant = memory;
  buffers_.push_back(buffer);
  return {static_cast<int>(buffers_.size()) - 1, memory.get_desc()};
}

Tensor Builder::Of(int value) {
  const auto found = tensors_.find(value);
  if (found != tensors_.end()) return found->second;
  if (constants_[value] == nullptr) throw Failure(ORT_EP_FAIL, "a value without a producer");
  const Desc plain = PlainDesc(shapes_[value], Type(value));
  const Tensor tensor = Weights(value, plain, plain);
  Define(value, tensor);
  return tensor;
}

Tensor Builder::As(int value, const Desc& wanted) {
  if (constants_[value] != nullptr) {
    return Weights(value, PlainDesc(shapes_[value], Type(value)), wanted);
  }
  return Reordered(Of(value), wanted);
}

Tensor Builder::Plain(int value, DataType type) {
  const Tensor tensor = Of(value);
  return Reordered(tensor, PlainDesc(shapes_[value], type));
}

Tensor Builder::Viewed(int value, const Dims& dims, DataType type) {
  return {Plain(value, type).buffer, PlainDesc(dims, type)};
}

DataType Builder::FactorType() const {
  static const bool is_fast = HasIsa(dnnl::cpu_isa::avx512_core_bf16);
  return settings_.fast_math_bf16 && is_fast ? DataType::bf16 : DataType::f32;
}

DataType Builder::ProductType(const Unit& unit) const {
  const Value& result = group_.graph.values[unit.result];
  if (result.is_graph_output || FactorType() == DataType::f32) return DataType::f32;
  for (const Node& node : group_.graph.nodes) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != unit.result) continue;
      const bool is_product =
          node.op_type == "Conv" || node.op_type == "Gemm" || node.op_type == "MatMul";
      if (!is_product || i != 0 || !IsConstant(node.inputs[1])) return DataType::f32;
    }
  }
  return FactorType();
}

Tensor Builder::Weights(int value, const Desc& view, const Desc& wanted) {
  if (constants_[value] == nullptr) return Reordered({Plain(value).buffer, view}, wanted);
  if (Type(value) != DataType::u8 || view.get_data_type() != DataType::s8) {
    return NewConstant(group_.store->Packed(value, constants_[value], view, wanted));
  }
  // Without their zero point of 128, unsigned bytes are signed ones with the first bit turned.
  const auto* bytes = static_cast<const uint8_t*>(constants_[value]);
  std::vector<uint8_t> centred(bytes, bytes + ElementCount(shapes_[value]));
  for (uint8_t& byte : centred) byte ^= 0x80;
  return NewConstant(group_.store->Packed(value, centred.data(), view, wanted));
}

Tensor Builder::Floats(const std::vector<float>& values, const Dims& dims) {
  dnnl::memory memory(PlainDesc(dims, DataType::f32), Engine());
  std::memcpy(memory.get_data_handle(), values.data(), values.size() * sizeof(float));
  return NewConstant(memory);
}

Tensor Builder::Integers(const std::vector<int32_t>& values, const Dims& dims) {
  dnnl::memory memory(PlainDesc(dims, DataType::s32), Engine());
  std::memcpy(memory.get_data_handle(), values.data(), values.size() * sizeof(int32_t));
  return NewConstant(memory);
}

Tensor Builder::New(const Desc& desc) {
  Buffer buffer;
  buffer.bytes = desc.get_size();
  buffers_.push_back(buffer);
  return {static_cast<int>(buffers_.size()) - 1, desc};
}

Tensor Builder::Reordered(const Tensor& from, const Desc& wanted) {
  if (SamePlaces(from.desc, wanted)) return {from.buffer, wanted};
  for (const auto& [source, result] : reordered_) {
    if (source.buffer == from.buffer && source.desc == from.desc && result.desc == wanted) {
      return result;
    }
  }
  const Tensor result = Emitted(from, wanted, "reorder");
  reordered_.emplace_back(from, result);
  return result;
}

Tensor Builder::Emitted(const Tensor& from, const Desc& wanted, const std::string& note) {
  const Tensor result = New(wanted);
  if (IsStrided(from.desc) && IsStrided(wanted) &&
      from.desc.get_data_type() == wanted.get_data_type()) {
    StridedCopy copy = CopyOf(from.desc, wanted);
    if (copy.interleaves() || wanted.get_size() <= kSmallBytes) {
      EmitCopy(std::move(copy), from, result, note);
      return result;
    }
  }
  const dnnl::reorder::primitive_desc descriptor(Engine(), from.desc, Engine(), wanted,
                                                 Attributes());
  Emit(dnnl::reorder(descriptor), descriptor, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, result}}, note);
  return result;
}

void Builder::Emit(const dnnl::primitive& primitive, const dnnl::primitive_desc_base& descriptor,
                   std::vector<Argument> arguments, const std::string& note) {
  Step step;
  step.primitive = primitive;
  step.arguments = std::move(arguments);
  step.scratch = descriptor.scratchpad_desc().get_size();
  step.note = where_ + (note.empty() ? "" : " " + note) + " [" + descriptor.impl_info_str() + "]";
  steps_.push_back(std::move(step));
}

void Builder::EmitHost(HostFunction function, std::vector<Argument> arguments,
                       const std::string& note) {
  Step step;
  step.host = std::move(function);
  step.arguments = std::move(arguments);
  step.note = where_ + " " + note + " [host]";
  steps_.push_back(std::move(step));
}

void Builder::EmitCopy(StridedCopy copy, const Tensor& from, const Tensor& to,
                       const std::string& note) {
  EmitHost([copy = std::move(copy)](std::span<void* const> data) { copy.Run(data[0], data[1]); },
           {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}, note);
}

dnnl::primitive_attr Builder::Attributes() const {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (settings_.fast_math_bf16) attributes.set_fpmath_mode(dnnl::fpmath_mode::bf16);
  return attributes;
}

}  // namespace backplane::dnnl_ep
