#include "abi/invoke_op.h"

#include <map>
#include <memory>
#include <mutex>

#include "abi/guard.h"
#include "cpu/cpu_ep.h"
#include "graph/check.h"
#include "graph/element_type.h"
#include "graph/infer.h"
#include "graph/infer_types.h"
#include "graph/schema.h"
#include "runtime/heap_frame.h"

namespace backplane::abi {
namespace {

// A graph of one node with the kernel for it, for one choice of present inputs and outputs.
struct SingleNode {
  std::unique_ptr<Graph> graph;
  Node* node = nullptr;
  std::unique_ptr<Kernel> kernel;
  bool on_host = true;
};

// Whether argument i is present.
using Presence = std::vector<bool>;

template <typename T>
std::vector<T> CopyList(const void* data, int count) {
  const auto* items = static_cast<const T*>(data);
  return std::vector<T>(items, items + count);
}

OrtOpAttr::Value ReadValue(const void* data, int len, OrtOpAttrType type) {
  switch (type) {
    case ORT_OP_ATTR_INT:
      return *static_cast<const int64_t*>(data);
    case ORT_OP_ATTR_FLOAT:
      return *static_cast<const float*>(data);
    case ORT_OP_ATTR_STRING:
      return std::string(static_cast<const char*>(data), static_cast<size_t>(len));
    case ORT_OP_ATTR_INTS:
      return CopyList<int64_t>(data, len);
    case ORT_OP_ATTR_FLOATS:
      return CopyList<float>(data, len);
    case ORT_OP_ATTR_STRINGS: {
      std::vector<std::string> texts;
      for (int i = 0; i < len; ++i) {
        const char* text = static_cast<const char* const*>(data)[i];
        Require(text != nullptr, ORT_INVALID_ARGUMENT, "string {} is null", i);
        texts.emplace_back(text);
      }
      return texts;
    }
    case ORT_OP_ATTR_TENSOR: {
      const auto* value = static_cast<const OrtValue*>(data);
      Require(value->IsTensor(), ORT_INVALID_ARGUMENT, "the value is not a tensor");
      Tensor copy = Tensor::Allocate(value->tensor().dtype(), value->tensor().shape());
      CopyElements(value->tensor(), copy);
      return copy;
    }
    default:
      Fail(ORT_INVALID_ARGUMENT, "Unknown or unsupported attribute type {}",
           static_cast<int>(type));
  }
}

}  // namespace
}  // namespace backplane::abi

/// C API: OrtOp. The kernel is made for the arguments that the first call gives, and again for
/// others.
struct OrtOp final {
 public:
  std::string name;
  std::string domain;
  int version = 0;
  std::map<std::string, backplane::DType> types;  ///< by type parameter
  std::vector<backplane::Attribute> attributes;
  size_t input_count = 0;
  size_t output_count = 0;
  backplane::ExecutionProvider* ep = nullptr;  ///< asked before the host
  std::shared_ptr<const backplane::SchemaSet> schemas;
  const backplane::KeyValuePairs* config = nullptr;
  backplane::ThreadPool* pool = nullptr;
  const backplane::Logger* logger = nullptr;

  const backplane::abi::SingleNode& For(const backplane::abi::Presence& inputs,
                                        const backplane::abi::Presence& outputs) const;

 private:
  std::unique_ptr<backplane::abi::SingleNode> Make(const backplane::abi::Presence& inputs,
                                                   const backplane::abi::Presence& outputs) const;
  backplane::TypeInfo InputType(const backplane::OpSchema& schema, size_t i) const;
  static backplane::ExecutionProvider& Host();

  mutable std::mutex mutex_;
  mutable std::map<std::pair<backplane::abi::Presence, backplane::abi::Presence>,
                   std::unique_ptr<backplane::abi::SingleNode>>
      made_;  // guarded by mutex_
};

using backplane::Fail;
using backplane::Graph;
using backplane::Require;
using backplane::abi::Presence;
using backplane::abi::SingleNode;

backplane::ExecutionProvider& OrtOp::Host() {
  static backplane::cpu::CpuExecutionProvider host{backplane::cpu::CpuOptions()};
  return host;
}

// What the caller says of the type parameter, or the type that the operator fixes.
backplane::TypeInfo OrtOp::InputType(const backplane::OpSchema& schema, size_t i) const {
  const backplane::FormalParameter* formal = schema.Input(i);
  Require(formal != nullptr, ORT_INVALID_ARGUMENT, "{} has no input {}", name, i);
  if (formal->constraint < 0) return backplane::TypeFromString(formal->type);
  const auto given = types.find(formal->type);
  Require(given != types.end(), ORT_INVALID_ARGUMENT,
          "{}: type constraint '{}', which input {} has, must be given", name, formal->type, i);
  return backplane::TypeInfo::Tensor(given->second);
}

std::unique_ptr<SingleNode> OrtOp::Make(const Presence& inputs, const Presence& outputs) const {
  auto model = std::make_shared<backplane::ModelInfo>();
  model->opsets[domain] = version;
  model->schemas = schemas;
  const backplane::OpSchema* schema = FindSchema(*model, domain, name, version);
  Require(schema != nullptr, ORT_INVALID_ARGUMENT, "there is no operator {}::{} in version {}",
          domain.empty() ? "ai.onnx" : domain, name, version);
  auto single = std::make_unique<SingleNode>();
  single->graph = std::make_unique<Graph>(std::move(model));
  std::vector<backplane::ValueInfo*> input_values;
  for (size_t i = 0; i < inputs.size(); ++i) {
    input_values.push_back(
        inputs[i] ? single->graph->AddInput(backplane::Format("input_{}", i), InputType(*schema, i))
                  : nullptr);
  }
  std::vector<backplane::ValueInfo*> output_values;
  for (size_t i = 0; i < outputs.size(); ++i) {
    output_values.push_back(outputs[i] ? single->graph->AddValue(backplane::Format("output_{}", i))
                                       : nullptr);
  }
  single->node = single->graph->AddNode(name, name, domain, std::move(input_values), output_values,
                                        attributes);
  for (backplane::ValueInfo* value : output_values) {
    if (value != nullptr) single->graph->AddOutput(value);
  }
  CheckGraph(*single->graph);
  InferTypesAndShapes(*single->graph);
  for (size_t i = 0; i < output_values.size(); ++i) {
    backplane::ValueInfo* value = output_values[i];
    if (value == nullptr || value->type.known()) continue;
    const backplane::FormalParameter* formal = schema->Output(i);
    const auto given = formal == nullptr ? types.end() : types.find(formal->type);
    Require(given != types.end(), ORT_INVALID_ARGUMENT, "{}: the type of output {} is not known",
            name, i);
    value->type = backplane::TypeInfo::Tensor(given->second);
  }
  const bool own = ep != nullptr && ep->Supports(*single->node);
  single->on_host = !own;
  backplane::ExecutionProvider& maker = own ? *ep : Host();
  const backplane::KernelInfo info{.node = *single->node,
                                   .pool = *pool,
                                   .logger = *logger,
                                   .ep = &maker,
                                   .config = config,
                                   .make_subgraph = nullptr};
  single->kernel = maker.CreateKernel(info);
  return single;
}

const SingleNode& OrtOp::For(const Presence& inputs, const Presence& outputs) const {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<SingleNode>& single = made_[{inputs, outputs}];
  if (single == nullptr) single = Make(inputs, outputs);
  return *single;
}

namespace backplane::abi {
namespace {

// Kernels choose their code by the types they were created for.
void CheckInput(const OrtOp& op, const SingleNode& single, size_t i, const OrtValue& value) {
  const TypeInfo& type = single.node->inputs[i]->type;
  Require(!type.IsTensor() || (value.IsTensor() && value.tensor().dtype() == type.tensor.dtype),
          ORT_INVALID_ARGUMENT, "operator {} was created with {} at input {}", op.name,
          type.ToString(), i);
  Require(!value.IsTensor() || !single.on_host || value.tensor().memory().HostAccessible(),
          ORT_INVALID_ARGUMENT,
          "operator {} runs on the host, but input {} is in memory '{}', which the host cannot "
          "reach",
          op.name, i, value.tensor().memory().name);
}

void CheckOutput(const OrtOp& op, const SingleNode& single, size_t i, const OrtValue& value) {
  const TypeInfo& type = single.node->outputs[i]->type;
  if (!value.IsTensor() || !type.IsTensor()) return;
  Require(value.tensor().dtype() == type.tensor.dtype, ORT_INVALID_ARGUMENT,
          "operator {} makes {} at output {}, the tensor given is {}", op.name, type.ToString(), i,
          TensorTypeName(value.tensor().dtype()));
  Require(!single.on_host || value.tensor().memory().HostAccessible(), ORT_INVALID_ARGUMENT,
          "operator {} runs on the host, which cannot reach memory '{}' of output {}", op.name,
          value.tensor().memory().name, i);
}

}  // namespace

OrtStatus* CreateOpAttr(const char* name, const void* data, int len, OrtOpAttrType type,
                        OrtOpAttr** op_attr) noexcept {
  return Guard([&] {
    NotNull(name, "name");
    NotNull(op_attr, "op_attr");
    Require(len >= 0, ORT_INVALID_ARGUMENT, "attribute '{}' has length {}", name, len);
    const bool list = type == ORT_OP_ATTR_INTS || type == ORT_OP_ATTR_FLOATS ||
                      type == ORT_OP_ATTR_STRINGS || type == ORT_OP_ATTR_STRING;
    if (!list || len != 0) NotNull(data, "data");
    *op_attr = new OrtOpAttr{name, ReadValue(data, len, type), {}};
  });
}

void ReleaseOpAttr(OrtOpAttr* input) noexcept { delete input; }

OrtStatus* CreateOp(const OrtKernelInfo* info, const char* op_name, const char* domain, int version,
                    const char** type_constraint_names,
                    const ONNXTensorElementDataType* type_constraint_values,
                    int type_constraint_count, const OrtOpAttr* const* attr_values, int attr_count,
                    int input_count, int output_count, OrtOp** ort_op) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(op_name, "op_name");
    NotNull(ort_op, "ort_op");
    Require(type_constraint_count >= 0 && attr_count >= 0 && input_count >= 0 && output_count >= 0,
            ORT_INVALID_ARGUMENT, "a count for operator {} is negative", op_name);
    NotNullArray(type_constraint_names, static_cast<size_t>(type_constraint_count),
                 "type_constraint_names");
    NotNullArray(type_constraint_values, static_cast<size_t>(type_constraint_count),
                 "type_constraint_values");
    NotNullArray(attr_values, static_cast<size_t>(attr_count), "attr_values");
    auto op = std::make_unique<OrtOp>();
    op->name = op_name;
    op->domain = domain == nullptr || domain == std::string_view("ai.onnx") ? "" : domain;
    op->version = version;
    for (int i = 0; i < type_constraint_count; ++i) {
      NotNull(type_constraint_names[i], "type_constraint_names[i]");
      op->types[type_constraint_names[i]] = ToDType(type_constraint_values[i]);
    }
    for (int i = 0; i < attr_count; ++i) {
      NotNull(attr_values[i], "attr_values[i]");
      op->attributes.push_back(*attr_values[i]);
    }
    op->input_count = static_cast<size_t>(input_count);
    op->output_count = static_cast<size_t>(output_count);
    op->ep = info->ep;
    if (info->node.graph != nullptr) op->schemas = info->node.graph->model()->schemas;
    op->config = info->config;
    op->pool = &info->pool;
    op->logger = &info->logger;
    op->For(Presence(op->input_count, true), Presence(op->output_count, true));
    *ort_op = op.release();
  });
}

OrtStatus* InvokeOp(const OrtKernelContext* context, const OrtOp* ort_op,
                    const OrtValue* const* input_values, int input_count,
                    OrtValue* const* output_values, int output_count) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(ort_op, "ort_op");
    Require(input_count >= 0 && static_cast<size_t>(input_count) == ort_op->input_count &&
                output_count >= 0 && static_cast<size_t>(output_count) == ort_op->output_count,
            ORT_INVALID_ARGUMENT,
            "operator {} was created for {} inputs and {} outputs, but is invoked with {} and {}",
            ort_op->name, ort_op->input_count, ort_op->output_count, input_count, output_count);
    NotNullArray(input_values, ort_op->input_count, "input_values");
    NotNullArray(output_values, ort_op->output_count, "output_values");
    const Presence inputs(input_values, input_values + input_count);
    const Presence outputs(output_values, output_values + output_count);
    const SingleNode& single = ort_op->For(inputs, outputs);
    HeapFrame frame(*single.node);
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i]) continue;
      CheckInput(*ort_op, single, i, *input_values[i]);
      frame.AttachInput(i, const_cast<OrtValue*>(input_values[i]));
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i]) continue;
      CheckOutput(*ort_op, single, i, *output_values[i]);
      frame.AttachOutput(i, output_values[i]);
    }
    frame.Run(*single.kernel, context->pool(), context->logger(), context->run_state_);
  });
}

void ReleaseOp(OrtOp* input) noexcept { delete input; }

}  // namespace backplane::abi
