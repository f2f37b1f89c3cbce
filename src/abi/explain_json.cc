#include "abi/explain_json.h"

#include <algorithm>

#include "abi/type_json.h"
#include "provider/devices.h"
#include "provider/hardware.h"
#include "runtime/session.h"
#include "runtime/session_options.h"

namespace backplane::abi {
namespace {

using Json = nlohmann::ordered_json;

Json DescribeReasons(const std::vector<std::pair<std::string, Reason>>& reasons) {
  Json list = Json::array();
  for (const auto& [ep, reason] : reasons)
    list.push_back({{"ep", ep}, {"reason", ToString(reason.code)}, {"text", reason.text}});
  return list;
}

// The devices that the EP was created for; empty where the session does not know any.
Json DevicesOf(const OrtSession& session, const std::string& ep) {
  Json devices = Json::array();
  for (const EpChoice& choice : session.options().eps) {
    if (choice.name != ep) continue;
    for (const EpDevice* device : choice.devices) {
      if (device->device != nullptr) devices.push_back(DescribeHardware(*device->device));
    }
  }
  return devices;
}

Json DescribeEps(const OrtSession& session) {
  const Placement& placement = session.placement();
  Json list = Json::array();
  for (const std::string& ep : placement.eps) {
    const auto runs = [&](const auto& part) { return part.ep == ep; };
    list.push_back(
        {{"name", ep},
         {"nodes", std::count_if(placement.nodes.begin(), placement.nodes.end(), runs)},
         {"groups", std::count_if(placement.groups.begin(), placement.groups.end(), runs)},
         {"devices", DevicesOf(session, ep)}});
  }
  return list;
}

Json DescribeNode(const Placement& placement, const PlacedNode& node) {
  const auto index = [](int i) { return i < 0 ? Json() : Json(i); };
  Json json = {{"name", node.name},
               {"type", node.op_type},
               {"domain", node.domain},
               {"graph", node.graph},
               {"parent", index(node.parent)},
               {"ep", node.ep},
               {"group", index(node.group)},
               {"refused_by", DescribeReasons(node.refused_by)}};
  if (!node.remarks.empty()) json["remarks"] = node.remarks;
  if (!placement.recorded) return json;
  const auto values = [&](const std::vector<int>& list) {
    Json indices = Json::array();
    for (const int i : list) indices.push_back(index(i));
    return indices;
  };
  json["inputs"] = values(node.inputs);
  json["outputs"] = values(node.outputs);
  json["kernel"] = index(node.kernel);
  return json;
}

void AddRecord(const Placement& placement, Json& json) {
  Json values = Json::array();
  for (const PlacedValue& value : placement.values) {
    Json entry = {{"name", value.name}};
    AddType(value.type, entry);
    if (value.constant) entry["constant"] = true;
    values.push_back(std::move(entry));
  }
  Json kernels = Json::array();
  for (const PlacedKernel& kernel : placement.kernels) {
    kernels.push_back({{"name", kernel.name},
                       {"type", kernel.op_type},
                       {"domain", kernel.domain},
                       {"ep", kernel.ep},
                       {"nodes", kernel.nodes}});
  }
  json["values"] = std::move(values);
  json["inputs"] = placement.inputs;
  json["outputs"] = placement.outputs;
  json["kernels"] = std::move(kernels);
}

}  // namespace

std::string ExplainSession(const OrtSession& session) {
  const Placement& placement = session.placement();
  Json nodes = Json::array();
  for (const PlacedNode& node : placement.nodes) nodes.push_back(DescribeNode(placement, node));
  Json groups = Json::array();
  for (const PlacedGroup& group : placement.groups)
    groups.push_back({{"ep", group.ep}, {"name", group.name}, {"nodes", group.nodes}});
  Json copies = Json::array();
  for (const PlacedCopy& copy : placement.copies) {
    copies.push_back({{"value", copy.value},
                      {"from", copy.from_ep},
                      {"to", copy.to_ep},
                      {"bytes", copy.bytes < 0 ? Json() : Json(copy.bytes)},
                      {"once", copy.once},
                      {"graph", copy.graph}});
  }
  Json json = {{"format", 1},
               {"graph", session.graph().name},
               {"summary", placement.Summary()},
               {"eps", DescribeEps(session)},
               {"notes", DescribeReasons(placement.notes)},
               {"groups", std::move(groups)},
               {"copies", std::move(copies)},
               {"nodes", std::move(nodes)}};
  if (placement.recorded) AddRecord(placement, json);
  return DumpJson(json);
}

}  // namespace backplane::abi
