// `backplane run`: runs a model once or more and shows what went in and what came out.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "backplane/commands.h"
#include "backplane/error.h"
#include "backplane/npy.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

constexpr size_t kFirstValues = 6;
constexpr size_t kTop = 5;

// What is shown of a tensor.
struct Summary {
  std::vector<double> first;
  std::vector<std::string> first_strings;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double mean = 0;
  int64_t not_numbers = 0;
  std::vector<std::pair<int64_t, double>> top;  // index and score; only of score vectors
  bool numeric = false;
};

// Scores of classes: floats along a single dimension, all others being 1.
bool IsScoreVector(const HostTensor& tensor) {
  const auto wide =
      std::count_if(tensor.shape.begin(), tensor.shape.end(), [](int64_t dim) { return dim != 1; });
  return IsFloating(tensor.type) && wide == 1 &&
         ElementCount(tensor.shape) > static_cast<int64_t>(kFirstValues);
}

std::vector<std::pair<int64_t, double>> TopOf(const HostTensor& tensor) {
  std::vector<std::pair<int64_t, double>> scores;
  ReadElements(tensor.type, tensor.bytes.data(), ElementCount(tensor.shape),
               [&](int64_t i, double value) {
                 if (!std::isnan(value)) scores.emplace_back(i, value);
               });
  const auto better = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  const size_t count = std::min(kTop, scores.size());
  std::partial_sort(scores.begin(), scores.begin() + static_cast<int64_t>(count), scores.end(),
                    better);
  scores.resize(count);
  return scores;
}

Summary Summarize(const HostTensor& tensor) {
  Summary summary;
  summary.numeric = IsNumeric(tensor.type);
  for (size_t i = 0; i < std::min(kFirstValues, tensor.strings.size()); ++i)
    summary.first_strings.push_back(tensor.strings[i]);
  const int64_t count = ElementCount(tensor.shape);
  double sum = 0;
  ReadElements(tensor.type, tensor.bytes.data(), count, [&](int64_t i, double value) {
    if (i < static_cast<int64_t>(kFirstValues)) summary.first.push_back(value);
    if (std::isnan(value)) {
      ++summary.not_numbers;
      return;
    }
    summary.min = std::min(summary.min, value);
    summary.max = std::max(summary.max, value);
    sum += value;
  });
  const int64_t numbers = count - summary.not_numbers;
  if (numbers == 0) summary.min = summary.max = std::numeric_limits<double>::quiet_NaN();
  summary.mean = numbers == 0 ? summary.min : sum / static_cast<double>(numbers);
  if (IsScoreVector(tensor)) summary.top = TopOf(tensor);
  return summary;
}

struct Output {
  std::string name;
  std::string kind;                  // of values that are no tensors
  std::optional<HostTensor> tensor;  // absent for those
  Summary summary;
  std::string file;
};

std::string FileNameFor(const std::string& name, size_t index) {
  std::string safe = std::to_string(index) + "_";
  for (const char c : name)
    safe += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  return safe.substr(0, 100) + ".npy";
}

std::vector<Output> ReadOutputs(const Session& session, const std::vector<Owned<OrtValue>>& values,
                                const std::string& folder) {
  const Runtime& ort = session.runtime();
  if (!folder.empty()) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw Failure(folder + ": " + error.message());
  }
  std::vector<Output> outputs;
  for (size_t i = 0; i < values.size(); ++i) {
    Output output;
    output.name = session.outputs()[i].name;
    ONNXType kind = ONNX_TYPE_UNKNOWN;
    int present = 1;
    ort.Check(ort->HasValue(values[i].get(), &present));
    if (present != 0) ort.Check(ort->GetValueType(values[i].get(), &kind));
    if (kind == ONNX_TYPE_TENSOR) {
      output.tensor = CopyTensor(*ort.operator->(), *values[i]);
      output.summary = Summarize(*output.tensor);
      if (!folder.empty() && output.tensor->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) {
        output.file = (std::filesystem::path(folder) / FileNameFor(output.name, i)).string();
        WriteNpy(output.file, output.tensor->type, output.tensor->shape, output.tensor->bytes);
      }
    } else {
      output.kind = present == 0 ? "absent optional" : session.outputs()[i].TypeText();
    }
    outputs.push_back(std::move(output));
  }
  return outputs;
}

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
  Table table;
  for (const char* heading : {"input", "type", "shape", "from"}) table.AddColumn(heading);
  for (const Feed& feed : feeds)
    table.AddRow(
        {feed.name, NameOf(feed.tensor.type), FormatShape(feed.tensor.shape), feed.source});
  table.Print();
}

void PrintOutputs(const std::vector<Output>& outputs) {
  Table table;
  for (const char* heading : {"output", "type", "shape"}) table.AddColumn(heading);
  for (const char* heading : {"min", "max", "mean"}) table.AddColumn(heading, Table::Align::kRight);
  table.AddColumn("first values");
  for (const Output& output : outputs) {
    if (!output.tensor) {
      table.AddRow({output.name, output.kind});
      continue;
    }
    const Summary& summary = output.summary;
    const auto number = [&](double value) {
      return summary.numeric ? FormatNumber(value) : std::string("-");
    };
    table.AddRow({output.name, NameOf(output.tensor->type), FormatShape(output.tensor->shape),
                  number(summary.min), number(summary.max), number(summary.mean),
                  FirstText(output)});
  }
  table.Print();
  for (const Output& output : outputs) {
    if (output.summary.not_numbers > 0) {
      std::printf("  %s: %s of its elements are not a number\n", Printable(output.name).c_str(),
                  FormatCount(output.summary.not_numbers).c_str());
    }
    if (output.summary.top.empty()) continue;
    std::vector<std::string> parts;
    for (const auto& [index, score] : output.summary.top)
      parts.push_back("[" + std::to_string(index) + "] " + FormatNumber(score));
    std::printf("  highest of %s: %s\n", Printable(output.name).c_str(), Join(parts, "  ").c_str());
  }
  for (const Output& output : outputs)
    if (!output.file.empty()) std::printf("  wrote %s\n", output.file.c_str());
}

Json InputsJson(const std::vector<Feed>& feeds) {
  Json list = Json::array();
  for (const Feed& feed : feeds) {
    list.push_back({{"name", feed.name},
                    {"type", NameOf(feed.tensor.type)},
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
                 const std::vector<Output>& outputs, const std::vector<double>& times) {
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
  PrintOutputs(outputs);
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
  std::vector<Owned<OrtValue>> values;
  for (const Feed& feed : feeds) values.push_back(session.runtime().MakeValue(feed.tensor));

  std::vector<double> times(static_cast<size_t>(settings.repeat));
  std::vector<Owned<OrtValue>> results;
  for (double& time : times) results = session.Run(values, &time);
  const std::vector<Output> outputs = ReadOutputs(session, results, settings.output_folder);

  if (!settings.json) {
    PrintReport(session, feeds, outputs, times);
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
