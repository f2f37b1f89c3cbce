// Builds a program: operators ask it for tensors in the layouts that their primitives want and
// hand it the primitives. Layouts stay as the last primitive wrote them; a reorder is added only
// where the next one wants another, once for each layout. One builder builds one program.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dnnl/copy.h"
#include "dnnl/fusion.h"
#include "dnnl/group.h"
#include "dnnl/options.h"
#include "dnnl/program.h"

namespace backplane::dnnl_ep {

class Builder {
 public:
  /** `constants`: as Group::constants, with the large ones too. */
  Builder(const Group& group, const Constants& constants, const Settings& settings);

  /** Builds for these shapes of the group's inputs. Throws Failure, naming the node at fault. */
  std::shared_ptr<const Program> Build(const std::vector<Dims>& input_dims);

  // -- what operators read -----------------------------------------------------------------------

  OpView View(const Unit& unit) const {
    return {group_.graph, group_.graph.nodes[unit.node], constants_};
  }
  const Node& NodeOf(const Unit& unit) const { return group_.graph.nodes[unit.node]; }
  /** The value at a node's input. */
  int Input(const Unit& unit, size_t i) const { return NodeOf(unit).inputs[i]; }
  const Dims& Shape(int value) const { return shapes_[value]; }
  DataType Type(int value) const { return ToDataType(group_.graph.values[value].type); }
  bool IsConstant(int value) const { return constants_[value] != nullptr; }
  /** The only node that uses a value, null if it is an output of the group or used elsewhere. */
  const Node* OnlyUser(int value) const;

  /** The value as it lies now. */
  Tensor Of(int value);
  /** The value in this layout. */
  Tensor As(int value, const Desc& wanted);
  /** The value in row-major order, in its own type. */
  Tensor Plain(int value) { return Plain(value, Type(value)); }
  Tensor Plain(int value, DataType type);
  /** Row-major, seen with other dimensions of the same number of elements. */
  Tensor Viewed(int value, const Dims& dims) { return Viewed(value, dims, Type(value)); }
  Tensor Viewed(int value, const Dims& dims, DataType type);
  /** The type of the factors of float products: bf16 where that was asked for and is fast. */
  DataType FactorType() const;
  /** The type in which such a product is kept: FactorType if only such products read it. */
  DataType ProductType(const Unit& unit) const;
  /**
   * A weight: the plain value seen through `view` (other dimensions or strides over the same
   * memory), in the layout `wanted`. Constants are packed once for all programs. Unsigned bytes
   * seen as signed ones are those around a zero point of 128.
   */
  Tensor Weights(int value, const Desc& view, const Desc& wanted);
  /** Floats that the program keeps. */
  Tensor Floats(const std::vector<float>& values, const Dims& dims);
  Tensor Integers(const std::vector<int32_t>& values, const Dims& dims);

  // -- what operators write ----------------------------------------------------------------------

  Tensor New(const Desc& desc);
  Tensor Reordered(const Tensor& from, const Desc& wanted);
  void Define(int value, Tensor tensor) { tensors_[value] = std::move(tensor); }
  /** Adds a primitive made from `descriptor`. */
  void Emit(const dnnl::primitive& primitive, const dnnl::primitive_desc_base& descriptor,
            std::vector<Argument> arguments, const std::string& note = "");
  void EmitHost(HostFunction function, std::vector<Argument> arguments, const std::string& note);
  void EmitCopy(StridedCopy copy, const Tensor& from, const Tensor& to, const std::string& note);

  // -- primitives with post-ops ------------------------------------------------------------------

  /** Attributes common to all primitives. */
  dnnl::primitive_attr Attributes() const;

  /**
   * Makes a primitive descriptor whose post-ops are the unit's, on a result that the primitive
   * sees as `dims` with its channels at `channel`, and appends the operands to `arguments`. `make`
   * takes the attributes; it is called again when an operand is to lie as the result does.
   */
  template <typename Make>
  auto WithPostOps(const Unit& unit, const Dims& dims, int channel, Make make,
                   std::vector<Argument>& arguments, dnnl::primitive_attr attributes) {
    std::vector<Tensor> operands = Operands(unit, dims, channel);
    attributes.set_post_ops(PostOps(unit, operands));
    auto descriptor = make(attributes);
    if (AlignOperands(unit, descriptor.dst_desc(), operands)) {
      attributes.set_post_ops(PostOps(unit, operands));
      auto aligned = make(attributes);
      // Should the result lie otherwise now, the operands are right where they are all the same.
      descriptor = std::move(aligned);
    }
    AppendOperands(unit, operands, arguments);
    return descriptor;
  }

 private:
  void InferShapes(const std::vector<Dims>& input_dims);
  bool IsEmpty() const;
  void BuildSteps();
  void DefineSources();
  void BindOutputs();
  Tensor NewConstant(const dnnl::memory& memory);
  Tensor Emitted(const Tensor& from, const Desc& wanted, const std::string& note);
  std::vector<Tensor> Operands(const Unit& unit, const Dims& dims, int channel);
  dnnl::post_ops PostOps(const Unit& unit, const std::vector<Tensor>& operands) const;
  bool AlignOperands(const Unit& unit, const Desc& result, std::vector<Tensor>& operands);
  static void AppendOperands(const Unit& unit, const std::vector<Tensor>& operands,
                             std::vector<Argument>& arguments);

  const Group& group_;
  Constants constants_;
  const Settings& settings_;
  Shapes shapes_;
  std::map<int, Tensor> tensors_;  // by value
  std::vector<std::pair<Tensor, Tensor>> reordered_;
  std::vector<Buffer> buffers_;
  std::vector<Step> steps_;
  std::string where_;  // the node being built, for notes and errors
};

}  // namespace backplane::dnnl_ep
