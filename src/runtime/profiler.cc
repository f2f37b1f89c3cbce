#include "runtime/profiler.h"

#include <unistd.h>

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

uint64_t ThisThread() { return static_cast<uint64_t>(gettid()); }

Json ShapesOf(const Step& step, const KernelContext& context, std::span<const uint32_t> slots) {
  (void)step;
  Json list = Json::array();
  for (const uint32_t slot : slots) {
    if (slot == KernelContext::kAbsent || !context.slots_[slot]->IsTensor()) continue;
    const Tensor& tensor = context.slots_[slot]->tensor();
    list.push_back({{std::string(NameOf(tensor.dtype())),
                     std::vector<int64_t>(tensor.shape().begin(), tensor.shape().end())}});
  }
  return list;
}

}  // namespace

Profiler::Profiler(const std::string& prefix) : start_(MonotonicNanos()) {
  const auto seconds = static_cast<std::time_t>(WallClockMicros() / 1000000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof(stamp), "%Y-%m-%d_%H-%M-%S", &parts);
  path_ = Format("{}_{}.json", prefix, stamp);
}

int64_t Profiler::Now() const { return MonotonicNanos() - start_; }

void Profiler::Add(Event event) {
  std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
}

void Profiler::AddNode(const Step& step, int64_t started, const KernelContext& context) {
  const int64_t ended = Now();
  Json args;
  args["op_name"] = step.node->op_type;
  args["provider"] = step.ep->name();
  args["node_index"] = std::to_string(step.node->index);
  args["input_type_shape"] = ShapesOf(step, context, step.inputs().first(step.input_count));
  args["output_type_shape"] = ShapesOf(step, context, step.outputs());
  const std::string& name = step.node->name.empty() ? step.node->op_type : step.node->name;
  Add({"Node", name + "_kernel_time", started, ended - started, ThisThread(), Dump(args)});
}

void Profiler::AddSession(const std::string& name, int64_t started) {
  Add({"Session", name, started, Now() - started, ThisThread(), "{}"});
}

std::string Profiler::Finish() {
  std::lock_guard lock(mutex_);
  std::string text = "[\n";
  for (size_t i = 0; i < events_.size(); ++i) {
    const Event& event = events_[i];
    text += Format(
        R"({{"cat":"{}","pid":{},"tid":{},"dur":{:.3f},"ts":{:.3f},"ph":"X","name":{},"args":{}}}{})",
        event.category, getpid(), event.thread, static_cast<double>(event.duration) / 1000.0,
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
