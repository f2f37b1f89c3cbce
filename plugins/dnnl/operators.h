// The operator table: what the EP knows about each ONNX operator, one entry an operator, made in
// the file of the operator's family under ops/ with DNNL_OPERATOR. Claiming asks `check`, building
// asks `infer` and then `build`; fusion asks what an operator can be as a post-op of another.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dnnl/onednn.h"

namespace backplane::dnnl_ep {

using ep_kit::Failure;
using ep_kit::Graph;
using ep_kit::Node;
using ep_kit::Value;

using Shapes = std::vector<Dims>;            // by value; empty for those not known yet
using Constants = std::vector<const void*>;  // by value; null where it is not constant

/** One node and what is constant around it. */
struct OpView {
  const Graph& graph;
  const Node& node;
  const Constants& constants;

  bool HasInput(size_t i) const { return i < node.inputs.size() && node.inputs[i] >= 0; }
  bool HasOutput(size_t i) const { return i < node.outputs.size() && node.outputs[i] >= 0; }
  const Value& Input(size_t i) const { return graph.values[node.inputs[i]]; }
  const Value& Output(size_t i) const { return graph.values[node.outputs[i]]; }
  bool IsConstant(size_t i) const { return HasInput(i) && constants[node.inputs[i]] != nullptr; }
  /** The rank of an input, -1 if it is unknown. */
  int Rank(size_t i) const { return Input(i).dims ? static_cast<int>(Input(i).dims->size()) : -1; }
  bool IsType(size_t i, ONNXTensorElementDataType type) const { return Input(i).type == type; }
  /** The integers of a constant int64 or int32 input; absent if it is not constant. */
  std::optional<std::vector<int64_t>> Integers(size_t i) const;
  /** The single float of a constant input; absent if it is not constant or not one element. */
  std::optional<float> Scalar(size_t i) const;
  /** A constant input's floats. */
  std::span<const float> Floats(size_t i) const;
};

/** An element-wise function of oneDNN. */
struct Eltwise {
  Algorithm algorithm;
  float alpha = 0, beta = 0;
};

class Builder;
struct Unit;

/** Why a node is not taken; empty if it is. */
using Refusal = std::string;

struct Operator {
  std::string_view domain, name;
  int since, until;  // the schema versions it is right for

  /** Whether this node computes what the EP would. Shapes may be unknown in part. */
  Refusal (*check)(const OpView&);
  /** Sets the shapes of the outputs from those of the inputs. Throws Failure. */
  void (*infer)(const OpView&, Shapes&);
  /** Emits the steps of a node with its fused post-ops. Throws Failure or dnnl::error. */
  void (*build)(Builder&, const Unit&);

  /** Only moves or renames elements: not worth a group of its own. */
  bool is_movement = false;
  /** Only gives the elements other dimensions, in the same order. */
  bool is_reshape = false;
  /** Can carry eltwise, and binary, post-ops. */
  bool takes_eltwise = false, takes_binary = false;
  /** The output axis that a vector of a binary post-op may run along; negative from the end. */
  int channel_axis = -1;
  /** Writes its result in row-major order, so that post-ops may follow behind a reshape. */
  bool is_row_major = false;
  /** Whether this node carries them, where not all do. */
  bool (*carries)(const OpView&) = nullptr;
  /** As a post-op: the function of input 0, if it is one. */
  std::optional<Eltwise> (*eltwise)(const OpView&) = nullptr;
  /** As a post-op: the function of inputs 0 and 1. */
  Algorithm binary = Algorithm::undef;
};

/** The entry for a node's operator and version; null if there is none. */
const Operator* FindOperator(const Node& node);

/** Why a node is not taken; empty if it is. `op` is set to its entry when it is taken. */
Refusal CheckNode(const OpView& view, const Operator** op);

/**
 * Why a node of known input shapes cannot run on them; empty if it can, or they are not all known.
 * `shapes` has the known shapes of all values.
 */
Refusal CheckShapes(const OpView& view, const Operator& op, Shapes& shapes);

/** All entries, in no particular order. */
std::span<const Operator> Operators();

/** Adds to the table when the library is loaded. */
struct OperatorRegistration {
  explicit OperatorRegistration(const Operator& op);
};

// Usage: DNNL_OPERATOR(Conv, .domain = "", .since = 1, ...), at namespace scope.
#define DNNL_OPERATOR(op, ...) \
  const OperatorRegistration registration_of_##op({.domain = "", .name = #op, __VA_ARGS__})

// -- helpers of the families ---------------------------------------------------------------------

/** An axis counted from the end made positive. Throws Failure when out of range. */
int64_t PositiveAxis(int64_t axis, int64_t rank);

/** The shape of an element-wise operator with broadcasting. Throws Failure. */
Dims BroadcastDims(const Dims& a, const Dims& b);

/** The output has the shape of input 0. */
void InferSame(const OpView& view, Shapes& shapes);

/** Batch normalisation with constant statistics: x * factor + summand in each channel. */
struct ChannelAffine {
  std::vector<float> factor, summand;
};
bool HasConstantStatistics(const OpView& batch_normalization);
ChannelAffine AffineOf(const OpView& batch_normalization);

/** Refuses all but float inputs of known rank 1 to `most`. */
Refusal CheckFloat(const OpView& view, size_t inputs, int least_rank = 1, int most_rank = 6);

}  // namespace backplane::dnnl_ep
