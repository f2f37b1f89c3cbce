// Custom operators of a session (C API: OrtCustomOp, OrtCustomOpDomain): what their structs say,
// read once, as operator definitions for the graph and kernels for EPs. Domains come from clients
// and from EP factories; who runs a node is partition's to decide.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/schema.h"
#include "provider/kernel_def.h"

/// C API: OrtCustomOpDomain. The operators belong to whoever added them.
struct OrtCustomOpDomain final {
  std::string name;
  std::vector<const OrtCustomOp*> ops;
};

/// C API: OrtShapeInferContext. One node while its operator's InferOutputShapeFn runs.
struct OrtShapeInferContext final {
  const backplane::Node& node;
  std::vector<OrtTensorTypeAndShapeInfo> inputs;  ///< kUndefined without shape: absent or unknown
  std::vector<OrtTypeInfo>& outputs;
};

namespace backplane {

/// One custom operator as its struct describes it.
struct CustomOp {
  struct Argument {
    DType type = DType::kUndefined;  ///< kUndefined: any tensor
    FormalParameter::Option option = FormalParameter::Option::kSingle;
    bool homogeneous = true;
    int min_arity = 1;
  };
  const OrtCustomOp* op = nullptr;
  OrtKernelDef def;  ///< operator, EP, versions, memory; types are in the arguments
  std::vector<Argument> inputs;
  std::vector<Argument> outputs;

  /// What of `node`'s types does not fit; empty if all do. Unknown types fit.
  std::string Mismatch(const Node& node, bool with_outputs) const;
};

class CustomOps {
 public:
  /// Reads the operators of `domains`, which must outlive this and the sessions that use it. Those
  /// without an EP belong to `host_ep`. Fails with ORT_INVALID_ARGUMENT for what is no operator,
  /// and for operators of one name that are not variants of each other.
  CustomOps(std::span<const OrtCustomOpDomain* const> domains, std::string_view host_ep);

  /// Their definitions; operators of one name and version that differ in types make one.
  const std::shared_ptr<const SchemaSet>& schemas() const { return schemas_; }
  /// The operator that runs `node` on `ep_name`. Null if there is none; with `why`, the reason.
  const CustomOp* Find(const Node& node, std::string_view ep_name, Reason* why) const;

 private:
  using Variants = std::vector<std::shared_ptr<const CustomOp>>;
  static OpSchema MakeSchema(const Variants& variants);

  Variants ops_;
  std::shared_ptr<const SchemaSet> schemas_;
};

/// The kernel of `custom` for a node.
std::unique_ptr<Kernel> MakeCustomOpKernel(const CustomOp& custom, const KernelInfo& info);

}  // namespace backplane
