// Products with a constant matrix become the private Gemm, which packs the matrix once and takes an
// epilogue.
#include "cpu/fuse/fuse.h"
#include "cpu/kernel_registry.h"

namespace backplane::cpu {
namespace {

bool IsFloatMatrix(const Tensor* tensor) {
  return tensor != nullptr && tensor->dtype() == DType::kFloat && tensor->shape().rank() == 2;
}

}  // namespace

bool FuseGemm(Node* node, FusePass& pass) {
  if (!IsFloatMatrix(node->ConstantInput(1)) || DTypeOfValue(node->Input(0)) != DType::kFloat)
    return false;
  if (node->Is("MatMul")) {
    const auto rank = RankOf(node->Input(0));
    if (!rank.has_value() || *rank < 2) return false;
  } else if (!node->Is("Gemm") || node->Int("transA", 0) != 0) {
    return false;
  }
  node->domain = kPrivateDomain;
  node->op_type = "Gemm";
  node->since_version = 1;
  pass.edit.Touch();
  return true;
}

}  // namespace backplane::cpu
