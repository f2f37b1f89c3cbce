#include "abi/legacy_structs.h"

#include <charconv>
#include <cstdint>
#include <type_traits>

#include "base/error.h"

namespace backplane::abi {
namespace {

// How the members of each struct are told: visit(name, member, usual value). A stream counts where
// the member before it says so, so it has no usual value of its own.
constexpr size_t kNoLimit = SIZE_MAX;
constexpr void* kNone = nullptr;
constexpr const char* kNoText = nullptr;

// What the two structs that are made alike have in common, in their order.
template <typename Options, typename Visit>
void ForEachMemoryMember(Options& o, Visit& visit) {
  visit("gpu_mem_limit", o.gpu_mem_limit, kNoLimit);
  visit("arena_extend_strategy", o.arena_extend_strategy, 0);
  visit("do_copy_in_default_stream", o.do_copy_in_default_stream, 1);
  visit("has_user_compute_stream", o.has_user_compute_stream, 0);
  visit("user_compute_stream", o.user_compute_stream, kNone);
}

template <typename Options, typename Visit>
void ForEachTuningMember(Options& o, Visit& visit) {
  visit("tunable_op_enable", o.tunable_op_enable, 0);
  visit("tunable_op_tuning_enable", o.tunable_op_tuning_enable, 0);
  visit("tunable_op_max_tuning_duration_ms", o.tunable_op_max_tuning_duration_ms, 0);
}

template <typename Visit>
void ForEachMember(OrtCUDAProviderOptions& o, Visit visit) {
  visit("device_id", o.device_id, 0);
  visit("cudnn_conv_algo_search", o.cudnn_conv_algo_search, OrtCudnnConvAlgoSearchExhaustive);
  ForEachMemoryMember(o, visit);
  ForEachTuningMember(o, visit);
}

template <typename Visit>
void ForEachMember(OrtROCMProviderOptions& o, Visit visit) {
  visit("device_id", o.device_id, 0);
  visit("miopen_conv_exhaustive_search", o.miopen_conv_exhaustive_search, 0);
  ForEachMemoryMember(o, visit);
  visit("enable_hip_graph", o.enable_hip_graph, 0);
  ForEachTuningMember(o, visit);
}

template <typename Visit>
void ForEachMember(OrtTensorRTProviderOptions& o, Visit visit) {
  visit("device_id", o.device_id, 0);
  visit("has_user_compute_stream", o.has_user_compute_stream, 0);
  visit("user_compute_stream", o.user_compute_stream, kNone);
  visit("trt_max_partition_iterations", o.trt_max_partition_iterations, 0);
  visit("trt_min_subgraph_size", o.trt_min_subgraph_size, 0);
  visit("trt_max_workspace_size", o.trt_max_workspace_size, size_t{0});
  visit("trt_fp16_enable", o.trt_fp16_enable, 0);
  visit("trt_int8_enable", o.trt_int8_enable, 0);
  visit("trt_int8_calibration_table_name", o.trt_int8_calibration_table_name, kNoText);
  visit("trt_int8_use_native_calibration_table", o.trt_int8_use_native_calibration_table, 0);
  visit("trt_dla_enable", o.trt_dla_enable, 0);
  visit("trt_dla_core", o.trt_dla_core, 0);
  visit("trt_dump_subgraphs", o.trt_dump_subgraphs, 0);
  visit("trt_engine_cache_enable", o.trt_engine_cache_enable, 0);
  visit("trt_engine_cache_path", o.trt_engine_cache_path, kNoText);
  visit("trt_engine_decryption_enable", o.trt_engine_decryption_enable, 0);
  visit("trt_engine_decryption_lib_path", o.trt_engine_decryption_lib_path, kNoText);
  visit("trt_force_sequential_engine_build", o.trt_force_sequential_engine_build, 0);
}

template <typename Visit>
void ForEachMember(OrtMIGraphXProviderOptions& o, Visit visit) {
  visit("device_id", o.device_id, 0);
  visit("migraphx_fp16_enable", o.migraphx_fp16_enable, 0);
  visit("migraphx_fp8_enable", o.migraphx_fp8_enable, 0);
  visit("migraphx_int8_enable", o.migraphx_int8_enable, 0);
  visit("migraphx_use_native_calibration_table", o.migraphx_use_native_calibration_table, 0);
  visit("migraphx_int8_calibration_table_name", o.migraphx_int8_calibration_table_name, kNoText);
  visit("migraphx_save_compiled_model", o.migraphx_save_compiled_model, 0);
  visit("migraphx_save_model_path", o.migraphx_save_model_path, kNoText);
  visit("migraphx_load_compiled_model", o.migraphx_load_compiled_model, 0);
  visit("migraphx_load_model_path", o.migraphx_load_model_path, kNoText);
  visit("migraphx_exhaustive_tune", o.migraphx_exhaustive_tune, false);
  // Zero in a struct that was only cleared.
  visit("migraphx_mem_limit", o.migraphx_mem_limit,
        o.migraphx_mem_limit == 0 ? size_t{0} : kNoLimit);
  visit("migraphx_arena_extend_strategy", o.migraphx_arena_extend_strategy, 0);
}

template <typename Visit>
void ForEachMember(OrtOpenVINOProviderOptions& o, Visit visit) {
  using Flag = unsigned char;
  visit("device_type", o.device_type, kNoText);
  visit("enable_npu_fast_compile", o.enable_npu_fast_compile, Flag{0});
  visit("device_id", o.device_id, kNoText);
  visit("num_of_threads", o.num_of_threads, size_t{0});
  visit("cache_dir", o.cache_dir, kNoText);
  visit("context", o.context, kNone);
  visit("enable_opencl_throttling", o.enable_opencl_throttling, Flag{0});
  visit("enable_dynamic_shapes", o.enable_dynamic_shapes, Flag{0});
}

template <typename T>
std::string Text(std::string_view key, const T& value) {
  if constexpr (std::is_same_v<T, OrtCudnnConvAlgoSearch>) {
    return value == OrtCudnnConvAlgoSearchExhaustive  ? "EXHAUSTIVE"
           : value == OrtCudnnConvAlgoSearchHeuristic ? "HEURISTIC"
                                                      : "DEFAULT";
  } else if constexpr (std::is_same_v<T, const char*>) {
    return value == nullptr ? "" : value;
  } else if constexpr (std::is_pointer_v<T>) {
    return Format("{}", reinterpret_cast<uintptr_t>(value));
  } else {
    if (key.ends_with("arena_extend_strategy"))
      return value == 0 ? "kNextPowerOfTwo" : "kSameAsRequested";
    return Format("{}", static_cast<uint64_t>(value));
  }
}

template <typename Options>
KeyValuePairs Unusual(const Options& options) {
  KeyValuePairs pairs;
  Options copy = options;  // visitors may write
  ForEachMember(copy, [&](const char* key, auto& member, const auto& usual) {
    bool same = member == usual;
    if constexpr (std::is_same_v<std::decay_t<decltype(member)>, const char*>)
      same = member == nullptr || *member == '\0';
    if (!same) pairs.Set(key, Text(key, member));
  });
  return pairs;
}

template <typename Options>
KeyValuePairs UnusualWithoutArena(const Options& options) {
  Require(options.default_memory_arena_cfg == nullptr, ORT_NOT_IMPLEMENTED,
          "default_memory_arena_cfg cannot be handed to a plug-in; set gpu_mem_limit and "
          "arena_extend_strategy instead");
  return Unusual(options);
}

template <typename T>
bool Parse(std::string_view text, T& member) {
  if constexpr (std::is_pointer_v<T>) {
    uintptr_t address = 0;
    if (!Parse(text, address)) return false;
    member = reinterpret_cast<T>(address);
    return true;
  } else {
    if (text == "kNextPowerOfTwo" || text == "false" || text == "False") text = "0";
    if (text == "kSameAsRequested" || text == "true" || text == "True") text = "1";
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), member);
    return !text.empty() && error == std::errc() && end == text.data() + text.size();
  }
}

}  // namespace

KeyValuePairs OptionsOf(const OrtCUDAProviderOptions& options) {
  return UnusualWithoutArena(options);
}
KeyValuePairs OptionsOf(const OrtROCMProviderOptions& options) {
  return UnusualWithoutArena(options);
}
KeyValuePairs OptionsOf(const OrtTensorRTProviderOptions& options) { return Unusual(options); }
KeyValuePairs OptionsOf(const OrtMIGraphXProviderOptions& options) { return Unusual(options); }
KeyValuePairs OptionsOf(const OrtOpenVINOProviderOptions& options) { return Unusual(options); }

void SetMember(OrtROCMProviderOptions& options, std::string_view key, std::string_view value) {
  bool known = false;
  std::string keys;
  ForEachMember(options, [&](std::string_view name, auto& member, const auto&) {
    keys += Format("{}{}", keys.empty() ? "" : ", ", name);
    if (name != key) return;
    known = true;
    auto parsed = member;
    Require(Parse(value, parsed), ORT_INVALID_ARGUMENT, "option {}: '{}' is no value for it", key,
            value);
    member = parsed;
  });
  Require(known, ORT_INVALID_ARGUMENT, "Unknown provider option: {}. There are: {}.", key, keys);
}

std::string TextOf(const OrtROCMProviderOptions& options) {
  std::string text;
  OrtROCMProviderOptions copy = options;
  ForEachMember(copy, [&](std::string_view key, auto& member, const auto&) {
    text += Format("{}{}={}", text.empty() ? "" : ";", key, Text(key, member));
  });
  return text;
}

}  // namespace backplane::abi
