// What the user sees when a function of an EP misbehaves (faults_test.cc): the scenario whose work
// comes to it, and the steps of that work which then fail, for each kind of fault: it returns a
// status; it throws; it is left out; it does nothing and returns success. "": no step fails, where
// an EP may do without, or nobody can be told (what releases something), or the EP is wrong on its
// own. "-": not tried, because it returns no status, is never called, or the EP itself would crash.
#pragma once

namespace capi {

struct FaultRow {
  const char* scenario;
  const char* function;
  const char* steps[4];
};

inline constexpr const char* kNotApplicable = "-";

// clang-format off
inline constexpr FaultRow kFaultRows[] = {
    {"devices", "OrtAllocator.Alloc", {"-", "allocate, open", "register", "allocate, open"}},
    {"devices", "OrtAllocator.AllocOnStream", {"-", "-", "", "-"}},
    {"devices", "OrtAllocator.Free", {"-", "", "register", ""}},
    {"devices", "OrtAllocator.GetStats", {"stats", "stats", "stats", ""}},
    {"devices", "OrtAllocator.Info", {"-", "register", "register", "register"}},
    {"devices", "OrtAllocator.Reserve", {"-", "-", "", "-"}},
    {"devices", "OrtAllocator.Shrink", {"run", "run", "", ""}},
    {"devices", "OrtDataTransferImpl.CanCopy", {"-", "copy, open", "register", "copy, open"}},
    {"devices", "OrtDataTransferImpl.CopyTensors", {"copy, open", "copy, open", "register", "result"}},
    {"devices", "OrtDataTransferImpl.Release", {"-", "", "register", ""}},
    {"devices", "OrtEp.Compile", {"open", "open", "open", "open"}},
    {"devices", "OrtEp.CreateAllocator", {"open", "open", "", "open"}},
    {"devices", "OrtEp.CreateSyncStreamForDevice", {"run", "run", "", "run"}},
    {"devices", "OrtEp.GetAvailableResource", {"", "", "", ""}},
    {"devices", "OrtEp.GetCapability", {"", "", "", ""}},
    {"devices", "OrtEp.GetDefaultMemoryDevice", {"open", "open", "", ""}},
    {"devices", "OrtEp.GetName", {"-", "open", "open", "open"}},
    {"devices", "OrtEp.IsConcurrentRunSupported", {"open", "open", "", ""}},
    {"devices", "OrtEp.IsGraphCaptureEnabled", {"-", "open", "", ""}},
    {"devices", "OrtEp.OnRunEnd", {"run", "run", "", ""}},
    {"devices", "OrtEp.OnRunStart", {"run", "run", "", ""}},
    {"devices", "OrtEp.ReleaseNodeComputeInfos", {"-", "", "", ""}},
    {"devices", "OrtEp.ShouldConvertDataLayoutForOp", {"-", "-", "", "-"}},
    {"devices", "OrtEp.Sync", {"-", "-", "", "-"}},
    {"devices", "OrtEpFactory.CreateAllocator", {"register", "register", "register", "register"}},
    {"devices", "OrtEpFactory.CreateDataTransfer", {"register", "register", "copy, open", "copy, open"}},
    {"devices", "OrtEpFactory.CreateEp", {"open", "open", "register", "open"}},
    {"devices", "OrtEpFactory.CreateExternalResourceImporterForDevice", {"importer", "importer", "", ""}},
    {"devices", "OrtEpFactory.CreateSyncStreamForDevice", {"stream, run", "stream, run", "stream, run", "stream, run"}},
    {"devices", "OrtEpFactory.DeinitGraphicsInterop", {"graphics off", "graphics off", "graphics off", ""}},
    {"devices", "OrtEpFactory.GetName", {"-", "register", "register", "register"}},
    {"devices", "OrtEpFactory.GetSupportedDevices", {"register", "register", "register", "devices"}},
    {"devices", "OrtEpFactory.GetVendor", {"-", "register", "register", ""}},
    {"devices", "OrtEpFactory.GetVendorId", {"-", "policy", "", ""}},
    {"devices", "OrtEpFactory.GetVersion", {"-", "register", "", ""}},
    {"devices", "OrtEpFactory.InitGraphicsInterop", {"graphics", "graphics", "graphics", ""}},
    {"devices", "OrtEpFactory.IsStreamAware", {"-", "stream, open", "stream", "stream"}},
    {"devices", "OrtEpFactory.ReleaseAllocator", {"-", "", "register", ""}},
    {"devices", "OrtEpFactory.ReleaseEp", {"-", "", "register", ""}},
    {"devices", "OrtExternalMemoryHandle.Release", {"-", "", "", ""}},
    {"devices", "OrtExternalResourceImporterImpl.CanImportMemory", {"-", "ask", "", ""}},
    {"devices", "OrtExternalResourceImporterImpl.CanImportSemaphore", {"-", "ask", "", ""}},
    {"devices", "OrtExternalResourceImporterImpl.CreateTensorFromMemory", {"tensor", "tensor", "tensor", "tensor"}},
    {"devices", "OrtExternalResourceImporterImpl.ImportMemory", {"import", "import", "import", "import"}},
    {"devices", "OrtExternalResourceImporterImpl.ImportSemaphore", {"import", "import", "import", "import"}},
    {"devices", "OrtExternalResourceImporterImpl.Release", {"-", "", "importer", ""}},
    {"devices", "OrtExternalResourceImporterImpl.ReleaseMemory", {"-", "-", "", "-"}},
    {"devices", "OrtExternalResourceImporterImpl.ReleaseSemaphore", {"-", "-", "", "-"}},
    {"devices", "OrtExternalResourceImporterImpl.SignalSemaphore", {"signal", "signal", "signal", ""}},
    {"devices", "OrtExternalResourceImporterImpl.WaitSemaphore", {"wait", "wait", "wait", ""}},
    {"devices", "OrtExternalSemaphoreHandle.Release", {"-", "", "", ""}},
    {"devices", "OrtNodeComputeInfo.Compute", {"run", "run", "open", "run"}},
    {"devices", "OrtSyncNotificationImpl.Activate", {"run", "run", "run", "-"}},
    {"devices", "OrtSyncNotificationImpl.Release", {"-", "", "", ""}},
    {"devices", "OrtSyncNotificationImpl.WaitOnDevice", {"run", "run", "run", "result"}},
    {"devices", "OrtSyncNotificationImpl.WaitOnHost", {"run", "run", "run", "-"}},
    {"devices", "OrtSyncStreamImpl.CreateNotification", {"run", "run", "", "run"}},
    {"devices", "OrtSyncStreamImpl.Flush", {"run", "run", "stream, run", ""}},
    {"devices", "OrtSyncStreamImpl.GetHandle", {"-", "-", "stream, run", "-"}},
    {"devices", "OrtSyncStreamImpl.OnSessionRunEnd", {"run", "run", "", ""}},
    {"devices", "OrtSyncStreamImpl.Release", {"-", "", "stream, run", ""}},
    {"capture", "OrtEp.GetGraphCaptureNodeAssignmentPolicy", {"-", "open", "open", "open"}},
    {"capture", "OrtEp.IsGraphCaptured", {"-", "run", "release", ""}},
    {"capture", "OrtEp.ReleaseCapturedGraph", {"release", "release", "", ""}},
    {"capture", "OrtEp.ReplayGraph", {"run", "run", "run", ""}},
    {"kernels", "OrtEp.GetKernelRegistry", {"open, open loop, open scan", "open, open loop, open scan", "", ""}},
    {"kernels", "OrtEpFactory.GetCustomOpDomains", {"open, open loop, open scan", "open, open loop, open scan", "", "open, open loop, open scan"}},
    {"kernels", "OrtEpFactory.GetNumCustomOpDomains", {"open, open loop, open scan", "open, open loop, open scan", "", ""}},
    {"kernels", "OrtKernelImpl.Compute", {"run, loop, scan", "run, loop, scan", "open, open loop, open scan", "run"}},
    {"kernels", "OrtKernelImpl.PrePackWeight", {"open", "open", "", ""}},
    {"kernels", "OrtKernelImpl.Release", {"-", "", "", ""}},
    {"kernels", "OrtKernelImpl.SetSharedPrePackedWeight", {"open", "open", "open", "-"}},
    {"kernels", "OrtLoopKernelHelper.ConcatOutput", {"loop", "loop", "open loop", ""}},
    {"kernels", "OrtLoopKernelHelper.Release", {"-", "", "open loop", ""}},
    {"kernels", "OrtScanKernelHelper.Release", {"-", "", "open scan", ""}},
    {"kernels", "OrtScanKernelHelper.Transpose", {"scan", "scan", "open scan", ""}},
    {"groups", "OrtEp.CreateProfiler", {"open", "open", "", ""}},
    {"groups", "OrtEp.GetPreferredDataLayout", {"open", "open", "", ""}},
    {"groups", "OrtEp.OnSessionInitializationEnd", {"open", "open", "", ""}},
    {"groups", "OrtEp.SetDynamicOptions", {"dynamic", "dynamic", "", ""}},
    {"groups", "OrtEpProfilerImpl.EndProfiling", {"", "", "", ""}},
    {"groups", "OrtEpProfilerImpl.Release", {"-", "", "", ""}},
    {"groups", "OrtEpProfilerImpl.StartEvent", {"", "", "", ""}},
    {"groups", "OrtEpProfilerImpl.StartProfiling", {"", "", "", ""}},
    {"groups", "OrtEpProfilerImpl.StopEvent", {"", "", "", ""}},
    {"groups", "OrtNodeComputeInfo.CreateState", {"open", "open", "", ""}},
    {"groups", "OrtNodeComputeInfo.ReleaseState", {"-", "", "", ""}},
    {"contexts", "OrtEp.GetCompiledModelCompatibilityInfo", {"-", "compile", "", ""}},
    {"contexts", "OrtEp.GetEpContextDataCallbackSupport", {"compile", "compile", "compile", "compile"}},
    {"contexts", "OrtEp.GetWeightlessSupport", {"compile", "compile", "compile", "compile"}},
    {"contexts", "OrtEpFactory.ValidateCompiledModelCompatibilityInfo", {"judge, open", "judge, open", "", ""}},
};
// clang-format on

}  // namespace capi
