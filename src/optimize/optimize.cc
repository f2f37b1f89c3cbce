#include "optimize/optimize.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "graph/schema.h"
#include "optimize/rewrite.h"

namespace backplane {
namespace {

constexpr char kCommonSubexpressions[] = "CommonSubexpressionElimination";
// A node may be rewritten several times in a row; a pair of rewrites that undo each other must not
// hang the session.
constexpr int kMaxRewritesOfNode = 16;

class Driver {
 public:
  explicit Driver(const OptimizeOptions& options) : options_(options) {
    for (const Rewrite& rewrite : Rewrites()) {
      const bool always = rewrite.level == ORT_DISABLE_ALL;
      if (!always && (rewrite.level > options.level || Disabled(rewrite.name))) continue;
      if (rewrite.op_types.size() == 0) everywhere_.push_back({&rewrite, Order(rewrite)});
      for (const std::string_view type : rewrite.op_types)
        by_type_[type].push_back({&rewrite, Order(rewrite)});
    }
    for (auto& [type, list] : by_type_) {
      list.insert(list.end(), everywhere_.begin(), everywhere_.end());
      std::stable_sort(list.begin(), list.end(),
                       [](const Entry& a, const Entry& b) { return a.order < b.order; });
    }
    merge_ = options.level >= ORT_ENABLE_BASIC && !Disabled(kCommonSubexpressions);
  }

  /// One round over `graph` and what is below it. Subgraphs first: what they stop using can die in
  /// the same round.
  bool Round(Graph& graph) {
    bool changed = false;
    for (Node* node : graph.nodes()) {
      if (!node->HasSubgraphs()) continue;
      bool inside = false;
      for (const auto& [attribute, subgraph] : node->Subgraphs()) inside |= Round(*subgraph);
      if (inside) graph.RefreshImplicitInputs(node);
      changed |= inside;
    }
    Rewriter edit(graph);
    RewriteContext context{edit, options_};
    const std::vector<Node*> nodes = graph.nodes();
    for (Node* node : nodes) {
      if (!edit.IsDead(node)) Apply(node, context);
    }
    if (merge_) MergeCommonSubexpressions(edit);
    refresh_types_ |= context.refresh_types;
    if (edit.Finish()) return true;
    return options_.level >= ORT_ENABLE_BASIC ? RemoveUnused(graph) > 0 || changed : changed;
  }

  /// Whether inference should run again; forgets it.
  bool TakeRefresh() { return std::exchange(refresh_types_, false); }

 private:
  struct Entry {
    const Rewrite* rewrite;
    ptrdiff_t order;
  };

  static ptrdiff_t Order(const Rewrite& rewrite) { return &rewrite - Rewrites().data(); }
  bool Disabled(std::string_view name) const {
    return std::find(options_.disabled.begin(), options_.disabled.end(), name) !=
           options_.disabled.end();
  }

  void Apply(Node* node, RewriteContext& context) const {
    for (int i = 0; i < kMaxRewritesOfNode; ++i) {
      // Looked up again each time: a rewrite may turn a node into another operator.
      const auto it = node->domain.empty() ? by_type_.find(node->op_type) : by_type_.end();
      const std::vector<Entry>& list = it == by_type_.end() ? everywhere_ : it->second;
      bool changed = false;
      for (const Entry& entry : list) {
        if (entry.rewrite->apply(node, context)) {
          changed = true;
          break;
        }
      }
      if (!changed || context.edit.IsDead(node)) return;
    }
  }

  const OptimizeOptions& options_;
  std::unordered_map<std::string_view, std::vector<Entry>> by_type_;
  std::vector<Entry> everywhere_;
  bool merge_ = false;
  bool refresh_types_ = false;
};

}  // namespace

int SinceVersion(const Graph& graph, std::string_view op) {
  const OpSchema* schema = FindSchema("", op, graph.OpsetVersion(""));
  return schema == nullptr ? 0 : schema->since_version;
}

void Optimize(Graph& graph, const OptimizeOptions& options) {
  Driver driver(options);
  for (int round = 0; round < std::max(options.max_rounds, 1); ++round) {
    if (!driver.Round(graph)) return;
    if (driver.TakeRefresh() && options.infer) options.infer(graph);
  }
}

std::vector<std::string> RewriteNames() {
  std::vector<std::string> names;
  for (const Rewrite& rewrite : Rewrites()) names.emplace_back(rewrite.name);
  names.emplace_back(kCommonSubexpressions);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace backplane
