// `backplane info`: what is in a model, without making it ready to run.
#include "backplane/commands.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

std::string ShapeText(const Json& shape) {
  if (!shape.is_array()) return "[...]";
  std::vector<std::string> dims;
  for (const Json& dim : shape)
    dims.push_back(dim.is_string() ? dim.get<std::string>() : dim.is_null() ? "?" : dim.dump());
  return "[" + Join(dims, ",") + "]";
}

void PrintPorts(const char* heading, const Json& ports) {
  Table table;
  for (const char* column : {heading, "type", "shape"}) table.AddColumn(column);
  for (const Json& port : ports)
    table.AddRow({port.at("name"), port.at("type"),
                  port.contains("shape") ? ShapeText(port.at("shape")) : ""});
  table.Print();
  std::printf("\n");
}

void PrintModelFacts(const Json& summary) {
  const auto text = [&](const char* key) { return summary.value(key, std::string()); };
  std::vector<std::pair<std::string, std::string>> facts;
  if (!text("graph").empty()) facts.emplace_back("graph", text("graph"));
  const std::string version = text("producer_version");
  if (!text("producer").empty())
    facts.emplace_back("producer", text("producer") + (version.empty() ? "" : " " + version));
  facts.emplace_back("IR version", summary.at("ir_version").dump());
  std::vector<std::string> opsets;
  for (const auto& [domain, version] : summary.at("opsets").items())
    opsets.push_back(domain + " " + version.dump());
  facts.emplace_back("opsets", Join(opsets, ", "));
  facts.emplace_back("parameters", FormatCount(summary.at("parameters")) + " in " +
                                       FormatCount(summary.at("weights")) + " tensors, " +
                                       FormatBytes(summary.at("weight_bytes")));
  for (const auto& [key, value] : summary.at("metadata").items())
    facts.emplace_back(key, value.get<std::string>().substr(0, 100));
  PrintFacts(facts);
  std::printf("\n");
}

}  // namespace

void ShowModel(const Settings& settings) {
  const Json summary = Json::parse(ModelSummary(settings.session.model));
  if (settings.json) {
    PrintJson(summary);
    return;
  }
  PrintModelFacts(summary);
  PrintPorts("input", summary.at("inputs"));
  PrintPorts("output", summary.at("outputs"));
  Table operators;
  operators.AddColumn("operator");
  operators.AddColumn("nodes", Table::Align::kRight);
  int64_t nodes = 0;
  for (const Json& entry : summary.at("operators")) {
    const std::string domain = entry.at("domain");
    operators.AddRow({(domain.empty() ? "" : domain + "::") + entry.at("type").get<std::string>(),
                      FormatCount(entry.at("count"))});
    nodes += entry.at("count").get<int64_t>();
  }
  operators.AddRow({"all", FormatCount(nodes)});
  operators.Print();
}

}  // namespace backplane::command
