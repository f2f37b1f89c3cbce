#include "abi/custom_ops.h"

#include <dlfcn.h>

#include <algorithm>
#include <memory>

#include "abi/guard.h"
#include "provider/custom_ops.h"
#include "provider/plugin_call.h"
#include "runtime/session_options.h"

namespace backplane::abi {
namespace {

constexpr const char* kEntryPoint = "RegisterCustomOps";

void CallEntryPoint(const std::string& where, void* symbol, OrtSessionOptions* options) {
  const auto entry = reinterpret_cast<ThatMayThrow<RegisterCustomOpsFn>::Type>(symbol);
  CallPlugin(where, entry, options, OrtGetApiBase());
}

/// Loads the library and has it add its domains; the handle closes it.
std::shared_ptr<void> LoadAndRegister(OrtSessionOptions* options, const char* path) {
  NotNull(options, "options");
  NotNull(path, "library_path");
  dlerror();
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = dlerror();
    Fail(ORT_FAIL, "Failed to load library {} with error: {}", path,
         reason == nullptr ? "unknown" : reason);
  }
  std::shared_ptr<void> library(handle, [](void* gone) { dlclose(gone); });
  void* symbol = dlsym(handle, kEntryPoint);
  Require(symbol != nullptr, ORT_FAIL, "Failed to get symbol {} with error: library {} has none",
          kEntryPoint, path);
  CallEntryPoint(Format("{} of {}", kEntryPoint, path), symbol, options);
  return library;
}

void SetType(const OrtTensorTypeAndShapeInfo& info, TypeInfo& type) {
  if (!type.IsTensor()) {
    type = TypeInfo();
    type.kind = ONNX_TYPE_TENSOR;
  }
  if (info.dtype != DType::kUndefined) type.tensor.dtype = info.dtype;
  if (info.shape) type.tensor.shape = info.shape;
}

}  // namespace

OrtStatus* CreateCustomOpDomain(const char* domain, OrtCustomOpDomain** out) noexcept {
  return Guard([&] {
    NotNull(domain, "domain");
    NotNull(out, "out");
    *out = new OrtCustomOpDomain{domain, {}};
  });
}

OrtStatus* CustomOpDomain_Add(OrtCustomOpDomain* custom_op_domain, const OrtCustomOp* op) noexcept {
  return Guard([&] {
    NotNull(custom_op_domain, "custom_op_domain");
    NotNull(op, "op");
    custom_op_domain->ops.push_back(op);
  });
}

OrtStatus* AddCustomOpDomain(OrtSessionOptions* options,
                             OrtCustomOpDomain* custom_op_domain) noexcept {
  return Guard([&] {
    NotNull(options, "options");
    NotNull(custom_op_domain, "custom_op_domain");
    auto& domains = options->custom_op_domains;
    if (std::find(domains.begin(), domains.end(), custom_op_domain) == domains.end())
      domains.push_back(custom_op_domain);
  });
}

void ReleaseCustomOpDomain(OrtCustomOpDomain* input) noexcept { delete input; }

OrtStatus* RegisterCustomOpsLibrary(OrtSessionOptions* options, const char* library_path,
                                    void** library_handle) noexcept {
  return Guard([&] {
    NotNull(library_handle, "library_handle");
    *library_handle = nullptr;
    const std::shared_ptr<void> library = LoadAndRegister(options, library_path);
    // From here on it is the caller's, who closes it: a second handle of the same library.
    *library_handle = dlopen(library_path, RTLD_NOW | RTLD_LOCAL);
  });
}

OrtStatus* RegisterCustomOpsLibrary_V2(OrtSessionOptions* options,
                                       const ORTCHAR_T* library_name) noexcept {
  return Guard([&] {
    std::shared_ptr<void> library = LoadAndRegister(options, library_name);
    options->custom_op_libraries.push_back(std::move(library));
  });
}

OrtStatus* RegisterCustomOpsUsingFunction(OrtSessionOptions* options,
                                          const char* registration_func_name) noexcept {
  return Guard([&] {
    NotNull(options, "options");
    NotNull(registration_func_name, "registration_func_name");
    Require(registration_func_name[0] != '\0', ORT_INVALID_ARGUMENT,
            "Registration function name is empty");
    void* symbol = dlsym(RTLD_DEFAULT, registration_func_name);
    Require(symbol != nullptr, ORT_FAIL,
            "Failed to get symbol {} with error: the process has no such function; a library "
            "that has it must be linked or loaded with global symbols",
            registration_func_name);
    CallEntryPoint(registration_func_name, symbol, options);
  });
}

// -- shape inference

OrtStatus* ShapeInferContext_GetInputCount(const OrtShapeInferContext* context,
                                           size_t* out) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(out, "out");
    *out = context->inputs.size();
  });
}

OrtStatus* ShapeInferContext_GetInputTypeShape(const OrtShapeInferContext* context, size_t index,
                                               OrtTensorTypeAndShapeInfo** info) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(info, "info");
    Require(index < context->inputs.size(), ORT_INVALID_ARGUMENT,
            "Failed to get type shape for the input: {} of {}", index, context->inputs.size());
    *info = const_cast<OrtTensorTypeAndShapeInfo*>(&context->inputs[index]);
  });
}

OrtStatus* ShapeInferContext_GetAttribute(const OrtShapeInferContext* context,
                                          const char* attr_name, const OrtOpAttr** attr) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(attr_name, "attr_name");
    NotNull(attr, "attr");
    *attr = AttributeOrDefault(context->node, attr_name);
    Require(*attr != nullptr, ORT_INVALID_ARGUMENT, "Attribute does not exist: {} has no '{}'",
            context->node.Describe(), attr_name);
  });
}

OrtStatus* ShapeInferContext_SetOutputTypeShape(const OrtShapeInferContext* context, size_t index,
                                                const OrtTensorTypeAndShapeInfo* info) noexcept {
  return Guard([&] {
    NotNull(context, "context");
    NotNull(info, "info");
    Require(index < context->outputs.size(), ORT_INVALID_ARGUMENT,
            "output {} of {} was given a type", index, context->outputs.size());
    SetType(*info, context->outputs[index]);
  });
}

}  // namespace backplane::abi
