// `backplane explain`: which execution provider runs which node, and for every one asked before,
// why not; as tables, JSON or a page.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>

#include "backplane/commands.h"
#include "backplane/error.h"
#include "backplane/explain_page.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

constexpr size_t kRows = 30;  // of a table, unless --all

using Counts = std::map<std::string, int64_t>;

// The largest counts first: "Conv ×53, Relu ×49, Add, ... 3 more".
std::string CountsText(const Counts& counts, size_t shown = 5) {
  std::vector<std::pair<int64_t, std::string>> sorted;
  for (const auto& [key, count] : counts) sorted.emplace_back(-count, key);
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::string> parts;
  for (size_t i = 0; i < std::min(shown, sorted.size()); ++i) {
    const auto& [count, key] = sorted[i];
    parts.push_back(count == -1 ? key : key + " ×" + FormatCount(-count));
  }
  if (sorted.size() > shown) parts.push_back(std::to_string(sorted.size() - shown) + " more");
  return Join(parts, ", ");
}

std::string OperatorOf(const Json& node) {
  const std::string domain = node.at("domain");
  return (domain.empty() ? "" : domain + "::") + node.at("type").get<std::string>();
}

// Of long names the end, which tells most.
std::string EndOf(const std::string& text) {
  constexpr size_t kShown = 38;
  std::string clean = Printable(text);
  if (clean.size() <= kShown) return clean;
  size_t from = clean.size() - kShown;
  while (from < clean.size() && (static_cast<unsigned char>(clean[from]) & 0xc0) == 0x80) ++from;
  return "…" + clean.substr(from);
}

std::string NameOf(const Json& node, size_t index) {
  const std::string name = node.at("name");
  return name.empty() ? "#" + std::to_string(index) : EndOf(name);
}

// A table of which only the first rows are printed.
class LongTable {
 public:
  explicit LongTable(bool all) : limit_(all ? SIZE_MAX : kRows) {}
  void AddColumn(std::string heading, Table::Align align = Table::Align::kLeft) {
    table_.AddColumn(std::move(heading), align);
  }
  void AddRow(std::vector<std::string> cells, Style style = Style::kPlain) {
    if (rows_++ < limit_) table_.AddRow(std::move(cells), style);
  }
  void Print() const {
    table_.Print();
    if (rows_ > limit_)
      std::printf("  ... %s more rows; --all shows them\n",
                  FormatCount(static_cast<int64_t>(rows_ - limit_)).c_str());
    std::printf("\n");
  }

 private:
  const size_t limit_;
  size_t rows_ = 0;
  Table table_;
};

void PrintEps(const Json& explanation) {
  Counts kernels, added;
  for (const Json& kernel : explanation.at("kernels")) {
    ++kernels[kernel.at("ep")];
    if (kernel.at("nodes").empty()) ++added[kernel.at("ep")];
  }
  const auto all = static_cast<double>(explanation.at("nodes").size());
  Table table;
  table.AddColumn("execution provider");
  for (const char* heading : {"nodes", "share", "groups", "steps", "added"})
    table.AddColumn(heading, Table::Align::kRight);
  table.AddColumn("device");
  for (const Json& ep : explanation.at("eps")) {
    const std::string name = ep.at("name");
    const int64_t nodes = ep.at("nodes");
    std::vector<std::string> devices = ep.at("devices");
    table.AddRow(
        {name, FormatCount(nodes),
         all > 0 ? FormatNumber(std::round(100.0 * static_cast<double>(nodes) / all)) + "%" : "",
         ep.at("groups") == 0 ? "" : ep.at("groups").dump(), FormatCount(kernels[name]),
         added[name] > 0 ? FormatCount(added[name]) : "", Join(devices, ", ")});
  }
  table.Print();
  std::printf("\n");
}

void PrintNotes(const Json& explanation) {
  if (explanation.at("notes").empty()) return;
  Table table;
  for (const char* heading : {"not in use", "reason", ""}) table.AddColumn(heading);
  for (const Json& note : explanation.at("notes"))
    table.AddRow({note.at("ep"), note.at("reason"), note.at("text")});
  table.Print();
  std::printf("\n");
}

// On a terminal: what the host's EP, the last, runs for want of another stands back.
Style StyleOf(const Json& explanation, const Json& ep) {
  const Json& eps = explanation.at("eps");
  if (eps.size() < 2) return Style::kPlain;
  return ep == eps.back().at("name") ? Style::kDim : Style::kGood;
}

// The nodes in order, those next to each other with the same EP and group folded into a row.
void PrintPath(const Json& explanation, bool all) {
  const Json& nodes = explanation.at("nodes");
  LongTable table(all);
  table.AddColumn("nodes", Table::Align::kRight);
  for (const char* heading : {"run by", "group", "operators", "from", "to"})
    table.AddColumn(heading);
  for (size_t first = 0; first < nodes.size();) {
    const auto same = [&](const Json& node) {
      const Json& head = nodes[first];
      return node.at("ep") == head.at("ep") && node.at("group") == head.at("group") &&
             node.at("graph") == head.at("graph");
    };
    size_t end = first;
    Counts operators;
    for (; end < nodes.size() && same(nodes[end]); ++end) ++operators[OperatorOf(nodes[end])];
    const Json& group = nodes[first].at("group");
    const std::string graph = nodes[first].at("graph");
    table.AddRow({FormatCount(static_cast<int64_t>(end - first)), nodes[first].at("ep"),
                  group.is_null() ? "" : group.dump(), CountsText(operators),
                  (graph.empty() ? "" : EndOf(graph) + ": ") + NameOf(nodes[first], first),
                  end - first > 1 ? NameOf(nodes[end - 1], end - 1) : ""},
                 StyleOf(explanation, nodes[first].at("ep")));
    first = end;
  }
  table.Print();
}

// Who did not take what, and why: one row for each EP and reason.
void PrintRefusals(const Json& explanation, bool all) {
  struct Row {
    int64_t nodes = 0;
    Counts operators;
    Counts taken_by;
  };
  std::map<std::string, std::map<std::string, Row>> by_ep;
  for (const Json& node : explanation.at("nodes")) {
    for (const Json& refusal : node.at("refused_by")) {
      const std::string reason = refusal.at("reason");
      const std::string text = refusal.at("text");
      Row& row = by_ep[refusal.at("ep")][reason == "not-claimed" ? reason : reason + ": " + text];
      ++row.nodes;
      ++row.operators[OperatorOf(node)];
      ++row.taken_by[node.at("ep")];
    }
  }
  if (by_ep.empty()) return;
  LongTable table(all);
  table.AddColumn("passed over by");
  table.AddColumn("nodes", Table::Align::kRight);
  for (const char* heading : {"operators", "run by", "reason"}) table.AddColumn(heading);
  for (const Json& ep : explanation.at("eps")) {
    for (const auto& [reason, row] : by_ep[ep.at("name")]) {
      table.AddRow({ep.at("name"), FormatCount(row.nodes), CountsText(row.operators),
                    CountsText(row.taken_by), reason});
    }
  }
  table.Print();
}

// What EPs say of nodes that they run: one row for each EP and text.
void PrintRemarks(const Json& explanation, bool all) {
  std::map<std::pair<std::string, std::string>, Counts> operators;
  for (const Json& node : explanation.at("nodes")) {
    if (!node.contains("remarks")) continue;
    for (const Json& remark : node.at("remarks"))
      ++operators[{node.at("ep"), remark}][OperatorOf(node)];
  }
  if (operators.empty()) return;
  LongTable table(all);
  for (const char* heading : {"remarks of", "operators", ""}) table.AddColumn(heading);
  for (const auto& [said, counts] : operators)
    table.AddRow({said.first, CountsText(counts), said.second});
  table.Print();
}

void PrintCopies(const Json& explanation, bool all) {
  const Json& copies = explanation.at("copies");
  if (copies.empty()) return;
  LongTable table(all);
  for (const char* heading : {"copied", "from", "to"}) table.AddColumn(heading);
  table.AddColumn("bytes", Table::Align::kRight);
  table.AddColumn("when");
  int64_t known = 0;
  for (const Json& copy : copies) {
    const Json& bytes = copy.at("bytes");
    const bool once = copy.at("once");
    const bool in_body = !copy.at("graph").get_ref<const std::string&>().empty();
    if (!bytes.is_null() && !once && !in_body) known += bytes.get<int64_t>();
    table.AddRow({copy.at("value"), copy.at("from"), copy.at("to"),
                  bytes.is_null() ? "?" : FormatBytes(bytes),
                  once      ? "once"
                  : in_body ? "each turn of a body"
                            : "each run"});
  }
  table.Print();
  std::printf("  %s copied in each run, as far as it is known before\n\n",
              FormatBytes(known).c_str());
}

void WritePage(const std::string& path, const Json& explanation) {
  std::ofstream file(path, std::ios::binary);
  file << ExplainPage(explanation);
  file.close();
  if (!file) throw Failure(path + ": it cannot be written");
}

// Shapes that some branch of the model contradicts leave the dimensions open: EPs can be asked all
// the same.
std::unique_ptr<Session> OpenSession(SessionSettings settings) {
  try {
    return std::make_unique<Session>(settings);
  } catch (const Failure& failure) {
    if (settings.shapes.empty()) throw;
    settings.shapes.clear();
    auto session = std::make_unique<Session>(settings);
    std::fprintf(stderr, "backplane: the shapes cannot be fixed, so dimensions stay open: %s\n",
                 Printable(failure.what()).c_str());
    return session;
  }
}

}  // namespace

void ExplainModel(const Settings& settings) {
  SessionSettings session_settings = settings.session;
  session_settings.record_placement = true;
  session_settings.quiet = true;
  session_settings.shapes = settings.feeds.shapes;
  const std::unique_ptr<Session> session = OpenSession(session_settings);
  Json explanation = {{"model", settings.session.model}};
  explanation.update(Json::parse(session->Explain()));
  if (!settings.html_file.empty()) WritePage(settings.html_file, explanation);
  if (settings.json) {
    PrintJson(explanation);
    return;
  }
  PrintHeading(explanation.at("summary").get<std::string>());
  std::printf("\n");
  PrintEps(explanation);
  PrintNotes(explanation);
  PrintPath(explanation, settings.all_nodes);
  PrintRefusals(explanation, settings.all_nodes);
  PrintRemarks(explanation, settings.all_nodes);
  PrintCopies(explanation, settings.all_nodes);
  if (!settings.html_file.empty()) std::printf("  wrote %s\n", settings.html_file.c_str());
}

}  // namespace backplane::command
