#include "compile_ep.h"

#include <algorithm>
#include <map>

#include "graph_reader.h"
#include "grouping.h"
#include "program.h"

namespace sample {

namespace {

// One compiled group. The host calls CreateState once in a session, Compute for each run, on any
// thread, and ReleaseState at the end. All that is needed here is in the program, so the state is
// the object itself.
class CompiledGroup : public OrtNodeComputeInfo {
 public:
  CompiledGroup(const Api& api, Program program)
      : OrtNodeComputeInfo{}, api_(api), program_(std::move(program)) {
    ort_version_supported = kApiVersion;
    OrtNodeComputeInfo::CreateState = [](OrtNodeComputeInfo* self, OrtNodeComputeContext*,
                                         void** state) noexcept -> OrtStatus* {
      *state = self;
      return nullptr;
    };
    OrtNodeComputeInfo::Compute = [](OrtNodeComputeInfo*, void* state,
                                     OrtKernelContext* context) noexcept -> OrtStatus* {
      const auto* group =
          static_cast<const CompiledGroup*>(static_cast<OrtNodeComputeInfo*>(state));
      return group->api_.Guard([&] { group->Run(context); });
    };
    OrtNodeComputeInfo::ReleaseState = [](OrtNodeComputeInfo*, void*) noexcept {};
  }

 private:
  void Run(OrtKernelContext* context) const {
    std::vector<Tensor> inputs;
    for (size_t i = 0; i < program_.num_inputs; ++i) {
      inputs.push_back(api_.ReadTensor(api_.Input(context, i)));
    }
    program_.Run(inputs, [&](size_t index, const Shape& shape) {
      return static_cast<float*>(api_.Output(context, index, shape));
    });
  }

  const Api& api_;
  const Program program_;
};

// What becomes of a group: what runs it and, if asked for, the node that stands for it in a model
// that is saved.
struct Compiled {
  std::unique_ptr<CompiledGroup> info;
  Owned<OrtNode> context;
};

class CompileEp : public Ep {
 public:
  CompileEp(const Api& api, const std::string& name, const Options& options);

 private:
  void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support);
  bool Supports(const Node& node) const;
  bool IsOurContext(const Node& node) const;
  Compiled CompileGroup(const OrtGraph* graph, const OrtNode* fused) const;
  Program Lower(const std::vector<Node>& nodes, const Node& fused) const;
  Owned<OrtNode> MakeContextNode(const Program& program, const Node& fused) const;

  const GraphReader reader_;
  size_t min_group_size_ = 1;
  bool make_contexts_ = false;
};

CompileEp::CompileEp(const Api& api, const std::string& name, const Options& options)
    : Ep(api, name), reader_(api) {
  min_group_size_ = static_cast<size_t>(options.Number("min_group_size", 1));
  // Set by programs, and by the Compile API. Hosts offer room for the nodes in any case.
  make_contexts_ = options.SessionFlag("ep.context_enable");

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
  ReleaseNodeComputeInfos = [](OrtEp*, OrtNodeComputeInfo** infos, size_t count) noexcept {
    for (size_t i = 0; i < count; ++i) delete static_cast<CompiledGroup*>(infos[i]);
  };
}

// Called for each graph: the main one, and those inside control flow. Whatever is not claimed goes
// to the next EP, in the end to the host's own.
void CompileEp::Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) {
  const std::vector<Node> nodes = reader_.Nodes(graph);
  std::vector<bool> supported;
  for (const Node& node : nodes) supported.push_back(!node.taken && Supports(node));

  OrtNodeFusionOptions fusion{};
  fusion.ort_version_supported = kApiVersion;
  fusion.drop_constant_initializers = true;  // programs keep their constants
  for (const std::vector<size_t>& group : FindGroups(nodes, supported)) {
    if (group.size() < min_group_size_) continue;
    std::vector<const OrtNode*> handles;
    for (const size_t i : group) handles.push_back(nodes[i].handle);
    api_.Check(api_.ep->EpGraphSupportInfo_AddNodesToFuse(support, handles.data(), handles.size(),
                                                          &fusion));
  }
  // A model that was compiled before: each EPContext node is a group of its own.
  for (const Node& node : nodes) {
    if (node.taken || !IsOurContext(node)) continue;
    api_.Check(api_.ep->EpGraphSupportInfo_AddNodesToFuse(support, &node.handle, 1, &fusion));
  }
}

bool CompileEp::Supports(const Node& node) const {
  const auto is_float = [&](const Value& value) { return reader_.IsFloat(value); };
  return FindOperator(node.domain, node.op_type, node.since_version).has_value() &&
         std::all_of(node.inputs.begin(), node.inputs.end(), is_float) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), is_float);
}

bool CompileEp::IsOurContext(const Node& node) const {
  return node.op_type == "EPContext" && node.domain == "com.microsoft" &&
         reader_.StringAttribute(node.handle, "source") == name_;
}

// `graph` holds just the nodes of one group. `fused` is what replaces them: its inputs and outputs,
// in its order, are those that Compute gets.
Compiled CompileEp::CompileGroup(const OrtGraph* graph, const OrtNode* fused_handle) const {
  const std::vector<Node> nodes = reader_.Nodes(graph);
  const Node fused = reader_.Read(fused_handle);
  const bool from_context = nodes.size() == 1 && IsOurContext(nodes[0]);
  Program program =
      from_context ? Program::Load(reader_.StringAttribute(nodes[0].handle, "ep_cache_context"))
                   : Lower(nodes, fused);
  if (program.num_inputs != fused.inputs.size() || program.outputs.size() != fused.outputs.size()) {
    throw Error("the EPContext node has other inputs and outputs than the program in it",
                ORT_INVALID_GRAPH);
  }
  Compiled compiled;
  if (make_contexts_) compiled.context = MakeContextNode(program, fused);
  compiled.info = std::make_unique<CompiledGroup>(api_, std::move(program));
  return compiled;
}

Program CompileEp::Lower(const std::vector<Node>& nodes, const Node& fused) const {
  Program program;
  std::map<std::string, uint32_t> slots;
  const auto new_slot = [&](const std::string& name) { return slots[name] = program.num_slots++; };
  for (const Value& input : fused.inputs) new_slot(input.name);
  program.num_inputs = program.num_slots;
  const auto slot_of = [&](const Value& value) {
    const auto found = slots.find(value.name);
    if (found != slots.end()) return found->second;
    // Neither an input nor computed before: one of the initializers that the fused node lacks. They
    // are copied, as the host may free them once the session is ready.
    const OrtValue* tensor = reader_.Constant(value);
    if (tensor == nullptr) throw Error("'" + value.name + "' comes from nowhere");
    const Tensor constant = api_.ReadTensor(tensor);
    const size_t count = ElementCount(constant.shape);
    const uint32_t slot = new_slot(value.name);
    program.constants.push_back({slot, constant.shape, {constant.data, constant.data + count}});
    return slot;
  };
  for (const Node& node : nodes) {
    const Operator op = *FindOperator(node.domain, node.op_type, node.since_version);
    const uint32_t left = slot_of(node.inputs[0]);
    const uint32_t right = IsBinary(op) ? slot_of(node.inputs[1]) : left;
    program.steps.push_back({op, left, right, new_slot(node.outputs[0].name)});
  }
  for (const Value& output : fused.outputs) program.outputs.push_back(slots.at(output.name));
  return program;
}

// The node that takes the group's place in the compiled model. Small programs are put into the
// model; larger ones belong into files beside it (see ep.context_embed_mode).
Owned<OrtNode> CompileEp::MakeContextNode(const Program& program, const Node& fused) const {
  const std::string bytes = program.Save();
  const int64_t yes = 1;
  std::vector<Owned<OrtOpAttr>> attributes;
  const auto add = [&](const char* key, const void* data, size_t length, OrtOpAttrType type) {
    OrtOpAttr* attribute = nullptr;
    api_.Check(api_.ort->CreateOpAttr(key, data, static_cast<int>(length), type, &attribute));
    attributes.emplace_back(attribute, api_.ort->ReleaseOpAttr);
  };
  add("main_context", &yes, 1, ORT_OP_ATTR_INT);
  add("embed_mode", &yes, 1, ORT_OP_ATTR_INT);
  add("ep_cache_context", bytes.data(), bytes.size(), ORT_OP_ATTR_STRING);
  add("source", name_.data(), name_.size(), ORT_OP_ATTR_STRING);
  std::vector<OrtOpAttr*> handles;
  for (const auto& attribute : attributes) handles.push_back(attribute.get());
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  for (const Value& value : fused.inputs) inputs.push_back(value.name.c_str());
  for (const Value& value : fused.outputs) outputs.push_back(value.name.c_str());
  const char* name = nullptr;
  api_.Check(api_.ort->Node_GetName(fused.handle, &name));
  OrtNode* node = nullptr;
  api_.Check(api_.ort->GetModelEditorApi()->CreateNode(
      "EPContext", "com.microsoft", name, inputs.data(), inputs.size(), outputs.data(),
      outputs.size(), handles.data(), handles.size(), &node));
  for (auto& attribute : attributes) attribute.release();  // the node's from here on
  return Owned<OrtNode>(node, api_.ort->ReleaseNode);
}

}  // namespace

Options::Entries CompileEpOptions() { return {{"min_group_size", "1"}}; }

std::unique_ptr<Ep> MakeCompileEp(const Api& api, const std::string& name, const Options& options) {
  return std::make_unique<CompileEp>(api, name, options);
}

}  // namespace sample
