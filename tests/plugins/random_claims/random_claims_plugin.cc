// A compile-style EP for tests of partition that claims at random, sense or none, and computes what
// it is given: node by node, as the model says. Its name is the one that the library is registered
// under, so several can be in one session. Uses the public headers only.
//
//   seed    of what it claims; the same seed claims the same of the same graph
//
// Computes floats and bools of one shape, with Add, Sub, Max, Min, Neg, Abs, Not and If. Anything
// else, such as a node that another EP fused, fails Compile.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>

#include "support/cpu_factory.h"
#include "support/graph.h"

namespace {

using plugin::All;
using plugin::InputsOf;
using plugin::NameOf;
using plugin::NamesOf;
using plugin::NodesOf;
using plugin::OutputsOf;
using plugin::TextOf;
using plugin::TypeOf;

using Vector = std::vector<float>;  // a bool is 0 or 1
using Values = std::map<std::string, Vector>;

const std::set<std::string> kKnown{"Add", "Sub", "Max", "Min", "Neg", "Abs", "Not", "If"};

// -- what it compiles to

struct Program;

struct Step {
  std::string op;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::shared_ptr<const Program> then_branch;
  std::shared_ptr<const Program> else_branch;
};

struct Program {
  std::vector<Step> steps;
  std::vector<std::string> outputs;
  Values constants;
};

ONNXTensorElementDataType ElementOf(const OrtValue* value, size_t* count) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  Check(ort->GetTensorTypeAndShape(value, &info));
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  OrtStatus* status = ort->GetTensorElementType(info, &type);
  if (status == nullptr) status = ort->GetTensorShapeElementCount(info, count);
  ort->ReleaseTensorTypeAndShapeInfo(info);
  Check(status);
  return type;
}

// The elements of a tensor of floats or bools; of another, nothing.
Vector Read(const OrtValue* value) {
  size_t count = 0;
  const ONNXTensorElementDataType type = ElementOf(value, &count);
  const void* data = nullptr;
  Check(ort->GetTensorData(value, &data));
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL)
    return Vector(static_cast<const bool*>(data), static_cast<const bool*>(data) + count);
  if (type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) return {};
  return Vector(static_cast<const float*>(data), static_cast<const float*>(data) + count);
}

void ReadConstants(const std::vector<const OrtValueInfo*>& infos, Values& constants) {
  for (const OrtValueInfo* info : infos) {
    bool constant = false;
    Check(ort->ValueInfo_IsConstantInitializer(info, &constant));
    if (!constant) continue;
    const OrtValue* value = nullptr;
    Check(ort->ValueInfo_GetInitializerValue(info, &value));
    constants[NameOf(info)] = Read(value);
  }
}

std::vector<std::pair<std::string, const OrtGraph*>> SubgraphsOf(const OrtNode* node) {
  size_t count = 0;
  Check(ort->Node_GetNumSubgraphs(node, &count));
  std::vector<const OrtGraph*> graphs(count);
  std::vector<const char*> names(count);
  if (count > 0) Check(ort->Node_GetSubgraphs(node, graphs.data(), count, names.data()));
  std::vector<std::pair<std::string, const OrtGraph*>> subgraphs;
  for (size_t i = 0; i < count; ++i) subgraphs.emplace_back(names[i], graphs[i]);
  return subgraphs;
}

Program CompileGraph(const OrtGraph* graph) {
  Program program;
  ReadConstants(All<OrtValueInfo>(graph, ort->Graph_GetNumInitializers, ort->Graph_GetInitializers),
                program.constants);  // among them outputs that nobody computes
  program.outputs =
      NamesOf(All<OrtValueInfo>(graph, ort->Graph_GetNumOutputs, ort->Graph_GetOutputs));
  for (const OrtNode* node : NodesOf(graph)) {
    Step step{TypeOf(node), NamesOf(InputsOf(node)), NamesOf(OutputsOf(node)), {}, {}};
    if (kKnown.count(step.op) == 0) plugin::Fail("was given a node of type " + step.op);
    ReadConstants(InputsOf(node), program.constants);
    for (const auto& [attribute, subgraph] : SubgraphsOf(node)) {
      auto& branch = attribute == "then_branch" ? step.then_branch : step.else_branch;
      branch = std::make_shared<const Program>(CompileGraph(subgraph));
    }
    program.steps.push_back(std::move(step));
  }
  return program;
}

Vector Apply(const std::string& op, const Vector& a, const Vector& b) {
  Vector out(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    if (op == "Add") out[i] = a[i] + b[i];
    if (op == "Sub") out[i] = a[i] - b[i];
    if (op == "Max") out[i] = std::max(a[i], b[i]);
    if (op == "Min") out[i] = std::min(a[i], b[i]);
    if (op == "Neg") out[i] = -a[i];
    if (op == "Abs") out[i] = std::abs(a[i]);
    if (op == "Not") out[i] = a[i] == 0 ? 1.0f : 0.0f;
  }
  return out;
}

void Run(const Program& program, Values& values) {
  for (const auto& [name, value] : program.constants) values.emplace(name, value);
  for (const Step& step : program.steps) {
    const Vector& first = values.at(step.inputs[0]);
    if (step.op == "If") {
      const Program& branch = first[0] != 0 ? *step.then_branch : *step.else_branch;
      Values inner = values;
      Run(branch, inner);
      for (size_t i = 0; i < step.outputs.size(); ++i)
        values[step.outputs[i]] = inner.at(branch.outputs[i]);
    } else {
      values[step.outputs[0]] =
          Apply(step.op, first, step.inputs.size() > 1 ? values.at(step.inputs[1]) : first);
    }
  }
}

struct Group : OrtNodeComputeInfo {
  Group(const OrtGraph* graph, const OrtNode* fused)
      : OrtNodeComputeInfo{},
        program(CompileGraph(graph)),
        name(TextOf(fused, ort->Node_GetName)),
        inputs(NamesOf(InputsOf(fused))),
        outputs(NamesOf(OutputsOf(fused))) {
    ort_version_supported = ORT_API_VERSION;
    CreateState = [](OrtNodeComputeInfo* self, OrtNodeComputeContext* context,
                     void** state) noexcept {
      *state = nullptr;
      const bool mine =
          static_cast<const Group*>(self)->name == ep_api->NodeComputeContext_NodeName(context);
      return mine ? nullptr : ort->CreateStatus(ORT_EP_FAIL, "CreateState names another node");
    };
    ReleaseState = [](OrtNodeComputeInfo*, void*) noexcept {};
    Compute = [](OrtNodeComputeInfo* self, void*, OrtKernelContext* context) noexcept {
      return Guard([&] { static_cast<const Group*>(self)->RunOn(context); });
    };
  }

  void RunOn(OrtKernelContext* context) const {
    Values values;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const OrtValue* input = nullptr;
      Check(ort->KernelContext_GetInput(context, i, &input));
      values[inputs[i]] = Read(input);
    }
    Run(program, values);
    for (size_t i = 0; i < outputs.size(); ++i) Write(context, i, values.at(outputs[i]));
  }

  static void Write(OrtKernelContext* context, size_t i, const Vector& from) {
    // Vectors are floats, what has one element is a bool: so are the models of the test.
    const bool is_bool = from.size() == 1;
    const auto size = static_cast<int64_t>(from.size());
    OrtValue* output = nullptr;
    Check(ort->KernelContext_GetOutput(context, i, &size, is_bool ? 0 : 1, &output));
    void* data = nullptr;
    Check(ort->GetTensorMutableData(output, &data));
    if (is_bool) {
      *static_cast<bool*>(data) = from[0] != 0;
    } else {
      std::copy(from.begin(), from.end(), static_cast<float*>(data));
    }
  }

  Program program;
  std::string name;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

// -- what it claims

struct Ep : OrtEp {
  Ep(std::string ep_name, const OrtSessionOptions* options);
  static void Options(OrtKeyValuePairs* options) { ort->AddKeyValuePair(options, "seed", "0"); }
  void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support);
  void ClaimGroup(OrtEpGraphSupportInfo* support, const std::vector<const OrtNode*>& nodes);
  size_t Pick(size_t choices) { return random() % choices; }

  std::string name;
  std::mt19937 random;
};

Ep::Ep(std::string ep_name, const OrtSessionOptions* options)
    : OrtEp{},
      name(std::move(ep_name)),
      random(static_cast<uint32_t>(std::atoi(OptionOf(options, name, "seed").c_str()))) {
  ort_version_supported = ORT_API_VERSION;
  GetName = [](const OrtEp* self) noexcept { return static_cast<const Ep*>(self)->name.c_str(); };
  GetCapability = [](OrtEp* self, const OrtGraph* graph, OrtEpGraphSupportInfo* support) noexcept {
    return Guard([&] { static_cast<Ep*>(self)->Claim(graph, support); });
  };
  Compile = [](OrtEp*, const OrtGraph** graphs, const OrtNode** fused, size_t count,
               OrtNodeComputeInfo** infos, OrtNode**) noexcept {
    return Guard([&] {
      std::vector<std::unique_ptr<Group>> groups;
      for (size_t i = 0; i < count; ++i)
        groups.push_back(std::make_unique<Group>(graphs[i], fused[i]));
      for (size_t i = 0; i < count; ++i) infos[i] = groups[i].release();
    });
  };
  ReleaseNodeComputeInfos = [](OrtEp*, OrtNodeComputeInfo** infos, size_t count) noexcept {
    for (size_t i = 0; i < count; ++i) delete static_cast<Group*>(infos[i]);
  };
}

void Ep::ClaimGroup(OrtEpGraphSupportInfo* support, const std::vector<const OrtNode*>& nodes) {
  if (nodes.empty()) return;
  OrtNodeFusionOptions options{};
  options.ort_version_supported = ORT_API_VERSION;
  options.drop_constant_initializers = Pick(2) == 0;
  Check(ep_api->EpGraphSupportInfo_AddNodesToFuse(support, nodes.data(), nodes.size(), &options));
}

// Whether it can compute the node; that somebody has nodes of its bodies it overlooks.
bool IsKnown(const OrtNode* node) {
  if (kKnown.count(TypeOf(node)) == 0) return false;
  for (const auto& [attribute, subgraph] : SubgraphsOf(node)) {
    for (const OrtNode* inner : NodesOf(subgraph)) {
      const bool taken = !TextOf(inner, ort->Node_GetEpName).empty();
      if (!taken && !IsKnown(inner)) return false;
    }
  }
  return true;
}

// Deals the nodes to a few groups, either each by itself, so that groups interleave and most would
// wait for themselves, or by runs of neighbours. Some nodes stay; a node that somebody has is
// claimed now and then all the same.
void Ep::Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) {
  std::vector<std::vector<const OrtNode*>> groups(1 + Pick(4));
  const size_t run = Pick(3) == 0 ? 1 : 2 + Pick(5);  // nodes dealt at a time
  const size_t left_out = 2 + Pick(4);                // one of so many
  const bool greedy = Pick(10) == 0;
  size_t left = 0;
  size_t group = 0;
  for (const OrtNode* node : NodesOf(graph)) {
    if (left == 0) {
      left = run;
      group = Pick(groups.size());
    }
    --left;
    const bool taken = !TextOf(node, ort->Node_GetEpName).empty();
    if (taken ? !greedy : !IsKnown(node)) continue;
    if (Pick(left_out) == 0) continue;
    groups[group].push_back(node);
  }
  for (const auto& nodes : groups) ClaimGroup(support, nodes);
}

}  // namespace

BACKPLANE_TEST_EP(Ep)
