#include "abi/model_summary.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "abi/type_json.h"
#include "base/checked_math.h"

namespace backplane::abi {
namespace {

using Json = nlohmann::ordered_json;

Json DescribePorts(const std::vector<ValueInfo*>& values) {
  Json list = Json::array();
  for (const ValueInfo* value : values) {
    // An input with a default is a weight that may be replaced.
    if (value->is_graph_input && value->IsInitializer()) continue;
    Json port = {{"name", value->name}};
    AddType(value->type, port);
    list.push_back(std::move(port));
  }
  return list;
}

struct Weights {
  int64_t tensors = 0;
  int64_t elements = 0;
  uint64_t bytes = 0;
};

Json OperatorsByCount(const std::map<std::pair<std::string, std::string>, int64_t>& counts) {
  std::vector<std::pair<std::pair<std::string, std::string>, int64_t>> sorted(counts.begin(),
                                                                              counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  Json list = Json::array();
  for (const auto& [op, count] : sorted)
    list.push_back({{"domain", op.first}, {"type", op.second}, {"count", count}});
  return list;
}

}  // namespace

std::string SummarizeModel(Graph& graph) {
  std::map<std::pair<std::string, std::string>, int64_t> operators;
  Weights weights;
  ForEachGraph(graph, [&](Graph& part) {
    for (const Node* node : part.nodes()) ++operators[{node->domain, node->op_type}];
    for (const ValueInfo* value : part.Initializers()) {
      ++weights.tensors;
      weights.elements = CheckedAdd(weights.elements, value->initializer->ElementCount());
      weights.bytes = CheckedAdd(weights.bytes, uint64_t{value->initializer->Bytes()});
    }
  });

  const ModelInfo& model = *graph.model();
  Json opsets = Json::object();
  for (const auto& [domain, version] : model.opsets)
    opsets[domain.empty() ? "ai.onnx" : domain] = version;
  const Json summary = {
      {"graph", graph.name},
      {"producer", model.producer_name},
      {"producer_version", model.producer_version},
      {"domain", model.domain},
      {"model_version",
       model.model_version == kNoModelVersion ? Json() : Json(model.model_version)},
      {"ir_version", model.ir_version},
      {"opsets", std::move(opsets)},
      {"metadata", model.metadata},
      {"inputs", DescribePorts(graph.inputs())},
      {"outputs", DescribePorts(graph.outputs())},
      {"operators", OperatorsByCount(operators)},
      {"weights", weights.tensors},
      {"parameters", weights.elements},
      {"weight_bytes", weights.bytes}};
  return DumpJson(summary);
}

}  // namespace backplane::abi
