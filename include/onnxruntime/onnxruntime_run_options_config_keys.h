// Backplane: keys of run configuration entries, for OrtApi::AddRunConfigEntry.
//
// Keys and values are text. Entries hold for every Run that is given the options.

#pragma once

/** Devices whose arenas give unused memory back after the run, as "cpu:0;gpu:0". */
static const char* const kOrtRunOptionsConfigEnableMemoryArenaShrinkage =
    "memory.enable_memory_arena_shrinkage";

/** "1": the run does not wait for devices at its end. Default "0". */
static const char* const kOrtRunOptionsConfigDisableSynchronizeExecutionProviders =
    "disable_synchronize_execution_providers";

/**
 * For the QNN EP, before the run: "burst", "balanced", "default", "high_performance",
 * "high_power_saver", "low_balanced", "extreme_power_saver" or "low_power_saver".
 */
static const char* const kOrtRunOptionsConfigQnnPerfMode = "qnn.htp_perf_mode";

/** The same, after the run. */
static const char* const kOrtRunOptionsConfigQnnPerfModePostRun = "qnn.htp_perf_mode_post_run";

/** For the QNN EP: latency of remote calls, in microseconds. */
static const char* const kOrtRunOptionsConfigQnnRpcControlLatency = "qnn.rpc_control_latency";

/** For the QNN EP: file that names the LoRA weights to apply. */
static const char* const kOrtRunOptionsConfigQnnLoraConfig = "qnn.lora_config";

/** Number under which an EP captures this run and replays it later; "-1" for neither. */
static const char* const kOrtRunOptionsConfigCudaGraphAnnotation = "gpu_graph_id";
