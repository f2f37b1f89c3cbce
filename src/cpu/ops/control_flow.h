// Control flow as other EPs use it: the CPU EP's If, Loop and Scan, with the steps that touch
// tensors of a device left to the EP that the node belongs to.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "provider/kernel.h"

namespace backplane::cpu {

/// Joins tensors of one shape along a new first dimension, into `output`, which has room for them.
using ConcatParts = std::function<void(KernelContext& context, std::span<const Value* const> parts,
                                       Tensor& output)>;
/// Transposes `input` into `output`, which has the permuted shape.
using TransposeValue =
    std::function<void(KernelContext& context, std::span<const size_t> permutation,
                       const Value& input, Value& output)>;

/// Copies elements between tensors of one type and size, of which one is in a device's memory; the
/// host's side may go when it returns.
using CopyValue = std::function<void(KernelContext& context, const Value& from, Value& to)>;

/// Makes `value` output `i`: itself if it owns its memory, else a copy, wherever it lies.
void HandOn(KernelContext& context, size_t i, Value value);

/// The same, but where the output has memory for it already, `value` keeps its own.
void HandOnOrCopy(KernelContext& context, size_t i, Value& value);

/// Whether output `i` has memory for a tensor of this shape already.
bool HasRoom(const KernelContext& context, size_t i, const Tensor& tensor);

/// What a run may leave for the next one: tensors in plain memory that nobody else has a share in.
/// The other values become none.
void KeepOwn(std::vector<Value>& values);

/// Kernels for `info`'s node, whose bodies run wherever their nodes were placed. Fail with
/// ORT_INVALID_GRAPH where node and body do not fit each other, or for another operator.
std::unique_ptr<Kernel> MakeIfKernel(const KernelInfo& info);
/// Null `concat`: the CPU's.
std::unique_ptr<Kernel> MakeLoopKernel(const KernelInfo& info, ConcatParts concat = nullptr);
/// Null `transpose`: none is needed, slices are gathered and scattered as they are. With one, scans
/// along other axes than the first are transposed before or after, and tensors of a device are cut
/// by address and joined with `copy`.
std::unique_ptr<Kernel> MakeScanKernel(const KernelInfo& info, TransposeValue transpose = nullptr,
                                       CopyValue copy = nullptr);

}  // namespace backplane::cpu
