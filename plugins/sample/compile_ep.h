// The compile-based style: the EP claims groups of nodes, and compiles each into one function.
// Choose it if there is a compiler or a library that takes graphs.
#pragma once

#include "support.h"

namespace sample {

// What its options are, with their defaults; also stated for its devices.
Options::Entries CompileEpOptions();

// Reads what it needs of the session's options. `api` and `name` outlive the EP.
std::unique_ptr<Ep> MakeCompileEp(const Api& api, const std::string& name,
                                  const OrtSessionOptions* session_options);

}  // namespace sample
