#include "runtime/profiler.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "base/file.h"

namespace backplane {
namespace {

using Json = nlohmann::ordered_json;

// Lenient: a name in a model need not be UTF-8.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The members of an object, as an EP is told them: texts as they are, all else as JSON.
std::vector<std::pair<std::string, std::string>> Members(const std::string& object) {
  std::vector<std::pair<std::string, std::string>> members;
  const Json json = Json::parse(object);
  for (const auto& [key, value] : json.items())
    members.emplace_back(key, value.is_string() ? value.get<std::string>() : Dump(value));
  return members;
}

const char* NameOf(OrtProfilingEventCategory category) {
  switch (category) {
    case OrtProfilingEventCategory_SESSION:
      return "Session";
    case OrtProfilingEventCategory_NODE:
      return "Node";
    case OrtProfilingEventCategory_KERNEL:
      return "Kernel";
    case OrtProfilingEventCategory_API:
      return "Api";
  }
  return "Unknown";
}

// Null where the slot holds no tensor.
const Tensor* TensorAt(const KernelContext& context, uint32_t slot) {
  if (slot == KernelContext::kAbsent || !context.slots_[slot]->IsTensor()) return nullptr;
  return &context.slots_[slot]->tensor();
}

Json ShapesOf(const KernelContext& context, std::span<const uint32_t> slots) {
  Json list = Json::array();
  for (const uint32_t slot : slots) {
    const Tensor* tensor = TensorAt(context, slot);
    if (tensor == nullptr) continue;
    list.push_back({{std::string(NameOf(tensor->dtype())),
                     std::vector<int64_t>(tensor->shape().begin(), tensor->shape().end())}});
  }
  return list;
}

// The bytes of a step's weights, other inputs and outputs, as text: ONNX Runtime's traces have it
// so.
void AddSizes(const Step& step, const KernelContext& context, Json& args) {
  size_t weights = 0;
  size_t others = 0;
  size_t outputs = 0;
  for (size_t i = 0; i < step.input_count; ++i) {
    const Tensor* tensor = TensorAt(context, step.slots[i]);
    const ValueInfo* value = step.node->Input(i);
    if (tensor != nullptr)
      (value != nullptr && value->IsConstant() ? weights : others) += tensor->Bytes();
  }
  for (const uint32_t slot : step.outputs()) {
    if (const Tensor* tensor = TensorAt(context, slot)) outputs += tensor->Bytes();
  }
  args["activation_size"] = std::to_string(others);
  args["parameter_size"] = std::to_string(weights);
  args["output_size"] = std::to_string(outputs);
}

// Milliseconds since the Unix epoch, but another number at each call: files are named by it.
int64_t DistinctMillis() {
  static std::atomic<int64_t> last{0};
  const int64_t now = WallClockMicros() / 1000;
  int64_t before = last.load();
  while (!last.compare_exchange_weak(before, std::max(now, before + 1))) {
  }
  return std::max(now, before + 1);
}

}  // namespace

Profiler::Profiler(const std::string& prefix, const Logger& logger)
    : logger_(logger), start_(MonotonicNanos()) {
  const int64_t millis = DistinctMillis();
  const auto seconds = static_cast<std::time_t>(millis / 1000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof(stamp), "%Y-%m-%d_%H-%M-%S", &parts);
  path_ = Format("{}_{}_{:03}.json", prefix, stamp, millis % 1000);
}

int64_t Profiler::Now() const { return MonotonicNanos() - start_; }

template <typename Function>
void Profiler::Tell(Function&& function) {
  try {
    function();
  } catch (const Error& error) {
    logger_.Warning("profiler", "{}", error.message());
  }
}

void Profiler::AddEp(EpProfiler& ep) {
  Tell([&] {
    ep.Start(Now());
    eps_.push_back(&ep);
  });
}

Profiler::Begun Profiler::Begin() {
  const Begun begun{Now(), next_id_.fetch_add(1, std::memory_order_relaxed)};
  if (eps_.empty()) return begun;
  const std::shared_lock lock(ending_);
  if (finished_) return begun;
  for (EpProfiler* ep : eps_) Tell([&] { ep->StartEvent(begun.id); });
  return begun;
}

void Profiler::Add(const char* category, std::string name, Begun begun, std::string args) {
  Event event{category, std::move(name), begun.started,  Now() - begun.started,
              getpid(), gettid(),        std::move(args)};
  const std::shared_lock ending(ending_);
  if (finished_) return;
  if (!eps_.empty()) {
    const ProfilingEvent told{category == NameOf(OrtProfilingEventCategory_NODE)
                                  ? OrtProfilingEventCategory_NODE
                                  : OrtProfilingEventCategory_SESSION,
                              static_cast<int32_t>(event.process),
                              static_cast<int32_t>(event.thread),
                              event.name,
                              event.started / 1000,
                              event.duration / 1000,
                              Members(event.args)};
    for (EpProfiler* ep : eps_) Tell([&] { ep->StopEvent(begun.id, told); });
  }
  std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
}

void Profiler::AddNode(const Step& step, Begun begun, const KernelContext& context) {
  Json args;
  args["op_name"] = step.node->op_type;
  args["provider"] = step.ep->name();
  args["node_index"] = std::to_string(step.node->index);
  args["input_type_shape"] = ShapesOf(context, step.inputs().first(step.input_count));
  args["output_type_shape"] = ShapesOf(context, step.outputs());
  AddSizes(step, context, args);
  const std::string& name = step.node->name.empty() ? step.node->op_type : step.node->name;
  Add(NameOf(OrtProfilingEventCategory_NODE), name + "_kernel_time", begun, Dump(args));
}

void Profiler::AddSession(const std::string& name, Begun begun) {
  Add(NameOf(OrtProfilingEventCategory_SESSION), name, begun, "{}");
}

void Profiler::CollectEpEvents() {
  for (EpProfiler* ep : eps_) {
    Tell([&] {
      for (const ProfilingEvent& event : ep->End()) {
        Json args = Json::object();
        for (const auto& [key, value] : event.args) args[key] = value;
        events_.push_back({NameOf(event.category), event.name, event.timestamp_us * 1000,
                           event.duration_us * 1000,
                           event.process_id < 0 ? getpid() : event.process_id, event.thread_id,
                           Dump(args)});
      }
    });
  }
  std::stable_sort(events_.begin(), events_.end(),
                   [](const Event& a, const Event& b) { return a.started < b.started; });
}

std::string Profiler::Finish() {
  const std::lock_guard ending(ending_);
  if (finished_) return {};
  finished_ = true;
  const std::lock_guard lock(mutex_);
  CollectEpEvents();
  std::string text = "[\n";
  for (size_t i = 0; i < events_.size(); ++i) {
    const Event& event = events_[i];
    text += Format(
        R"({{"cat":"{}","pid":{},"tid":{},"dur":{:.3f},"ts":{:.3f},"ph":"X","name":{},"args":{}}}{})",
        event.category, event.process, event.thread, static_cast<double>(event.duration) / 1000.0,
        static_cast<double>(event.started) / 1000.0, Dump(Json(event.name)), event.args,
        i + 1 < events_.size() ? ",\n" : "\n");
  }
  text += "]\n";
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  const std::span<const std::byte> chunks[] = {bytes};
  WriteFile(path_, chunks);
  events_.clear();
  return path_;
}

}  // namespace backplane
