// A graph of the host as plain data: everything an EP wants to know about nodes and values, read
// once through the C API. Used while claiming and compiling; must not be kept with its handles
// after the callback that gave the graph returns (see ForgetHandles).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kit/api.h"

namespace ep_kit {

/** An input, output, initializer or intermediate of a graph. */
struct Value {
  std::string name;
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;  // if not a tensor
  std::optional<Dims> dims;            // -1: unknown; absent: even the rank is unknown
  bool is_fixed = false;               // an initializer that no run can override
  const OrtValue* constant = nullptr;  // its tensor, in the host's memory
  int producer = -1;                   // index of the node that makes it
  bool is_graph_output = false;
  int uses = 0;  // as an input of nodes, implicit inputs included

  /** Whether all its dimensions are known. */
  bool HasStaticShape() const;
};

using Attribute = std::variant<int64_t, float, std::string, std::vector<int64_t>,
                               std::vector<float>, std::vector<std::string>>;

/** A node; inputs and outputs are indices into Graph::values, -1 for one that is left out. */
struct Node {
  const OrtNode* handle = nullptr;
  std::string name, op_type, domain;  // domain: "" for ONNX's own, also where it says ai.onnx
  int since_version = 0;
  bool assigned = false;  // another EP has it already
  std::vector<int> inputs, outputs, implicit_inputs;
  std::map<std::string, Attribute, std::less<>> attributes;  // without tensors and graphs

  int64_t Int(std::string_view name, int64_t fallback) const;
  float Float(std::string_view name, float fallback) const;
  std::string String(std::string_view name, std::string_view fallback) const;
  std::vector<int64_t> Ints(std::string_view name, std::vector<int64_t> fallback = {}) const;
  bool Has(std::string_view name) const { return attributes.find(name) != attributes.end(); }
};

struct Graph {
  std::vector<Value> values;
  std::vector<Node> nodes;           // in an order in which they can run
  std::vector<int> inputs, outputs;  // values

  /** The value of that name, or -1. */
  int Find(std::string_view name) const;

  /** Clears what points into the host, before the graph is kept. */
  void ForgetHandles();
};

/** Reads a whole graph. Throws Failure. */
Graph ReadGraph(const Api& api, const OrtGraph* graph);

/** The names of a node's inputs or outputs, in order; "" for one that is left out. */
std::vector<std::string> InputNames(const Api& api, const OrtNode* node);
std::vector<std::string> OutputNames(const Api& api, const OrtNode* node);

/** Bytes of one element, 0 for types without a fixed size in whole bytes. */
size_t ElementSize(ONNXTensorElementDataType type);

}  // namespace ep_kit
