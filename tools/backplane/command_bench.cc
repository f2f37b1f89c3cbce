// `backplane bench`: the time to load a model and to run it, and the memory that took.
#include <algorithm>
#include <fstream>

#include "backplane/commands.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

// A line of /proc/self/status in bytes; 0 where there is none.
int64_t ProcessBytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.compare(0, key.size() + 1, key + ":") == 0)
      return std::atoll(line.c_str() + key.size() + 1) * 1024;
  return 0;
}

double Percentile(const std::vector<double>& sorted, double share) {
  const auto index = static_cast<size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5);
  return sorted[index];
}

}  // namespace

void BenchModel(const Settings& settings) {
  const int64_t bytes_before = ProcessBytes("VmRSS");
  const Session session(settings.session);
  const int64_t bytes_loaded = ProcessBytes("VmRSS");
  const std::vector<Feed> feeds = MakeFeeds(session.inputs(), settings.feeds);
  const std::vector<Owned<OrtValue>> values = MakeValues(session.runtime(), feeds);

  double first = 0;
  session.Run(values, &first);
  double warm = 0;
  session.Run(values, &warm);  // frames and plans of these shapes exist from here on
  std::vector<double> times;
  const double end = Now() + settings.seconds * 1e3;
  const auto enough = [&] {
    if (settings.repeat > 0) return times.size() >= static_cast<size_t>(settings.repeat);
    return times.size() >= 5 && Now() >= end;
  };
  while (!enough()) session.Run(values, &times.emplace_back());
  std::sort(times.begin(), times.end());

  const int64_t peak = ProcessBytes("VmHWM");
  if (settings.json) {
    PrintJson({{"model", settings.session.model},
               {"library",
                {{"version", session.runtime().version()}, {"path", session.runtime().path()}}},
               {"threads", settings.session.threads},
               {"load_ms", session.load_milliseconds()},
               {"first_run_ms", first},
               {"runs", times.size()},
               {"min_ms", times.front()},
               {"p50_ms", Percentile(times, 0.5)},
               {"p90_ms", Percentile(times, 0.9)},
               {"p99_ms", Percentile(times, 0.99)},
               {"loaded_bytes", bytes_loaded - bytes_before},
               {"peak_bytes", peak}});
    return;
  }
  const auto time = [&](double share) { return FormatMilliseconds(Percentile(times, share)); };
  std::vector<std::pair<std::string, std::string>> facts;
  for (const Feed& feed : feeds)
    facts.emplace_back("input " + feed.name, FormatShape(feed.tensor.shape) + ", " + feed.source);
  facts.emplace_back("load", FormatMilliseconds(session.load_milliseconds()));
  facts.emplace_back("first run", FormatMilliseconds(first));
  facts.emplace_back(
      "p50", time(0.5) + " of " + FormatCount(static_cast<int64_t>(times.size())) + " runs");
  facts.emplace_back("p90", time(0.9));
  facts.emplace_back("p99", time(0.99));
  facts.emplace_back("fastest", FormatMilliseconds(times.front()));
  facts.emplace_back("memory", FormatBytes(bytes_loaded - bytes_before) + " by loading, " +
                                   FormatBytes(peak) + " at most in the whole process");
  PrintFacts(facts);
}

}  // namespace backplane::command
