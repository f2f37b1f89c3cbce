// See compiled_group.h.
#include "dnnl/compiled_group.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "dnnl/rewrite.h"

namespace backplane::dnnl_ep {
namespace {

// Constants up to this size are copied; larger ones are only looked at when a program is built.
constexpr size_t kSmallConstant = 4096;

size_t SizeOf(const Value& constant) {
  return ElementCount(*constant.dims) * ep_kit::ElementSize(constant.type);
}

// A copy that lives as long as the group.
const void* Copy(Group& group, const Value& constant, const void* data) {
  const size_t bytes = SizeOf(constant);
  auto copy = std::make_unique<std::byte[]>(std::max<size_t>(bytes, 1));
  if (bytes > 0) std::memcpy(copy.get(), data, bytes);
  return group.copies.emplace_back(std::move(copy)).get();
}

void AppendToFile(const std::string& path, const std::string& text) {
  FILE* file = std::fopen(path.c_str(), "a");
  if (file == nullptr) throw Failure(ORT_FAIL, "could not open the dump file " + path);
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

// Room for a run's pointers, on the stack where they are few.
template <typename T>
class Pointers {
 public:
  explicit Pointers(size_t count) : count_(count) {
    if (count > few_.size()) many_.resize(count);
  }
  std::span<T> span() { return {count_ > few_.size() ? many_.data() : few_.data(), count_}; }

 private:
  std::array<T, 16> few_;
  std::vector<T> many_;
  size_t count_;
};

}  // namespace

CompiledGroup::CompiledGroup(const ep_kit::Api& api, Group group, std::vector<size_t> positions,
                             const Settings& settings)
    : ComputeInfo(api),
      group_(std::move(group)),
      positions_(std::move(positions)),
      settings_(settings) {
  if (group_.has_static_shapes) {
    std::vector<Dims> dims;
    for (int value : group_.inputs) dims.push_back(*group_.graph.values[value].dims);
    Remember(BuildProgram(dims, group_.constants));
  }
  for (size_t i = 0; i < group_.constants.size(); ++i) LetGo(static_cast<int>(i));
}

// What is large belongs to the host, which may free it when this returns. What will be needed and
// comes with no run is copied.
void CompiledGroup::LetGo(int value) {
  const void*& data = group_.constants[value];
  const bool is_copy = std::any_of(group_.copies.begin(), group_.copies.end(),
                                   [&](const auto& copy) { return copy.get() == data; });
  if (data == nullptr || is_copy) return;
  const bool comes_again =
      std::find(group_.inputs.begin(), group_.inputs.end(), value) != group_.inputs.end();
  if (group_.has_static_shapes || comes_again) {
    data = nullptr;
  } else {
    data = Copy(group_, group_.graph.values[value], data);
  }
}

void CompiledGroup::Run(OrtKernelContext* context) {
  Pointers<const OrtValue*> value_room(positions_.size());
  Pointers<const void*> input_room(positions_.size());
  Pointers<void*> output_room(group_.outputs.size());
  const auto values = value_room.span();
  const auto inputs = input_room.span();
  const auto outputs = output_room.span();
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = api_.Input(context, positions_[i]);
    inputs[i] = api_.DataOf(values[i]);
  }
  const ProgramPointer program = ProgramFor(values);
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputs[i] = api_.Output(context, i, program->output_dims()[i]);
  }
  const ThreadScope threads(settings_.num_threads);
  program->Run(inputs, outputs);
}

CompiledGroup::ProgramPointer CompiledGroup::ProgramFor(Inputs inputs) {
  if (ProgramPointer found = FindProgram(inputs)) return found;
  if (group_.has_static_shapes) {
    throw Failure(ORT_INVALID_ARGUMENT,
                  group_.name + ": an input's shape is not the one that the model declares");
  }
  const std::lock_guard lock(build_mutex_);
  if (ProgramPointer found = FindProgram(inputs)) return found;  // built while we waited
  std::vector<Dims> dims;
  for (const OrtValue* input : inputs) dims.push_back(api_.ShapeOf(input));
  Constants constants = group_.constants;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = group_.graph.values[group_.inputs[i]];
    if (value.is_fixed && constants[group_.inputs[i]] == nullptr) {
      constants[group_.inputs[i]] = api_.DataOf(inputs[i]);
    }
  }
  ProgramPointer program = BuildProgram(dims, constants);
  Remember(program);
  return program;
}

bool CompiledGroup::IsFor(const Program& program, Inputs inputs) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!api_.HasShape(inputs[i], program.input_dims()[i])) return false;
  }
  return true;
}

CompiledGroup::ProgramPointer CompiledGroup::FindProgram(Inputs inputs) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(programs_.begin(), programs_.end(),
                   [&](const ProgramPointer& program) { return IsFor(*program, inputs); });
  if (found == programs_.end()) return nullptr;
  programs_.splice(programs_.begin(), programs_, found);
  return programs_.front();
}

CompiledGroup::ProgramPointer CompiledGroup::BuildProgram(const std::vector<Dims>& input_dims,
                                                          const Constants& constants) {
  const ThreadScope threads(settings_.num_threads);
  ProgramPointer program = Builder(group_, constants, settings_).Build(input_dims);
  if (!settings_.dump.empty()) {
    AppendToFile(settings_.dump, group_.name + " threads=" + std::to_string(settings_.num_threads) +
                                     " constants=" + std::to_string(group_.store->Bytes()) + "\n" +
                                     program->Dump());
  }
  return program;
}

void CompiledGroup::Remember(ProgramPointer program) {
  const std::lock_guard lock(mutex_);
  programs_.push_front(std::move(program));
  while (static_cast<int>(programs_.size()) > settings_.max_cached_shapes) programs_.pop_back();
}

Group MakeGroup(const ep_kit::Api& api, const OrtGraph* source, const OrtNode* fused_node) {
  Group group;
  const char* name = nullptr;
  api.Check(api.ort->Node_GetName(fused_node, &name));
  group.name = name;
  group.graph = ep_kit::ReadGraph(api, source);
  Graph& graph = group.graph;
  group.constants.resize(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const Value& value = graph.values[i];
    if (value.constant == nullptr) continue;
    const void* data = api.DataOf(value.constant);
    group.constants[i] = SizeOf(value) <= kSmallConstant ? Copy(group, value, data) : data;
  }
  Rewrite(graph, group.constants);
  graph.ForgetHandles();
  for (const Node& node : graph.nodes) {
    const Operator* op = FindOperator(node);
    if (op == nullptr) throw Failure(ORT_EP_FAIL, node.op_type + " was not claimed");
    group.operators.push_back(op);
  }
  return group;
}

}  // namespace backplane::dnnl_ep
