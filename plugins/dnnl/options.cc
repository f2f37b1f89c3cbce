// See options.h.
#include "dnnl/options.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <thread>

#include "common/options.h"
#include "dnnl/operators.h"
#include "onnxruntime_session_options_config_keys.h"

namespace backplane::dnnl_ep {
namespace {

constexpr int kMostThreads = 1024;
constexpr std::array<std::string_view, 6> kKnown = {
    "num_threads", "fast_math", "fusion", "max_cached_shapes", "dump", "exclude_ops"};

// The processors this process may use.
int AvailableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(CPU_COUNT(&set), 1);
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

// num_threads, else what the session says, else all processors.
int Threads(const plugins::Options& options, const OrtSessionOptions* session) {
  const int own = options.Number("num_threads", 0, 0, kMostThreads);
  if (own > 0) return own;
  const std::string text =
      plugins::SessionEntry(session, kOrtSessionOptionsConfigIntraOpNumThreads);
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value > 0 ? std::min(value, kMostThreads) : AvailableProcessors();
}

std::vector<std::string> OperatorNames(const plugins::Options& options) {
  std::vector<std::string_view> known;
  for (const Operator& op : Operators()) known.push_back(op.name);
  std::vector<std::string> names;
  std::istringstream stream(options.Text("exclude_ops"));
  for (std::string name; std::getline(stream, name, ',');) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      options.Refuse("exclude_ops", "'" + name + "' is no operator of this EP; the nearest is '" +
                                        std::string(plugins::Nearest(name, known)) + "'");
    }
    names.push_back(name);
  }
  return names;
}

}  // namespace

Settings ReadSettings(const OrtSessionOptions* session) {
  const plugins::Options options(session, kEpName, kKnown);
  Settings settings;
  settings.num_threads = Threads(options, session);
  const std::string fast_math = options.Text("fast_math", "strict");
  if (fast_math != "strict" && fast_math != "bf16") {
    options.Refuse("fast_math", "strict or bf16 is needed");
  }
  settings.fast_math_bf16 = fast_math == "bf16";
  settings.fusion = options.Switch("fusion", true);
  settings.max_cached_shapes = options.Number("max_cached_shapes", 8, 1, 4096);
  settings.dump = options.Text("dump");
  settings.exclude_ops = OperatorNames(options);
  return settings;
}

}  // namespace backplane::dnnl_ep
