#include "provider/custom_ops.h"

#include <algorithm>
#include <climits>
#include <map>
#include <tuple>

#include "graph/element_type.h"
#include "provider/plugin_call.h"

namespace backplane {
namespace {

// API versions that brought members of OrtCustomOp.
constexpr uint32_t kCharacteristics = 8;
constexpr uint32_t kMemoryTypes = 13;
constexpr uint32_t kVariadic = 14;
constexpr uint32_t kStatusKernels = 16;
constexpr uint32_t kShapesAndVersions = 17;
constexpr uint32_t kAliases = 18;

// A member of the struct; null where it is older than `since` or leaves the member out.
template <typename Function>
auto Member(const OrtCustomOp& op, Function OrtCustomOp::*member, uint32_t since) {
  using Result = typename ThatMayThrow<Function>::Type;
  return op.version >= since ? static_cast<Result>(op.*member) : static_cast<Result>(nullptr);
}

// Asks a callback that every operator has.
template <typename Result, typename... Params, typename... Args>
Result Ask(const char* name, Result (*function)(Params...), Args&&... args) {
  Require(function != nullptr, ORT_INVALID_ARGUMENT, "a custom operator has no {}", name);
  return AskPlugin(Format("custom operator: {}", name), Result{}, function,
                   std::forward<Args>(args)...);
}

std::string Text(const char* text) { return text == nullptr ? std::string() : std::string(text); }

FormalParameter::Option OptionOf(OrtCustomOpInputOutputCharacteristic characteristic) {
  switch (characteristic) {
    case INPUT_OUTPUT_OPTIONAL:
      return FormalParameter::Option::kOptional;
    case INPUT_OUTPUT_VARIADIC:
      return FormalParameter::Option::kVariadic;
    default:
      return FormalParameter::Option::kSingle;
  }
}

// The callbacks for one side of an operator.
struct Side {
  const char* what;
  size_t (*count)(const OrtCustomOp*);
  ONNXTensorElementDataType (*type)(const OrtCustomOp*, size_t);
  OrtCustomOpInputOutputCharacteristic (*characteristic)(const OrtCustomOp*, size_t);
  int (*min_arity)(const OrtCustomOp*);
  int (*homogeneous)(const OrtCustomOp*);
};

std::vector<CustomOp::Argument> ReadArguments(const OrtCustomOp& op, const std::string& name,
                                              const Side& side) {
  constexpr size_t kMost = 4096;
  const size_t count = Ask(Format("Get{}TypeCount", side.what).c_str(), side.count, &op);
  Require(count <= kMost, ORT_INVALID_ARGUMENT, "custom operator {} states {} {}s", name, count,
          side.what);
  std::vector<CustomOp::Argument> arguments(count);
  for (size_t i = 0; i < count; ++i) {
    CustomOp::Argument& argument = arguments[i];
    const auto type = Ask(Format("Get{}Type", side.what).c_str(), side.type, &op, i);
    if (type != ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED) argument.type = ToDType(type);
    argument.option = OptionOf(AskPlugin(name, INPUT_OUTPUT_REQUIRED, side.characteristic, &op, i));
    if (argument.option != FormalParameter::Option::kVariadic) continue;
    Require(i + 1 == count, ORT_INVALID_ARGUMENT,
            "Only the last {} to a custom op may be marked variadic. (custom operator {})",
            side.what, name);
    argument.min_arity = AskPlugin(name, 1, side.min_arity, &op);
    argument.homogeneous = AskPlugin(name, 1, side.homogeneous, &op) != 0;
    Require(argument.min_arity >= 0, ORT_INVALID_ARGUMENT,
            "custom operator {} wants at least {} values for a variadic {}", name,
            argument.min_arity, side.what);
  }
  return arguments;
}

// Pairs that GetMayInplace or GetAliasMap lists.
std::vector<std::pair<int, int>> ReadPairs(const CustomOp& custom, size_t (*get)(int**, int**),
                                           void (*release)(int*, int*)) {
  std::vector<std::pair<int, int>> pairs;
  int* inputs = nullptr;
  int* outputs = nullptr;
  const size_t count = AskPlugin(custom.def.op_type, size_t{0}, get, &inputs, &outputs);
  const auto valid = [](int index, size_t bound) {
    return index >= 0 && index <= INT8_MAX && static_cast<size_t>(index) < bound;
  };
  for (size_t i = 0; i < count && inputs != nullptr && outputs != nullptr; ++i) {
    if (valid(inputs[i], custom.inputs.size()) && valid(outputs[i], custom.outputs.size()))
      pairs.emplace_back(inputs[i], outputs[i]);
  }
  if (count != 0) ReleaseThroughPlugin(release, inputs, outputs);
  return pairs;
}

std::shared_ptr<const CustomOp> Read(const OrtCustomOp& op, const std::string& domain,
                                     std::string_view host_ep) {
  auto custom = std::make_shared<CustomOp>();
  custom->op = &op;
  OrtKernelDef& def = custom->def;
  def.domain = domain == "ai.onnx" ? "" : domain;
  def.op_type = Text(Ask("GetName", Member(op, &OrtCustomOp::GetName, 1), &op));
  Require(!def.op_type.empty(), ORT_INVALID_ARGUMENT,
          "a custom operator of domain '{}' has no name", domain);
  Require(OrtGetApiBase()->GetApi(op.version) != nullptr, ORT_INVALID_ARGUMENT,
          "Unsupported version '{}' in custom op '{}'", op.version, def.op_type);
  def.ep_name = Text(AskPlugin<const char*>(
      def.op_type, nullptr, Member(op, &OrtCustomOp::GetExecutionProviderType, 1), &op));
  if (def.ep_name.empty()) def.ep_name = host_ep;
  def.since_first =
      AskPlugin(def.op_type, 1, Member(op, &OrtCustomOp::GetStartVersion, kShapesAndVersions), &op);
  def.since_last = AskPlugin(def.op_type, INT32_MAX,
                             Member(op, &OrtCustomOp::GetEndVersion, kShapesAndVersions), &op);
  Require(def.since_first > 0 && def.since_last >= def.since_first, ORT_INVALID_ARGUMENT,
          "custom operator {} states versions {} to {}", def.op_type, def.since_first,
          def.since_last);
  custom->inputs =
      ReadArguments(op, def.op_type,
                    {"Input", Member(op, &OrtCustomOp::GetInputTypeCount, 1),
                     Member(op, &OrtCustomOp::GetInputType, 1),
                     Member(op, &OrtCustomOp::GetInputCharacteristic, kCharacteristics),
                     Member(op, &OrtCustomOp::GetVariadicInputMinArity, kVariadic),
                     Member(op, &OrtCustomOp::GetVariadicInputHomogeneity, kVariadic)});
  custom->outputs =
      ReadArguments(op, def.op_type,
                    {"Output", Member(op, &OrtCustomOp::GetOutputTypeCount, 1),
                     Member(op, &OrtCustomOp::GetOutputType, 1),
                     Member(op, &OrtCustomOp::GetOutputCharacteristic, kCharacteristics),
                     Member(op, &OrtCustomOp::GetVariadicOutputMinArity, kVariadic),
                     Member(op, &OrtCustomOp::GetVariadicOutputHomogeneity, kVariadic)});
  const auto memory = Member(op, &OrtCustomOp::GetInputMemoryType, kMemoryTypes);
  for (size_t i = 0; i < custom->inputs.size() && memory != nullptr; ++i) {
    def.input_memory[i] = AskPlugin(def.op_type, OrtMemTypeDefault, memory, &op, i);
  }
  def.mutable_aliases = ReadPairs(*custom, Member(op, &OrtCustomOp::GetMayInplace, kAliases),
                                  Member(op, &OrtCustomOp::ReleaseMayInplace, kAliases));
  def.aliases = ReadPairs(*custom, Member(op, &OrtCustomOp::GetAliasMap, kAliases),
                          Member(op, &OrtCustomOp::ReleaseAliasMap, kAliases));
  return custom;
}

// The argument that governs value `i`; the last one where it is variadic.
const CustomOp::Argument* Governing(const std::vector<CustomOp::Argument>& arguments, size_t i) {
  if (i < arguments.size()) return &arguments[i];
  const bool variadic =
      !arguments.empty() && arguments.back().option == FormalParameter::Option::kVariadic;
  return variadic ? &arguments.back() : nullptr;
}

std::vector<std::string> AllTensorTypes() {
  std::vector<std::string> names;
  for (int i = 1; i < kDTypeCount; ++i) names.push_back(TensorTypeName(static_cast<DType>(i)));
  return names;
}

// Types at outputs that the operator fixes, or that follow from its inputs of any type where these
// agree.
void SetElementTypes(const CustomOp& custom, const Node& node, std::vector<TypeInfo>& outputs) {
  DType dynamic = DType::kUndefined;
  bool agree = true;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const CustomOp::Argument* argument = Governing(custom.inputs, i);
    if (node.inputs[i] == nullptr || argument == nullptr || argument->type != DType::kUndefined)
      continue;
    const DType type = node.inputs[i]->type.tensor.dtype;
    if (type == DType::kUndefined) continue;
    agree = agree && (dynamic == DType::kUndefined || dynamic == type);
    dynamic = type;
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const CustomOp::Argument* argument = Governing(custom.outputs, i);
    if (argument == nullptr || outputs[i].known()) continue;
    const DType type = argument->type != DType::kUndefined ? argument->type
                       : agree                             ? dynamic
                                                           : DType::kUndefined;
    if (type != DType::kUndefined) outputs[i] = TypeInfo::Tensor(type);
  }
}

void InferOutputs(const CustomOp& custom, const Node& node, std::vector<TypeInfo>& outputs) {
  SetElementTypes(custom, node, outputs);
  const auto infer = Member(*custom.op, &OrtCustomOp::InferOutputShapeFn, kShapesAndVersions);
  if (infer == nullptr) return;
  OrtShapeInferContext context{node, {}, outputs};
  for (const ValueInfo* input : node.inputs)
    context.inputs.push_back(input == nullptr ? TensorTypeInfo() : input->type.tensor);
  CallPlugin(Format("Node ({}) Op ({}) [ShapeInferenceError]", node.name, node.op_type), infer,
             custom.op, &context);
}

}  // namespace

std::string CustomOp::Mismatch(const Node& node, bool with_outputs) const {
  const auto check = [&](const std::vector<Argument>& arguments,
                         const std::vector<ValueInfo*>& values, const char* what) -> std::string {
    for (size_t i = 0; i < values.size(); ++i) {
      const Argument* argument = Governing(arguments, i);
      if (values[i] == nullptr || !values[i]->type.known()) continue;
      const TypeInfo& type = values[i]->type;
      if (argument == nullptr) return Format("it has no {} {}", what, i);
      if (type.IsTensor() &&
          (argument->type == DType::kUndefined || type.tensor.dtype == DType::kUndefined ||
           argument->type == type.tensor.dtype))
        continue;
      return Format("{} {} is {}", what, i, type.ToString());
    }
    return {};
  };
  std::string wrong = check(inputs, node.inputs, "input");
  if (wrong.empty() && with_outputs) wrong = check(outputs, node.outputs, "output");
  return wrong;
}

CustomOps::CustomOps(std::span<const OrtCustomOpDomain* const> domains, std::string_view host_ep) {
  std::map<std::tuple<std::string, std::string, int>, Variants> groups;
  for (const OrtCustomOpDomain* domain : domains) {
    for (const OrtCustomOp* op : domain->ops) {
      ops_.push_back(Read(*op, domain->name, host_ep));
      const OrtKernelDef& def = ops_.back()->def;
      groups[{def.domain, def.op_type, def.since_first}].push_back(ops_.back());
    }
  }
  auto schemas = std::make_shared<SchemaSet>();
  for (const auto& [key, variants] : groups) schemas->Add(MakeSchema(variants));
  schemas_ = std::move(schemas);
}

namespace {

void CheckVariants(const std::vector<std::shared_ptr<const CustomOp>>& variants) {
  const CustomOp& first = *variants.front();
  const auto same = [](const std::vector<CustomOp::Argument>& a,
                       const std::vector<CustomOp::Argument>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
      return x.option == y.option && x.min_arity == y.min_arity && x.homogeneous == y.homogeneous;
    });
  };
  for (const auto& variant : variants) {
    Require(same(first.inputs, variant->inputs) && same(first.outputs, variant->outputs),
            ORT_INVALID_ARGUMENT,
            "custom operators called {}::{} differ in the number or the kind of their inputs or "
            "outputs; operators of one name may differ in types only",
            first.def.domain, first.def.op_type);
  }
}

// Formal parameters of one side, and the type constraints that they need.
std::vector<FormalParameter> Formals(const std::vector<std::shared_ptr<const CustomOp>>& variants,
                                     std::vector<CustomOp::Argument> CustomOp::*side,
                                     const char* name, const char* constraint_name,
                                     std::vector<TypeConstraint>& constraints) {
  std::vector<FormalParameter> formals;
  const size_t count = ((*variants.front()).*side).size();
  for (size_t i = 0; i < count; ++i) {
    const CustomOp::Argument& argument = ((*variants.front()).*side)[i];
    FormalParameter& formal = formals.emplace_back();
    formal.name = Format("{}{}", name, i);
    formal.option = argument.option;
    formal.homogeneous = argument.homogeneous;
    formal.min_arity = argument.min_arity;
    std::vector<std::string> allowed;
    for (const auto& variant : variants) {
      const DType type = ((*variant).*side)[i].type;
      if (type == DType::kUndefined) {
        allowed = AllTensorTypes();
        break;
      }
      const std::string type_name = TensorTypeName(type);
      if (std::find(allowed.begin(), allowed.end(), type_name) == allowed.end())
        allowed.push_back(type_name);
    }
    if (allowed.size() == 1) {
      formal.type = allowed.front();
    } else {
      formal.type = Format("{}{}", constraint_name, i);
      constraints.push_back({formal.type, std::move(allowed)});
    }
  }
  return formals;
}

void CountArguments(const std::vector<FormalParameter>& formals, int& least, int& most) {
  least = 0;
  most = static_cast<int>(formals.size());
  for (size_t i = 0; i < formals.size(); ++i) {
    if (formals[i].option == FormalParameter::Option::kSingle) least = static_cast<int>(i) + 1;
    if (formals[i].option != FormalParameter::Option::kVariadic) continue;
    most = INT_MAX;
    if (formals[i].min_arity > 0) least = static_cast<int>(i) + formals[i].min_arity;
  }
}

}  // namespace

OpSchema CustomOps::MakeSchema(const Variants& variants) {
  CheckVariants(variants);
  const OrtKernelDef& def = variants.front()->def;
  OpSchema schema;
  schema.name = def.op_type;
  schema.domain = def.domain;
  schema.since_version = def.since_first;
  schema.inputs = Formals(variants, &CustomOp::inputs, "Input", "T", schema.type_constraints);
  schema.outputs = Formals(variants, &CustomOp::outputs, "Output", "TOut", schema.type_constraints);
  CountArguments(schema.inputs, schema.min_inputs, schema.max_inputs);
  CountArguments(schema.outputs, schema.min_outputs, schema.max_outputs);
  schema.allows_unchecked_attributes = true;
  schema.deterministic = false;  // nobody says that it is
  schema.infer = [variants](const Node& node, std::vector<TypeInfo>& outputs) {
    for (const auto& variant : variants) {
      if (variant->Mismatch(node, false).empty()) return InferOutputs(*variant, node, outputs);
    }
  };
  return schema;
}

const CustomOp* CustomOps::Find(const Node& node, std::string_view ep_name, Reason* why) const {
  Reason mismatch{ReasonCode::kNoKernel, "no custom operator of that name", node.Describe()};
  for (const auto& custom : ops_) {
    const OrtKernelDef& def = custom->def;
    if (def.op_type != node.op_type || def.domain != node.domain) continue;
    if (def.ep_name != ep_name) {
      mismatch.text = Format("the custom operator is for {}", def.ep_name);
      continue;
    }
    if (!def.Fits(node, &mismatch)) continue;
    const std::string wrong = custom->Mismatch(node, true);
    if (wrong.empty()) return custom.get();
    mismatch = {ReasonCode::kTypeUnsupported,
                Format("no custom operator for these types: {}", wrong), node.Describe()};
  }
  if (why != nullptr) *why = std::move(mismatch);
  return nullptr;
}

namespace {

class CustomOpKernel final : public Kernel {
 public:
  CustomOpKernel(const CustomOp& custom, const KernelInfo& info)
      : op_(*custom.op),
        info_(info),
        compute_(Member(op_, &OrtCustomOp::KernelComputeV2, kStatusKernels)),
        void_compute_(op_.KernelCompute) {
    Require(compute_ != nullptr || void_compute_ != nullptr, ORT_INVALID_ARGUMENT,
            "custom operator {} has neither KernelComputeV2 nor KernelCompute", custom.def.op_type);
    const OrtApi* api = OrtGetApiBase()->GetApi(op_.version);
    if (const auto create = Member(op_, &OrtCustomOp::CreateKernelV2, kStatusKernels)) {
      CallPlugin("", create, &op_, api, &info_, &state_);
    } else {
      state_ = Ask("CreateKernel", Member(op_, &OrtCustomOp::CreateKernel, 1), &op_, api,
                   const_cast<const OrtKernelInfo*>(&info_));
    }
  }

  ~CustomOpKernel() override {
    ReleaseThroughPlugin(Member(op_, &OrtCustomOp::KernelDestroy, 1), state_);
  }

  void Run(KernelContext& context) const override {
    if (compute_ != nullptr) return CallPlugin("", compute_, state_, &context);
    try {
      void_compute_(state_, &context);
    } catch (...) {
      ThrowPluginException("");
    }
  }

 private:
  const OrtCustomOp& op_;
  const KernelInfo info_;  // kernels may keep the pointer they are given
  decltype(Member(std::declval<const OrtCustomOp&>(), &OrtCustomOp::KernelComputeV2, 0)) compute_;
  decltype(OrtCustomOp::KernelCompute) void_compute_;
  void* state_ = nullptr;
};

}  // namespace

std::unique_ptr<Kernel> MakeCustomOpKernel(const CustomOp& custom, const KernelInfo& info) {
  return std::make_unique<CustomOpKernel>(custom, info);
}

}  // namespace backplane
