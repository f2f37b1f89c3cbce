// The compile-based style: the EP claims groups of nodes, and compiles each into one function.
// Choose it if there is a compiler or a library that takes graphs.
#pragma once

#include "kit/options.h"
#include "tensor.h"

namespace sample {

// What it can be told, with defaults.
ep_kit::Entries CompileEpOptions();

// Takes what it needs of the options. `api` and `name` outlive the EP.
std::unique_ptr<EpBase> MakeCompileEp(const Api& api, const std::string& name,
                                      const OrtSessionOptions* session,
                                      const ep_kit::Options& options);

}  // namespace sample
