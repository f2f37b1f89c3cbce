// Builder's part about post-ops: operands, attributes, arguments.
#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

bool IsBinary(const PostOp& post) { return post.kind != PostOp::Kind::kEltwise; }

}  // namespace

std::vector<Tensor> Builder::Operands(const Unit& unit, const Dims& dims, int channel) {
  std::vector<Tensor> operands;
  for (const PostOp& post : unit.posts) {
    Dims seen(dims.size(), 1);
    if (post.kind == PostOp::Kind::kVector) seen[channel] = dims[channel];
    if (!IsBinary(post)) {
      operands.emplace_back();
    } else if (post.operand < 0) {
      operands.push_back(Floats(post.data, seen));
    } else if (post.kind != PostOp::Kind::kTensor) {
      operands.push_back(Viewed(post.operand, seen));
    } else if (Shape(post.operand) == dims) {
      operands.push_back(Of(post.operand));
    } else {
      operands.push_back(Viewed(post.operand, dims));
    }
  }
  return operands;
}

dnnl::post_ops Builder::PostOps(const Unit& unit, const std::vector<Tensor>& operands) const {
  dnnl::post_ops posts;
  for (size_t i = 0; i < unit.posts.size(); ++i) {
    const PostOp& post = unit.posts[i];
    if (IsBinary(post)) {
      posts.append_binary(post.algorithm, operands[i].desc);
    } else {
      posts.append_eltwise(post.eltwise.algorithm, post.eltwise.alpha, post.eltwise.beta);
    }
  }
  return posts;
}

// Operands of the result's shape are read fastest when they lie as it does.
bool Builder::AlignOperands(const Unit& unit, const Desc& result, std::vector<Tensor>& operands) {
  bool changed = false;
  for (size_t i = 0; i < unit.posts.size(); ++i) {
    if (unit.posts[i].kind != PostOp::Kind::kTensor) continue;
    if (SamePlaces(operands[i].desc, result)) continue;
    operands[i] =
        IsConstant(unit.posts[i].operand) && Shape(unit.posts[i].operand) == result.get_dims()
            ? As(unit.posts[i].operand, result)
            : Reordered(operands[i], result);
    changed = true;
  }
  return changed;
}

void Builder::AppendOperands(const Unit& unit, const std::vector<Tensor>& operands,
                             std::vector<Argument>& arguments) {
  for (size_t i = 0; i < unit.posts.size(); ++i) {
    if (!IsBinary(unit.posts[i])) continue;
    const int key = DNNL_ARG_ATTR_MULTIPLE_POST_OP(static_cast<int>(i)) | DNNL_ARG_SRC_1;
    arguments.push_back({key, operands[i]});
  }
}

}  // namespace backplane::dnnl_ep
