#include "graph/check.h"

#include <algorithm>

#include "base/error.h"
#include "graph/onnx_functions.h"
#include "graph/schema.h"

namespace backplane {
namespace {

std::string ListValues(const std::vector<ValueInfo*>& values) {
  std::string text = "(";
  for (const ValueInfo* value : values) {
    text += value == nullptr ? "\"\","
                             : Format("\"{}\": {},", value->name,
                                      value->type.known() ? value->type.ToString() : "");
  }
  return text + ")";
}

// Everything about the node in one line, in ONNX Runtime's form.
template <typename... Args>
[[noreturn]] void FailNode(const Node& node, fmt::format_string<Args...> format, Args&&... args) {
  Fail(ORT_INVALID_GRAPH,
       "This is an invalid model. In Node, (\"{}\", {}, \"{}\", {}) : {} -> {} , Error {}",
       node.name, node.op_type, node.domain, node.since_version == 0 ? -1 : node.since_version,
       ListValues(node.inputs), ListValues(node.outputs),
       Format(format, std::forward<Args>(args)...));
}

void CheckCount(const Node& node, const OpSchema& schema, const char* what, size_t count, int min,
                int max) {
  if (count >= static_cast<size_t>(min) && count <= static_cast<size_t>(max)) return;
  FailNode(node, "Node({}) with schema({}::{}:{}) has {} size {} not in range [min={}, max={}].",
           node.name, schema.domain, schema.name, schema.since_version, what, count, min, max);
}

void CheckPresence(const Node& node, const std::vector<ValueInfo*>& values, const OpSchema& schema,
                   bool is_input) {
  for (size_t i = 0; i < values.size(); ++i) {
    const FormalParameter* formal = is_input ? schema.Input(i) : schema.Output(i);
    if (values[i] == nullptr && formal != nullptr &&
        formal->option == FormalParameter::Option::kSingle) {
      FailNode(node, "{} {} ('{}') is required but not given", is_input ? "input" : "output", i,
               formal->name);
    }
  }
}

// Some models write a single number where a list is meant, or leave the type of an empty list open.
bool TypeFits(AttributeType expected, const Attribute& attribute) {
  const AttributeType actual = TypeOf(attribute);
  if (actual == expected || expected == AttributeType::kUndefined) return true;
  // An empty list without a stated type.
  return actual == AttributeType::kUndefined &&
         (expected == AttributeType::kInts || expected == AttributeType::kFloats ||
          expected == AttributeType::kStrings);
}

void CheckAttributes(const Node& node, const OpSchema& schema) {
  for (const Attribute& attribute : node.attributes) {
    const SchemaAttribute* formal = schema.FindAttribute(attribute.name);
    if (formal == nullptr) {
      const bool internal = attribute.name.starts_with("__");  // ONNX's checker passes these
      if (internal || schema.allows_unchecked_attributes) continue;
      FailNode(node, "Unrecognized attribute: {} for operator {}", attribute.name, node.op_type);
    }
    if (!TypeFits(formal->type, attribute)) {
      FailNode(node, "Mismatched attribute type in '{} : {}'. Expected: '{}', actual: '{}'",
               node.name, attribute.name, NameOf(formal->type), NameOf(TypeOf(attribute)));
    }
  }
  for (const SchemaAttribute& formal : schema.attributes) {
    if (formal.required && !node.Has(formal.name))
      FailNode(node, "Required attribute '{}' is missing.", formal.name);
  }
}

void CheckWithoutSchema(const Node& node, const CheckOptions& options) {
  if (CallsModelFunction(node) || (options.accepts && options.accepts(node))) return;
  const int imported = node.graph->OpsetVersion(node.domain);
  if (!node.graph->model()->opsets.contains(node.domain)) {
    FailNode(node, "No opset import for domain '{}'", node.domain);
  }
  if (IsOnnxDomain(node.domain)) {
    FailNode(node, "No Op registered for {} with domain_version of {}", node.op_type, imported);
  }
  Fail(ORT_FAIL, "Fatal error: {}:{}(-1) is not a registered function/op (node '{}')", node.domain,
       node.op_type, node.name);
}

void CheckOpsets(const Graph& graph) {
  for (const auto& [domain, version] : graph.model()->opsets) {
    const int released = ReleasedOpsetVersion(domain);
    if (released == 0 || version <= released) continue;
    const std::string name = domain.empty() ? "ai.onnx" : domain;
    Fail(
        ORT_FAIL,
        "Opset {} of domain {} is newer than what is supported: the newest official release is {}.",
        version, name, released);
  }
}

}  // namespace

void CheckNode(Node& node, const CheckOptions& options) {
  if (CallsModelFunction(node)) return;
  // A version found before stays: a function body may be written for another version than the model
  // around it.
  const int version =
      node.since_version != 0 ? node.since_version : node.graph->OpsetVersion(node.domain);
  const OpSchema* schema = FindSchema(*node.graph->model(), node.domain, node.op_type, version);
  if (schema == nullptr || !node.graph->model()->opsets.contains(node.domain))
    return CheckWithoutSchema(node, options);
  if (schema->deprecated) {
    FailNode(node, "Op registered for {} is deprecated in domain_version of {}", node.op_type,
             version);
  }
  CheckCount(node, *schema, "input", node.inputs.size(), schema->min_inputs, schema->max_inputs);
  CheckCount(node, *schema, "output", node.outputs.size(), schema->min_outputs,
             schema->max_outputs);
  CheckPresence(node, node.inputs, *schema, true);
  CheckPresence(node, node.outputs, *schema, false);
  CheckAttributes(node, *schema);
  node.since_version = schema->since_version;
}

void CheckGraph(Graph& graph, const CheckOptions& options) {
  CheckOpsets(graph);
  ForEachGraph(graph, [&](Graph& each) {
    for (Node* node : each.nodes()) CheckNode(*node, options);
  });
}

}  // namespace backplane
