#include "compile_ep.h"

#include <algorithm>
#include <map>

#include "ep_context.h"
#include "kit/compute_info.h"
#include "kit/groups.h"
#include "program.h"

namespace sample {

using ep_kit::Entries;
using ep_kit::Graph;
using ep_kit::Node;
using ep_kit::Options;
using ep_kit::Value;

namespace {

class CompiledGroup : public ep_kit::ComputeInfo<CompiledGroup> {
 public:
  CompiledGroup(const Api& api, Program program) : ComputeInfo(api), program_(std::move(program)) {}

  void Run(OrtKernelContext* context) const {
    std::vector<Tensor> slots(program_.num_slots);
    for (size_t i = 0; i < program_.num_inputs; ++i) {
      slots[i] = ReadTensor(api_, api_.Input(context, i));
    }
    program_.Run(std::move(slots), [&](size_t index, const Shape& shape) {
      return static_cast<float*>(api_.Output(context, index, shape));
    });
  }

 private:
  const Program program_;
};

// What becomes of a group: what runs it and, if asked for, the node that stands for it in a model
// that is saved.
struct Compiled {
  std::unique_ptr<CompiledGroup> info;
  Owned<OrtNode> context;
};

class CompileEp : public EpBase {
 public:
  CompileEp(const Api& api, const std::string& name, const OrtSessionOptions* session,
            const Options& options);

 private:
  void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support);
  static std::string WhyNot(const Graph& graph, const Node& node);
  Compiled CompileGroup(const OrtGraph* graph, const OrtNode* fused) const;
  Program Lower(const Graph& graph, const std::vector<std::string>& inputs,
                const std::vector<std::string>& outputs) const;

  const size_t min_group_size_;
  const EpContexts contexts_;
};

CompileEp::CompileEp(const Api& api, const std::string& name, const OrtSessionOptions* session,
                     const Options& options)
    : EpBase(api, name),
      min_group_size_(static_cast<size_t>(options.Number("min_group_size", 1))),
      contexts_(api, name, session, options) {
  // Only what is set is offered; every other member stays null.
  GetCapability = [](OrtEp* self, const OrtGraph* graph,
                     OrtEpGraphSupportInfo* support) noexcept -> OrtStatus* {
    auto* ep = static_cast<CompileEp*>(self);
    return ep->api_.Guard([&] { ep->Claim(graph, support); });
  };
  Compile = [](OrtEp* self, const OrtGraph** graphs, const OrtNode** fused_nodes, size_t count,
               OrtNodeComputeInfo** compute_infos, OrtNode** ep_contexts) noexcept -> OrtStatus* {
    auto* ep = static_cast<CompileEp*>(self);
    return ep->api_.Guard([&] {
      // Nothing is handed over before all has succeeded, so a failure leaves nothing behind.
      std::vector<Compiled> groups;
      for (size_t i = 0; i < count; ++i) {
        groups.push_back(ep->CompileGroup(graphs[i], fused_nodes[i]));
      }
      for (size_t i = 0; i < count; ++i) {
        compute_infos[i] = groups[i].info.release();
        if (ep_contexts != nullptr) ep_contexts[i] = groups[i].context.release();
      }
    });
  };
  // Asked where the program has functions for the data of EPContext nodes, instead of files.
  GetEpContextDataCallbackSupport = [](OrtEp*, uint32_t* flags) noexcept -> OrtStatus* {
    *flags = ORT_EP_CONTEXT_DATA_CALLBACK_READ | ORT_EP_CONTEXT_DATA_CALLBACK_WRITE;
    return nullptr;
  };
  ReleaseNodeComputeInfos = [](OrtEp*, OrtNodeComputeInfo** infos, size_t count) noexcept {
    for (size_t i = 0; i < count; ++i) delete static_cast<CompiledGroup*>(infos[i]);
  };
}

// Called for each graph: the main one, and those inside control flow. Whatever is not claimed goes
// to the next EP, in the end to the host's own.
void CompileEp::Claim(const OrtGraph* source, OrtEpGraphSupportInfo* support) {
  const Graph graph = ep_kit::ReadGraph(api_, source);
  std::vector<bool> supported;
  for (const Node& node : graph.nodes) {
    const std::string why = node.assigned ? "another EP has it" : WhyNot(graph, node);
    supported.push_back(why.empty());
    if (!why.empty() && !contexts_.IsOurs(node)) api_.SetReason(support, node.handle, why);
  }
  OrtNodeFusionOptions fusion{};
  fusion.ort_version_supported = api_.version;
  fusion.drop_constant_initializers = true;  // programs keep their constants
  const auto claim = [&](const std::vector<const OrtNode*>& nodes) {
    api_.Check(
        api_.ep->EpGraphSupportInfo_AddNodesToFuse(support, nodes.data(), nodes.size(), &fusion));
  };
  for (const std::vector<int>& group : ep_kit::FindGroups(graph, supported)) {
    std::vector<const OrtNode*> handles;
    for (const int i : group) handles.push_back(graph.nodes[i].handle);
    if (group.size() >= min_group_size_) {
      claim(handles);
      continue;
    }
    for (const OrtNode* node : handles) {
      api_.SetReason(support, node, "its group is smaller than min_group_size");
    }
  }
  // A model that was compiled before: each EPContext node is a group of its own.
  for (const Node& node : graph.nodes) {
    if (!node.assigned && contexts_.IsOurs(node)) claim({node.handle});
  }
}

// Why a node is left to other EPs; empty if it is not. Hosts that explain show these words.
std::string CompileEp::WhyNot(const Graph& graph, const Node& node) {
  if (!FindOperator(node.domain, node.op_type, node.since_version).has_value()) {
    return "there is no " + node.op_type + " of version " + std::to_string(node.since_version);
  }
  for (const auto* values : {&node.inputs, &node.outputs}) {
    for (const int value : *values) {
      if (value < 0 || graph.values[value].type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
        return value < 0 ? "an input is left out"
                         : "'" + graph.values[value].name + "' is no float";
      }
    }
  }
  return "";
}

// `source` holds just the nodes of one group. `fused` is what replaces them: its inputs and
// outputs, in its order, are those that Compute gets.
Compiled CompileEp::CompileGroup(const OrtGraph* source, const OrtNode* fused) const {
  const Graph graph = ep_kit::ReadGraph(api_, source);
  const std::vector<std::string> inputs = ep_kit::InputNames(api_, fused);
  const std::vector<std::string> outputs = ep_kit::OutputNames(api_, fused);
  const bool from_context = graph.nodes.size() == 1 && contexts_.IsOurs(graph.nodes[0]);
  const std::string loaded = from_context ? contexts_.Load(source, graph.nodes[0]) : "";
  Program program = from_context ? Program::Load(loaded) : Lower(graph, inputs, outputs);
  if (program.num_inputs != inputs.size() || program.outputs.size() != outputs.size()) {
    throw Failure(ORT_INVALID_GRAPH,
                  "the EPContext node has other inputs and outputs than the program in it");
  }
  Compiled compiled;
  if (contexts_.wanted()) compiled.context = contexts_.Save(source, fused, program.Save());
  compiled.info = std::make_unique<CompiledGroup>(api_, std::move(program));
  return compiled;
}

Program CompileEp::Lower(const Graph& graph, const std::vector<std::string>& inputs,
                         const std::vector<std::string>& outputs) const {
  Program program;
  std::map<std::string, uint32_t> slots;
  const auto new_slot = [&](const std::string& name) { return slots[name] = program.num_slots++; };
  for (const std::string& input : inputs) new_slot(input);
  program.num_inputs = program.num_slots;
  const auto slot_of = [&](int index) {
    const Value& value = graph.values[index];
    const auto found = slots.find(value.name);
    if (found != slots.end()) return found->second;
    // Neither an input nor computed before: one of the initializers that the fused node lacks. They
    // are copied, as the host may free them once the session is ready.
    if (value.constant == nullptr) {
      throw Failure(ORT_EP_FAIL, "'" + value.name + "' comes from nowhere");
    }
    const Tensor constant = ReadTensor(api_, value.constant);
    const size_t count = ElementCount(constant.shape);
    const uint32_t slot = new_slot(value.name);
    program.constants.push_back({slot, constant.shape, {constant.data, constant.data + count}});
    return slot;
  };
  for (const Node& node : graph.nodes) {
    const Operator op = *FindOperator(node.domain, node.op_type, node.since_version);
    const uint32_t left = slot_of(node.inputs[0]);
    const uint32_t right = IsBinary(op) ? slot_of(node.inputs[1]) : left;
    program.steps.push_back({op, left, right, new_slot(graph.values[node.outputs[0]].name)});
  }
  for (const std::string& output : outputs) program.outputs.push_back(slots.at(output));
  return program;
}

}  // namespace

Entries CompileEpOptions() { return {{"min_group_size", "1"}}; }

std::unique_ptr<EpBase> MakeCompileEp(const Api& api, const std::string& name,
                                      const OrtSessionOptions* session, const Options& options) {
  return std::make_unique<CompileEp>(api, name, session, options);
}

}  // namespace sample
