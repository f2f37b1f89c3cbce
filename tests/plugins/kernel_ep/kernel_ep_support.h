// What the files of the kernel EP share: kernels as functions, the report.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/plugin.h"

namespace kernel_ep {

using plugin::Check;
using plugin::ep_api;
using plugin::Guard;
using plugin::ort;

/// Adds a line to what KernelEpTake returns.
void Report(const std::string& line);

/// The message of a status, which is released; "ok" for none.
inline std::string Outcome(OrtStatus* status) {
  if (status == nullptr) return "ok";
  std::string text = "code " + std::to_string(ort->GetErrorCode(status));
  ort->ReleaseStatus(status);
  return text;
}

/// A kernel whose Compute is a function.
struct Kernel : OrtKernelImpl {
  using Run = std::function<void(OrtKernelContext*)>;
  explicit Kernel(Run body) : run(std::move(body)) {
    static_cast<OrtKernelImpl&>(*this) = {};
    ort_version_supported = ORT_API_VERSION;
    Compute = [](OrtKernelImpl* self, OrtKernelContext* context) noexcept -> OrtStatus* {
      return Guard([&] { static_cast<Kernel*>(self)->run(context); });
    };
    Release = [](OrtKernelImpl* self) noexcept { delete static_cast<Kernel*>(self); };
  }
  virtual ~Kernel() = default;
  Run run;
};

struct View {
  const float* data = nullptr;
  std::vector<int64_t> shape;
  size_t count = 1;
};

View ReadTensor(const OrtValue* value);
View Input(OrtKernelContext* context, size_t index);
float* Output(OrtKernelContext* context, size_t index, const std::vector<int64_t>& shape);

/// A custom operator with one float input of any number and one float output.
struct CustomOp : OrtCustomOp {
  std::string op_name;
  std::string ep_name;  ///< empty: the host's
};

/// The EP's own custom operators: Inspect and Invoke, whose kernels are in the registry, and
/// Triple, which brings its kernel along.
std::vector<std::unique_ptr<CustomOp>> MakeCustomOps(const std::string& ep_name);

void AddKernels(OrtKernelRegistry* registry, const std::string& ep_name);

/// Writes down what a kernel info says of its node, call by call (inspect.cc).
void ReportInfo(const OrtKernelInfo* info);
/// The same for a context.
void ReportContext(OrtKernelContext* context);

}  // namespace kernel_ep
