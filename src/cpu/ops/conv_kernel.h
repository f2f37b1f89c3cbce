// What Conv and ConvTranspose share: the node's facts, which outlive the graph, and weights that
// are prepared once where they are constant and in each run where they are not.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "provider/kernel.h"

namespace backplane::cpu {

struct ConvNode {
  explicit ConvNode(const KernelInfo& info)
      : name(info.node.Describe()), groups(info.node.Int("group", 1)) {
    Require(groups > 0, ORT_INVALID_ARGUMENT, "{}: group is {}", name, groups);
    node.name = info.node.name;
    node.op_type = info.node.op_type;
    node.index = info.node.index;
    node.attributes = info.node.attributes;
  }

  /// The spatial dimensions of weights of shape `w`.
  std::span<const int64_t> KernelOf(const Shape& w) const {
    Require(w.rank() >= 3, ORT_INVALID_ARGUMENT,
            "{}: weights of shape {} must have at least 3 dimensions", name, w);
    return {w.data() + 2, w.rank() - 2};
  }

  Node node;  ///< name and attributes only
  std::string name;
  int64_t groups;
};

/// A kernel over prepared weights. `Facts` is a ConvNode, and Weights(facts, tensor, pool) checks
/// and packs input 1.
template <typename Facts, typename Weights>
class ConvKernel : public Kernel {
 public:
  void Run(KernelContext& context) const final {
    if (constant_) {
      RunWith(context, *constant_);
    } else {
      RunWith(context, Weights(facts_, context.Input(1), context.pool()));
    }
  }

 protected:
  explicit ConvKernel(const KernelInfo& info) : facts_(info) {
    const Tensor* w = info.ConstantInput(1);
    if (w == nullptr) return;
    constant_.emplace(facts_, *w, info.pool);
    info.ConsumeConstant(1);
  }
  virtual void RunWith(KernelContext& context, const Weights& weights) const = 0;

  const Facts facts_;

 private:
  std::optional<Weights> constant_;
};

}  // namespace backplane::cpu
