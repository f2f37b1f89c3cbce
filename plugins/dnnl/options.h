// The EP's options, read once for each session. docs/DNNL_EP.md is their manual.
#pragma once

#include <string>
#include <vector>

#include "kit/options.h"

namespace backplane::dnnl_ep {

/** The EP's name: options are session config entries `ep.dnnlexecutionprovider.<key>`. */
inline constexpr const char* kEpName = "DnnlExecutionProvider";

struct Settings {
  int num_threads = 1;          // those of oneDNN for each run
  bool fast_math_bf16 = false;  // fast_math=bf16: float products may be rounded to bfloat16
  bool fusion = true;           // 0: each node is a primitive of its own
  size_t min_group_size = 1;    // nodes; smaller groups are left to other EPs
  int max_cached_shapes = 8;    // programs kept for each group
  std::string dump;             // file to which each program is appended as text
  std::vector<std::string> exclude_ops;  // operators left to other EPs
};

/** The options with their defaults. */
ep_kit::Entries KnownOptions();

/** Throws Failure for an unknown key (naming the nearest) and for a value out of range. */
Settings ReadSettings(const ep_kit::Api& api, const OrtSessionOptions* session);

}  // namespace backplane::dnnl_ep
