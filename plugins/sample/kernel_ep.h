// The kernel-based style: the EP names kernels for operators, and the host builds the plan, keeps
// the tensors and calls the kernels. Choose it if there are functions for single operators.
#pragma once

#include "kit/kernels.h"
#include "kit/options.h"
#include "tensor.h"

namespace sample {

using ep_kit::KernelTable;

ep_kit::Entries KernelEpOptions();

// The kernels of the EP; one table serves all sessions and outlives them.
std::unique_ptr<KernelTable> MakeKernelEpTable(const Api& api, const std::string& name);

// As MakeCompileEp. `table` outlives the EP.
std::unique_ptr<EpBase> MakeKernelEp(const Api& api, const std::string& name,
                                     const KernelTable& table, const ep_kit::Options& options);

}  // namespace sample
