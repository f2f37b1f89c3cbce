// Settings of one run, or of many: plain data. Filled by abi/, read by session and by EPs.
// `terminate` may be set from another thread while runs are under way; everything else is left
// alone then.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/key_value_pairs.h"

/// C API: OrtRunOptions.
struct OrtRunOptions final {
 public:
  std::string tag;
  int log_severity = -1;  ///< an OrtLoggingLevel; -1: the session's
  int log_verbosity = 0;
  std::atomic<bool> terminate{false};
  bool profiling = false;
  std::string profile_prefix;
  std::vector<const OrtLoraAdapter*> lora_adapters;
  OrtSyncStream* stream = nullptr;  ///< null: the EP's own

  const backplane::KeyValuePairs& config() const { return config_; }
  /// Fails with ORT_INVALID_ARGUMENT.
  void SetConfig(const char* key, const char* value);
  /// Whether a run waits for its devices at its end.
  bool synchronize_eps() const { return synchronize_eps_; }
  /// Under which number EPs that can capture and replay the run; -1: not at all.
  int graph_id() const { return graph_id_; }
  /// Devices whose allocators give back what they do not use after the run ("cpu:0;gpu:0").
  const std::string& shrink_list() const { return shrink_list_; }

 private:
  backplane::KeyValuePairs config_;
  bool synchronize_eps_ = true;  // what config_ says, ready for every run
  int graph_id_ = 0;
  std::string shrink_list_;
};

namespace backplane {
using RunOptions = ::OrtRunOptions;
}  // namespace backplane
