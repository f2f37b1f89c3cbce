// Backplane: keys of session configuration entries, for OrtApi::AddSessionConfigEntry.
//
// Keys and values are text; a switch takes "0" or "1" unless its comment says otherwise. A key that
// this build has no use for is stored and otherwise left alone. EP options use the same store under
// "ep.<lower-case EP name>.<option>".
//
// The ep.dynamic.* keys at the end belong to OrtApi::SetEpDynamicOptions instead.

#pragma once

// -------------------------------------------------------------------------------------------------
// Weights, model formats and shared allocators
// -------------------------------------------------------------------------------------------------

/** "1": kernels pack no weights. Saves memory, costs speed. */
static const char* const kOrtSessionOptionsConfigDisablePrepacking = "session.disable_prepacking";

/** "1": the session uses the allocators registered in the environment. Default "0". */
static const char* const kOrtSessionOptionsConfigUseEnvAllocators = "session.use_env_allocators";

/** Format of the model to load: "ONNX" or "ORT". By default it is told from the file. */
static const char* const kOrtSessionOptionsConfigLoadModelFormat = "session.load_model_format";

/**
 * Format of the optimized model to write: "ONNX" or "ORT". By default the file name's end decides.
 */
static const char* const kOrtSessionOptionsConfigSaveModelFormat = "session.save_model_format";

// -------------------------------------------------------------------------------------------------
// Arithmetic and graph optimization
// -------------------------------------------------------------------------------------------------

/** "1": the session's threads treat denormal numbers as zero. Default "0". */
static const char* const kOrtSessionOptionsConfigSetDenormalAsZero = "session.set_denormal_as_zero";

/** "1": quantize-dequantize pairs are not turned into quantized operators. Default "0". */
static const char* const kOrtSessionOptionsDisableQuantQDQ = "session.disable_quant_qdq";

/** "1": constants under quantize and dequantize nodes are not folded. Default "0". */
static const char* const kOrtSessionOptionsDisableQDQConstantFolding =
    "session.disable_qdq_constant_folding";

/** "1": of two quantize-dequantize pairs in a row, both stay. Default "0". */
static const char* const kOrtSessionOptionsDisableDoubleQDQRemover =
    "session.disable_double_qdq_remover";

/**
 * "1": quantize-dequantize pairs left over at the end are removed; results may change. Default "0".
 */
static const char* const kOrtSessionOptionsEnableQuantQDQCleanup =
    "session.enable_quant_qdq_cleanup";

/** "1": Gelu may be computed by a faster, less exact formula. Default "0". */
static const char* const kOrtSessionOptionsEnableGeluApproximation =
    "optimization.enable_gelu_approximation";

/** "1": chains of casts are shortened; results may change. Default "0". */
static const char* const kOrtSessionOptionsEnableCastChainElimination =
    "optimization.enable_cast_chain_elimination";

/** "1": model functions are inlined after partitioning only. Default "0". */
static const char* const kOrtSessionOptionsDisableAheadOfTimeFunctionInlining =
    "session.disable_aot_function_inlining";

/** For training; no effect here. */
static const char* const kOrtSessionOptionsMemoryOptimizerApplyConfig =
    "optimization.memory_optimizer_config";

/** For training; no effect here. */
static const char* const kOrtSessionOptionsMemoryOptimizerProbeConfig =
    "optimization.enable_memory_probe_recompute_config";

/** Names of optimizations to leave out, separated by ';'. */
static const char* const kOrtSessionOptionsDisableSpecifiedOptimizers =
    "optimization.disable_specified_optimizers";

/** The most bytes a folded constant may take. "0": no limit. Default "1073741824". */
static const char* const kOrtSessionOptionsConstantFoldingMaxOutputSizeInBytes =
    "optimization.constant_folding_max_output_size_in_bytes";

/**
 * How often optimizations repeat: "0" once, "1" again if layouts changed anything, "2" again for
 * every change. Default "1".
 */
static const char* const kOrtSessionOptionsGraphOptimizationsLoopLevel =
    "session.graph_optimizations_loop_level";

/** "1": initializers get memory from the device rather than an arena. Default "0". */
static const char* const kOrtSessionOptionsUseDeviceAllocatorForInitializers =
    "session.use_device_allocator_for_initializers";

// -------------------------------------------------------------------------------------------------
// Threads that spin
// -------------------------------------------------------------------------------------------------

/** "0": idle inter-op threads sleep at once. "1": they spin first. Default "1". */
static const char* const kOrtSessionOptionsConfigAllowInterOpSpinning =
    "session.inter_op.allow_spinning";

/** "0": idle intra-op threads sleep at once. "1": they spin first. Default "1". */
static const char* const kOrtSessionOptionsConfigAllowIntraOpSpinning =
    "session.intra_op.allow_spinning";

/** How long idle intra-op threads spin, in microseconds. Unset: by number of tries. */
static const char* const kOrtSessionOptionsConfigIntraOpSpinDurationUs =
    "session.intra_op.spin_duration_us";

/** How long idle inter-op threads spin, in microseconds. Unset: by number of tries. */
static const char* const kOrtSessionOptionsConfigInterOpSpinDurationUs =
    "session.inter_op.spin_duration_us";

/**
 * The longest pause between two tries of a spinning intra-op thread, in processor pauses; it
 * doubles up to this. Default "1".
 */
static const char* const kOrtSessionOptionsConfigIntraOpSpinBackoffMax =
    "session.intra_op.spin_backoff_max";

/** The same for inter-op threads. Default "1". */
static const char* const kOrtSessionOptionsConfigInterOpSpinBackoffMax =
    "session.inter_op.spin_backoff_max";

// -------------------------------------------------------------------------------------------------
// Models in the ORT format
// -------------------------------------------------------------------------------------------------

/** "1": a model given as bytes is used in place; the bytes must outlive the session. */
static const char* const kOrtSessionOptionsConfigUseORTModelBytesDirectly =
    "session.use_ort_model_bytes_directly";

/** "1": initializers are views into those bytes as well. Needs the key before. */
static const char* const kOrtSessionOptionsConfigUseORTModelBytesForInitializers =
    "session.use_ort_model_bytes_for_initializers";

/** "1": the model file is mapped into memory. */
static const char* const kOrtSessionOptionsConfigUseMemoryMappedOrtModel =
    "session.use_memory_mapped_ort_model";

// -------------------------------------------------------------------------------------------------
// Quantization, minimal builds, vendor EPs
// -------------------------------------------------------------------------------------------------

/** "1": quantized operators may use signed 8-bit activations. Default depends on the processor. */
static const char* const kOrtSessionOptionsQDQIsInt8Allowed = "session.qdqisint8allowed";

/**
 * "1": quantized products avoid the saturation of 16-bit sums on x86 processors without VNNI.
 * Default "0".
 */
static const char* const kOrtSessionOptionsAvx2PrecisionMode = "session.x64quantprecision";

/**
 * For builds without optimizations: "save" records them in an ORT-format model, "apply" applies
 * recorded ones. Default empty.
 */
static const char* const kOrtSessionOptionsConfigMinimalBuildOptimizations =
    "optimization.minimal_build_optimizations";

/** "1": optimizations that the model carries are applied. Default "0". */
static const char* const kOrtSessionOptionsConfigEnableSavedRuntimeOptimizations =
    "session.enable_saved_runtime_optimizations";

/** For the NNAPI EP: operators, separated by ',', at which it stops taking nodes. */
static const char* const kOrtSessionOptionsConfigNnapiEpPartitioningStopOps =
    "ep.nnapi.partitioning_stop_ops";

// -------------------------------------------------------------------------------------------------
// Work distribution and checks
// -------------------------------------------------------------------------------------------------

/**
 * Splits work into ever smaller blocks: a positive number such as "4"; larger means smaller blocks.
 * Unset: equal blocks.
 */
static const char* const kOrtSessionOptionsConfigDynamicBlockBase = "session.dynamic_block_base";

/** "1": threads stop spinning when the last run ends. Default "0". */
static const char* const kOrtSessionOptionsConfigForceSpinningStop = "session.force_spinning_stop";

/**
 * "1": types and shapes that contradict the model fail its loading. Default "0": they are logged.
 */
static const char* const kOrtSessionOptionsConfigStrictShapeTypeInference =
    "session.strict_shape_type_inference";

/** "0": opset versions that ONNX has not released yet are accepted. Default "1". */
static const char* const kOrtSessionOptionsConfigStrictAllowReleasedOpsetsOnly =
    "session.allow_released_opsets_only";

/** File that assigns nodes to partitions by hand. */
static const char* const kNodePartitionConfigFile = "session.node_partition_config_file";

/** Ties intra-op threads to processors, in the form of OrtApi::SetGlobalIntraOpThreadAffinity. */
static const char* const kOrtSessionOptionsConfigIntraOpThreadAffinities =
    "session.intra_op_thread_affinities";

/** "1": writes the graph to a file after each step of layout changes. */
static const char* const kDebugLayoutTransformation = "session.debug_layout_transformation";

/** "1": session creation fails if an EP leaves nodes to the CPU. Default "0". */
static const char* const kOrtSessionOptionsDisableCPUEPFallback = "session.disable_cpu_ep_fallback";

// -------------------------------------------------------------------------------------------------
// External data
// -------------------------------------------------------------------------------------------------

/** Where large initializers of the optimized model go, beside it. */
static const char* const kOrtSessionOptionsOptimizedModelExternalInitializersFileName =
    "session.optimized_model_external_initializers_file_name";

/** From how many bytes on an initializer is large in that sense. */
static const char* const kOrtSessionOptionsOptimizedModelExternalInitializersMinSizeInBytes =
    "session.optimized_model_external_initializers_min_size_in_bytes";

/** Folder of the external data of a model that is given as bytes. */
static const char* const kOrtSessionOptionsModelExternalInitializersFileFolderPath =
    "session.model_external_initializers_file_folder_path";

/** "1": packed weights are written with the optimized model's external data. Default "0". */
static const char* const kOrtSessionOptionsSavePrePackedConstantInitializers =
    "session.save_external_prepacked_constant_initializers";

// -------------------------------------------------------------------------------------------------
// Partitioning by resources and by name
// -------------------------------------------------------------------------------------------------

/** File to write how much memory each node takes. */
static const char* const kOrtSessionOptionsCollectNodeMemoryStatsToFile =
    "session.collect_node_memory_stats_to_file";

/** Memory budget of the CUDA EP in KiB and, after a ',', the file with figures of nodes. */
static const char* const kOrtSessionOptionsResourceCudaPartitioningSettings =
    "session.resource_cuda_partitioning_settings";

/** Which device each annotated layer of the model goes to. */
static const char* const kOrtSessionOptionsLayerAssignmentSettings =
    "session.layer_assignment_settings";

/** Which device layers go to, by parts of node names. */
static const char* const kOrtSessionOptionsNameBasedLayerAssignment =
    "session.name_based_layer_assignment";

/** The largest value of each named dimension, for planning memory. */
static const char* const kOrtSessionOptionsMaxShapeOverride = "session.max_shape_override";

// -------------------------------------------------------------------------------------------------
// Compiled models
// -------------------------------------------------------------------------------------------------

/** "1": creating the session also writes a compiled model with EPContext nodes. Default "0". */
static const char* const kOrtSessionOptionEpContextEnable = "ep.context_enable";

/** Where it goes. Default: the input's name with "_ctx.onnx". */
static const char* const kOrtSessionOptionEpContextFilePath = "ep.context_file_path";

/** "1": compiled data is inside the model. "0": in files beside it. Default "0". */
static const char* const kOrtSessionOptionEpContextEmbedMode = "ep.context_embed_mode";

/** Prefix of the names of EPContext nodes, so that models can be joined. */
static const char* const kOrtSessionOptionEpContextNodeNamePrefix = "ep.context_node_name_prefix";

/** "1": the EP shares its context with the next sessions. Default "0". */
static const char* const kOrtSessionOptionShareEpContexts = "ep.share_ep_contexts";

/** "1": this session is the last that shares. Default "0". */
static const char* const kOrtSessionOptionStopShareEpContexts = "ep.stop_share_ep_contexts";

/** Where initializers of nodes that stayed on the CPU go. */
static const char* const kOrtSessionOptionsEpContextModelExternalInitializersFileName =
    "ep.context_model_external_initializers_file_name";

/** "1": the session is only for compiling and is never run. Default "0". */
static const char* const kOrtSessionOptionCompileOnly = "session.compile_only";

// -------------------------------------------------------------------------------------------------
// CPU kernels
// -------------------------------------------------------------------------------------------------

/** "1": float matrix products may use bfloat16 on 64-bit Arm. Default "0". */
static const char* const kOrtSessionOptionsMlasGemmFastMathArm64Bfloat16 =
    "mlas.enable_gemm_fastmath_arm64_bfloat16";

/** "1": products with weights of few bits may use look-up tables. Default "0". */
static const char* const kOrtSessionOptionsMlasLutGemm = "mlas.use_lut_gemm";

/** "1": no KleidiAI kernels. Default "0". */
static const char* const kOrtSessionOptionsMlasDisableKleidiAi = "mlas.disable_kleidiai";

/** Up to which amount of work convolution uses an indirect product. "0": built-in. */
static const char* const kOrtSessionOptionsMlasKleidiAiConvIgemmMaxWork =
    "mlas.kleidiai.conv_igemm_max_work";

/** How many input channels a pointwise convolution takes at a time. "0": built-in. */
static const char* const kOrtSessionOptionsMlasNchwcPointwiseConvMaxInputChannelBatch =
    "mlas.nchwc_pointwise_conv_max_input_channel_batch";

/** accuracy_level of MatMulNBits made by fusion: "0" to "4". */
static const char* const kOrtSessionOptionsQDQMatMulNBitsAccuracyLevel =
    "session.qdq_matmulnbits_accuracy_level";

/**
 * Block size of MatMulNBits made by fusion, a power of two from 16 on. "0": 32. "-1": chosen by a
 * heuristic.
 */
static const char* const kOrtSessionOptionsQDQMatMulNBitsBlockSize =
    "session.qdq_matmulnbits_block_size";

/** "1": dequantize and MatMul become MatMulNBits. Default "0". */
static const char* const kOrtSessionOptionsEnableDQMatMulNBitsFusion =
    "session.enable_dq_matmulnbits_fusion";

// -------------------------------------------------------------------------------------------------
// Options of running EPs, for OrtApi::SetEpDynamicOptions
// -------------------------------------------------------------------------------------------------

/** "Default" or "Efficient". */
static const char* const kOrtEpDynamicOptionsWorkloadType = "ep.dynamic.workload_type";

// -------------------------------------------------------------------------------------------------
// Compiled models, continued
// -------------------------------------------------------------------------------------------------

/** "1": an EP that would have to compile fails with ORT_MODEL_REQUIRES_COMPILATION. Default "0". */
static const char* const kOrtSessionOptionsDisableModelCompile = "session.disable_model_compile";

/** "1": a compiled model that works but should be compiled anew fails. Default "0". */
static const char* const kOrtSessionOptionsFailOnSuboptimalCompiledModel =
    "session.fail_on_suboptimal_compiled_model";

/**
 * For SetEpDynamicOptions with the QNN EP: "burst", "balanced", "default", "high_performance",
 * "high_power_saver", "low_balanced", "extreme_power_saver" or "low_power_saver".
 */
static const char* const kOrtEpDynamicOptionsQnnHtpPerformanceMode =
    "ep.dynamic.qnn_htp_performance_mode";

/**
 * "1": the session keeps which EP runs which node, for Session_GetEpGraphAssignmentInfo. Default
 * "0".
 */
static const char* const kOrtSessionOptionsRecordEpGraphAssignmentInfo =
    "session.record_ep_graph_assignment_info";

/** "1": EPContext nodes are made without weights. Default "0". */
static const char* const kOrtSessionOptionEpEnableWeightlessEpContextNodes =
    "ep.enable_weightless_ep_context_nodes";

/** "1": EPs leave weights out of compiled data. Default "0". */
static const char* const kOrtSessionOptionEpEnableWeightless = "ep.enable_weightless";

/** The model that has the weights of a compiled model without weights. */
static const char* const kOrtSessionOptionEpContextSourceModelPath = "ep.context_source_model_path";

// -------------------------------------------------------------------------------------------------
// Session options as text, equal to functions of OrtApi
// -------------------------------------------------------------------------------------------------

/** As SetIntraOpNumThreads. */
static const char* const kOrtSessionOptionsConfigIntraOpNumThreads = "session.intra_op_num_threads";

/** As SetInterOpNumThreads. */
static const char* const kOrtSessionOptionsConfigInterOpNumThreads = "session.inter_op_num_threads";

/** As EnableCpuMemArena ("1") and DisableCpuMemArena ("0"). */
static const char* const kOrtSessionOptionsConfigEnableCpuMemArena = "session.enable_cpu_mem_arena";

/** As EnableMemPattern ("1") and DisableMemPattern ("0"). */
static const char* const kOrtSessionOptionsConfigEnableMemPattern = "session.enable_mem_pattern";

/** As SetSessionLogId. */
static const char* const kOrtSessionOptionsConfigLogId = "session.log_id";

/** As SetSessionLogSeverityLevel. */
static const char* const kOrtSessionOptionsConfigLogSeverityLevel = "session.log_severity_level";

/** As SetSessionLogVerbosityLevel. */
static const char* const kOrtSessionOptionsConfigLogVerbosityLevel = "session.log_verbosity_level";

/** As EnableProfiling: the prefix of the file. */
static const char* const kOrtSessionOptionsConfigEnableProfiling = "session.enable_profiling";

/**
 * As SetSessionGraphOptimizationLevel: "disable_all", "enable_basic", "enable_extended",
 * "enable_layout" or "enable_all".
 */
static const char* const kOrtSessionOptionsConfigGraphOptimizationLevel =
    "session.graph_optimization_level";

/** As SetOptimizedModelFilePath. */
static const char* const kOrtSessionOptionsConfigOptimizedModelFilePath =
    "session.optimized_model_filepath";

/** As SetSessionExecutionMode: "sequential" or "parallel", also with "ort_" in front. */
static const char* const kOrtSessionOptionsConfigExecutionMode = "session.execution_mode";

/** As DisablePerSessionThreads for "0". Default "1". */
static const char* const kOrtSessionOptionsConfigUsePerSessionThreads =
    "session.use_per_session_threads";

/** As SetDeterministicCompute. */
static const char* const kOrtSessionOptionsConfigUseDeterministicCompute =
    "session.use_deterministic_compute";
