// `backplane run`: runs a model once or more and shows what went in and what came out.
#include <algorithm>
#include <functional>

#include "backplane/commands.h"
#include "backplane/outputs.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

constexpr size_t kShownElements = 6;  // of a sequence

std::string FirstText(const Output& output) {
  std::vector<std::string> parts;
  for (const double value : output.summary.first) parts.push_back(FormatNumber(value));
  for (const std::string& text : output.summary.first_strings)
    parts.push_back("\"" + text.substr(0, 30) + "\"");
  const bool more =
      output.tensor && ElementCount(output.tensor->shape) > static_cast<int64_t>(parts.size());
  return Join(parts, " ") + (more && !parts.empty() ? " ..." : "");
}

void PrintInputs(const std::vector<Feed>& feeds) {
  if (feeds.empty()) return;
  Table table;
  for (const char* heading : {"input", "type", "shape", "from"}) table.AddColumn(heading);
  for (const Feed& feed : feeds)
    table.AddRow({feed.name, feed.type, FormatShape(feed.tensor.shape), feed.source});
  table.Print();
}

void AddRow(Table& table, const Output& output) {
  if (!output.tensor) {
    const size_t count = output.elements.size();
    table.AddRow({output.name, output.kind == "sequence"
                                   ? "sequence of " + FormatCount(static_cast<int64_t>(count))
                                   : output.kind});
    for (size_t i = 0; i < std::min(count, kShownElements); ++i) AddRow(table, output.elements[i]);
    if (count > kShownElements) table.AddRow({"..."});
    return;
  }
  const Summary& summary = output.summary;
  const auto number = [&](double value) {
    return summary.numeric ? FormatNumber(value) : std::string("-");
  };
  table.AddRow({output.name, NameOf(output.tensor->type), FormatShape(output.tensor->shape),
                number(summary.min), number(summary.max), number(summary.mean), FirstText(output)});
}

// Calls `visit` for each tensor among the outputs and their elements.
void ForEachTensor(const std::vector<Output>& outputs,
                   const std::function<void(const Output&)>& visit) {
  for (const Output& output : outputs) {
    if (output.tensor) visit(output);
    ForEachTensor(output.elements, visit);
  }
}

void PrintRemarks(const Output& output) {
  if (output.summary.not_numbers > 0) {
    std::printf("  %s: %s of its elements are not a number\n", Printable(output.name).c_str(),
                FormatCount(output.summary.not_numbers).c_str());
  }
  if (output.summary.top.empty()) return;
  std::vector<std::string> parts;
  for (const auto& [index, score] : output.summary.top)
    parts.push_back("[" + std::to_string(index) + "] " + FormatNumber(score));
  std::printf("  highest of %s: %s\n", Printable(output.name).c_str(), Join(parts, "  ").c_str());
}

void PrintOutputs(const std::vector<Output>& outputs, bool written) {
  Table table;
  for (const char* heading : {"output", "type", "shape"}) table.AddColumn(heading);
  for (const char* heading : {"min", "max", "mean"}) table.AddColumn(heading, Table::Align::kRight);
  table.AddColumn("first values");
  for (const Output& output : outputs) AddRow(table, output);
  table.Print();
  ForEachTensor(outputs, PrintRemarks);
  if (!written) return;
  ForEachTensor(outputs, [](const Output& output) {
    if (output.file.empty()) {
      std::printf("  %s holds strings and was not written\n", Printable(output.name).c_str());
    } else {
      std::printf("  wrote %s\n", output.file.c_str());
    }
  });
}

Json InputsJson(const std::vector<Feed>& feeds) {
  Json list = Json::array();
  for (const Feed& feed : feeds) {
    list.push_back({{"name", feed.name},
                    {"type", feed.type},
                    {"shape", feed.tensor.shape},
                    {"from", feed.source}});
  }
  return list;
}

Json OutputsJson(const std::vector<Output>& outputs) {
  Json list = Json::array();
  for (const Output& output : outputs) {
    Json entry = {{"name", output.name}};
    if (!output.tensor) {
      entry["type"] = output.kind;
      if (output.kind != "absent optional") entry["elements"] = OutputsJson(output.elements);
    } else {
      entry["type"] = NameOf(output.tensor->type);
      entry["shape"] = output.tensor->shape;
      if (output.summary.numeric) {
        entry["min"] = output.summary.min;
        entry["max"] = output.summary.max;
        entry["mean"] = output.summary.mean;
        entry["not_numbers"] = output.summary.not_numbers;
        entry["first"] = output.summary.first;
      } else {
        entry["first"] = output.summary.first_strings;
      }
      if (!output.summary.top.empty()) entry["top"] = Json::array();
      for (const auto& [index, score] : output.summary.top)
        entry["top"].push_back({{"index", index}, {"score", score}});
    }
    if (!output.file.empty()) entry["file"] = output.file;
    list.push_back(std::move(entry));
  }
  return list;
}

Json PlacementJson(const Session& session) {
  Json list = Json::array();
  for (const auto& [name, nodes] : session.placement())
    list.push_back({{"ep", name}, {"nodes", nodes}});
  return list;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void PrintReport(const Session& session, const std::vector<Feed>& feeds,
                 const std::vector<Output>& outputs, const std::vector<double>& times,
                 bool written) {
  PrintInputs(feeds);
  const bool generated = std::any_of(feeds.begin(), feeds.end(),
                                     [](const Feed& feed) { return feed.source == "generated"; });
  if (generated) {
    std::printf(
        "  Inputs without --input were generated from the declared types and shapes;\n"
        "  dimensions without a size are 1 unless --dim or --shape sets them.\n");
  }
  std::printf("\n");
  if (!session.placement().empty()) {
    std::vector<std::string> parts;
    for (const auto& [name, nodes] : session.placement())
      parts.push_back(name + " runs " + FormatCount(static_cast<int64_t>(nodes)) +
                      (nodes == 1 ? " node" : " nodes"));
    std::printf("  %s\n\n", Printable(Join(parts, ", ")).c_str());
  }
  PrintOutputs(outputs, written);
  std::printf("\n  loaded in %s, first run %s",
              FormatMilliseconds(session.load_milliseconds()).c_str(),
              FormatMilliseconds(times[0]).c_str());
  if (times.size() > 1) {
    std::printf(", median of the %zu runs after it %s", times.size() - 1,
                FormatMilliseconds(Median({times.begin() + 1, times.end()})).c_str());
  }
  std::printf("\n");
}

}  // namespace

void RunModel(const Settings& settings) {
  SessionSettings with_placement = settings.session;
  with_placement.record_placement = true;
  const Session session(with_placement);
  const std::vector<Feed> feeds = MakeFeeds(session.inputs(), settings.feeds);
  const std::vector<Owned<OrtValue>> values = MakeValues(session.runtime(), feeds);

  std::vector<double> times(static_cast<size_t>(settings.repeat));
  std::vector<Owned<OrtValue>> results;
  for (double& time : times) results = session.Run(values, &time);
  const std::vector<Output> outputs = ReadOutputs(session, results, settings.output_folder);

  if (!settings.json) {
    PrintReport(session, feeds, outputs, times, !settings.output_folder.empty());
    return;
  }
  PrintJson(
      {{"model", settings.session.model},
       {"library", {{"version", session.runtime().version()}, {"path", session.runtime().path()}}},
       {"placement", PlacementJson(session)},
       {"inputs", InputsJson(feeds)},
       {"outputs", OutputsJson(outputs)},
       {"load_ms", session.load_milliseconds()},
       {"run_ms", times}});
}

}  // namespace backplane::command
