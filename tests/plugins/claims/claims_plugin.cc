// A compile-style EP for tests and benchmarks of partition: claims what its options say and
// computes nothing. Its name is the one that the library is registered under, so several can be in
// one session. Uses the public headers only. Options:
//
//   claim   operators it takes, separated by commas; "*": every one it is asked about
//   groups  "runs" (default): claimed nodes that follow each other are a group; "each": every node
//           is one; "all": all are one, cycle or not
//   say     what it says of nodes by operator, by Backplane's function: "Relu=no mood;Neg=slow";
//           of those it takes too, before it claims them
//   fail    a message: GetCapability returns it as a status
//   has     bytes that GetAvailableResource gives; "none": it knows nothing, "fail": a status,
//           "litres": a unit that nobody knows; default: the EP does not have it
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "backplane/ep.h"
#include "support/cpu_factory.h"
#include "support/graph.h"

namespace {

struct Ep : OrtEp {
  Ep(std::string ep_name, const OrtSessionOptions* options);

  static void Options(OrtKeyValuePairs* options);
  void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) const;
  void Say(const OrtNode* node, OrtEpGraphSupportInfo* support) const;
  bool Wants(const OrtNode* node) const;
  static OrtStatus* Available(const OrtEp* self, OrtResourceCount* available) noexcept;

  std::string name;
  std::set<std::string> operators;
  std::string groups;
  std::string say;
  std::string fail;
  std::string has;
};

Ep::Ep(std::string ep_name, const OrtSessionOptions* options) : OrtEp{}, name(std::move(ep_name)) {
  operators = SetOf(OptionOf(options, name, "claim"));
  groups = OptionOf(options, name, "groups");
  say = OptionOf(options, name, "say");
  fail = OptionOf(options, name, "fail");
  has = OptionOf(options, name, "has");
  ort_version_supported = ORT_API_VERSION;
  GetName = [](const OrtEp* self) noexcept { return static_cast<const Ep*>(self)->name.c_str(); };
  GetCapability = [](OrtEp* self, const OrtGraph* graph, OrtEpGraphSupportInfo* support) noexcept {
    return Guard([&] { static_cast<const Ep*>(self)->Claim(graph, support); });
  };
  Compile = [](OrtEp*, const OrtGraph**, const OrtNode**, size_t count, OrtNodeComputeInfo** infos,
               OrtNode**) noexcept {
    for (size_t i = 0; i < count; ++i) infos[i] = new IdleGroup();
    return static_cast<OrtStatus*>(nullptr);
  };
  ReleaseNodeComputeInfos = ReleaseIdleGroups;
  if (!has.empty()) GetAvailableResource = Available;
}

OrtStatus* Ep::Available(const OrtEp* self, OrtResourceCount* available) noexcept {
  const std::string& has = static_cast<const Ep*>(self)->has;
  if (has == "fail") return ort->CreateStatus(ORT_EP_FAIL, "it does not know what it has");
  *available = {};
  if (has == "none") return nullptr;
  available->kind = has == "litres" ? 77 : OrtResourceCountKind_TotalBytes;
  available->value.total_bytes = has == "litres" ? 1 : std::strtoull(has.c_str(), nullptr, 10);
  return nullptr;
}

bool Ep::Wants(const OrtNode* node) const {
  if (!plugin::TextOf(node, ort->Node_GetEpName).empty()) return false;
  return operators.count("*") != 0 || operators.count(plugin::TypeOf(node)) != 0;
}

void Ep::Say(const OrtNode* node, OrtEpGraphSupportInfo* support) const {
  const auto set = reinterpret_cast<BackplaneEpGraphSupportInfoSetReason>(
      ort->GetExperimentalFunction(BACKPLANE_EP_GRAPH_SUPPORT_INFO_SET_REASON));
  const std::string type = plugin::TypeOf(node);
  std::istringstream stream(say);
  for (std::string words; std::getline(stream, words, ';');) {
    const size_t end = words.find('=');
    if (words.substr(0, end) == type) Check(set(support, node, words.substr(end + 1).c_str()));
  }
}

void Ep::Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) const {
  if (!fail.empty()) plugin::Fail(fail);
  std::vector<const OrtNode*> group;
  for (const OrtNode* node : plugin::NodesOf(graph)) {
    Say(node, support);
    const bool wanted = Wants(node);
    if (!wanted && groups != "all") Fuse(support, group);
    if (wanted) group.push_back(node);
    if (groups == "each") Fuse(support, group);
  }
  Fuse(support, group);
}

void Ep::Options(OrtKeyValuePairs* options) {
  ort->AddKeyValuePair(options, "claim", "");
  ort->AddKeyValuePair(options, "groups", "runs");
  ort->AddKeyValuePair(options, "say", "");
  ort->AddKeyValuePair(options, "fail", "");
  ort->AddKeyValuePair(options, "has", "");
}

}  // namespace

BACKPLANE_TEST_EP(Ep)
