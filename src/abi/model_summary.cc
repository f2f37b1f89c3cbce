#include "abi/model_summary.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

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
    if (!value->type.IsTensor()) {
      port["type"] = value->type.known() ? value->type.ToString() : "unknown";
    } else {
      port["type"] = NameOf(value->type.tensor.dtype);
      if (value->type.tensor.shape) {
        Json dims = Json::array();
        for (const Dim& dim : *value->type.tensor.shape) {
          if (dim.known()) {
            dims.push_back(dim.value);
          } else {
            dims.push_back(dim.symbol.empty() ? Json() : Json(dim.symbol));
          }
        }
        port["shape"] = std::move(dims);
      }
    }
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

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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
  const Json summary = {{"graph", graph.name},
                        {"producer", model.producer_name},
                        {"producer_version", model.producer_version},
                        {"domain", model.domain},
                        {"model_version", model.model_version},
                        {"ir_version", model.ir_version},
                        {"opsets", std::move(opsets)},
                        {"metadata", model.metadata},
                        {"inputs", DescribePorts(graph.inputs())},
                        {"outputs", DescribePorts(graph.outputs())},
                        {"operators", OperatorsByCount(operators)},
                        {"weights", weights.tensors},
                        {"parameters", weights.elements},
                        {"weight_bytes", weights.bytes}};
  return Dump(summary);
}

std::string DescribePlacement(const Placement& placement) {
  Json nodes = Json::array();
  for (const PlacedNode& placed : placement.nodes) {
    Json refusals = Json::array();
    for (const auto& [ep, reason] : placed.refused_by)
      refusals.push_back({{"ep", ep}, {"reason", ToString(reason.code)}, {"text", reason.text}});
    nodes.push_back({{"name", placed.name},
                     {"type", placed.op_type},
                     {"domain", placed.domain},
                     {"ep", placed.ep},
                     {"refused_by", std::move(refusals)}});
  }
  return Dump({{"summary", placement.Summary()}, {"nodes", std::move(nodes)}});
}

}  // namespace backplane::abi
