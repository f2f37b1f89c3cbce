// See options.h.
#include "dnnl/options.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <thread>

#include "dnnl/operators.h"
#include "kit/options.h"
#include "onnxruntime_session_options_config_keys.h"

namespace backplane::dnnl_ep {
namespace {

constexpr int kMostThreads = 1024;
// The processors this process may use.
int AvailableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(CPU_COUNT(&set), 1);
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

// num_threads, else what the session says, else all processors.
int Threads(const ep_kit::Options& options) {
  const auto own = static_cast<int>(options.Number("num_threads", 0, kMostThreads));
  if (own > 0) return own;
  const std::string text = options.Session(kOrtSessionOptionsConfigIntraOpNumThreads);
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value > 0 ? std::min(value, kMostThreads) : AvailableProcessors();
}

std::vector<std::string> OperatorNames(const ep_kit::Options& options) {
  std::vector<std::string_view> known;
  for (const Operator& op : Operators()) known.push_back(op.name);
  std::vector<std::string> names;
  std::istringstream stream(options.Text("exclude_ops"));
  for (std::string name; std::getline(stream, name, ',');) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      options.Refuse("exclude_ops", "operators of this EP (the nearest to '" + name + "' is '" +
                                        std::string(ep_kit::Nearest(name, known)) + "')");
    }
    names.push_back(name);
  }
  return names;
}

}  // namespace

ep_kit::Entries KnownOptions() {
  return {
      {"num_threads", "0"},       {"fast_math", "strict"}, {"fusion", "1"}, {"min_group_size", "1"},
      {"max_cached_shapes", "8"}, {"exclude_ops", ""},     {"dump", ""}};
}

Settings ReadSettings(const ep_kit::Api& api, const OrtSessionOptions* session) {
  const ep_kit::Options options(api, kEpName, session, KnownOptions());
  Settings settings;
  settings.num_threads = Threads(options);
  const std::string& fast_math = options.Text("fast_math");
  if (fast_math != "strict" && fast_math != "bf16") options.Refuse("fast_math", "strict or bf16");
  settings.fast_math_bf16 = fast_math == "bf16";
  settings.fusion = options.Flag("fusion");
  settings.min_group_size = static_cast<size_t>(options.Number("min_group_size", 1));
  settings.max_cached_shapes = static_cast<int>(options.Number("max_cached_shapes", 1, 4096));
  settings.dump = options.Text("dump");
  settings.exclude_ops = OperatorNames(options);
  return settings;
}

}  // namespace backplane::dnnl_ep
