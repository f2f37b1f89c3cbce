#include "abi/kernel_registry.h"

#include "abi/guard.h"
#include "abi/type_info.h"
#include "provider/kernel_def.h"
#include "provider/plugin_call.h"
#include "provider/prepacked_weights.h"

namespace backplane::abi {
namespace {

// Indices of arguments that share memory are kept in a byte each.
constexpr int kLargestAlias = 127;

/// Guard around `body(builder->def)`.
template <typename Body>
OrtStatus* Define(OrtKernelDefBuilder* builder, Body&& body) noexcept {
  return GuardHandle(builder, "kernel_def_builder", [&](OrtKernelDefBuilder& b) { body(b.def); });
}

/// Hands out a fact of a definition.
template <typename Out, typename Read>
OrtStatus* Tell(const OrtKernelDef* def, Out* out, Read&& read) noexcept {
  return Guard([&] {
    NotNull(def, "kernel_def");
    NotNull(out, "out");
    *out = read(*def);
  });
}

void SetMemory(std::map<size_t, OrtMemType>& memory, size_t index, OrtMemType type) {
  Require(type >= OrtMemTypeCPUInput && type <= OrtMemTypeDefault, ORT_INVALID_ARGUMENT,
          "{} is no OrtMemType", static_cast<int>(type));
  memory[index] = type;
}

void AddPairs(std::vector<std::pair<int, int>>& pairs, const int* inputs, const int* outputs,
              size_t count) {
  Require(count != 0, ORT_INVALID_ARGUMENT, "Must specify at least one input/output alias");
  NotNull(inputs, "input_indices");
  NotNull(outputs, "output_indices");
  for (size_t i = 0; i < count; ++i) {
    const auto valid = [](int index) { return index >= 0 && index <= kLargestAlias; };
    Require(valid(inputs[i]) && valid(outputs[i]), ORT_INVALID_ARGUMENT,
            "input {} and output {} are no pair of arguments", inputs[i], outputs[i]);
    pairs.emplace_back(inputs[i], outputs[i]);
  }
}

}  // namespace

OrtStatus* CreateKernelRegistry(OrtKernelRegistry** kernel_registry) noexcept {
  return Guard([&] {
    NotNull(kernel_registry, "kernel_registry");
    *kernel_registry = new OrtKernelRegistry();
  });
}

void ReleaseKernelRegistry(OrtKernelRegistry* input) noexcept { delete input; }

OrtStatus* KernelRegistry_AddKernel(OrtKernelRegistry* kernel_registry,
                                    const OrtKernelDef* kernel_def,
                                    OrtKernelCreateFunc kernel_create_func,
                                    void* kernel_create_func_state) noexcept {
  return Guard([&] {
    NotNull(kernel_registry, "kernel_registry");
    NotNull(kernel_def, "kernel_def");
    Require(kernel_create_func != nullptr, ORT_INVALID_ARGUMENT,
            "Must specify a non-null OrtKernelCreateFunc for the kernel of {}",
            kernel_def->op_type);
    kernel_registry->Add(*kernel_def, kernel_create_func, kernel_create_func_state);
  });
}

OrtStatus* CreateKernelDefBuilder(OrtKernelDefBuilder** kernel_def_builder_out) noexcept {
  return Guard([&] {
    NotNull(kernel_def_builder_out, "kernel_def_builder_out");
    *kernel_def_builder_out = new OrtKernelDefBuilder();
  });
}

void ReleaseKernelDefBuilder(OrtKernelDefBuilder* input) noexcept { delete input; }

OrtStatus* KernelDefBuilder_SetOperatorType(OrtKernelDefBuilder* kernel_def_builder,
                                            const char* op_type) noexcept {
  return Define(kernel_def_builder, [&](OrtKernelDef& def) {
    NotNull(op_type, "op_type");
    def.op_type = op_type;
  });
}

OrtStatus* KernelDefBuilder_SetDomain(OrtKernelDefBuilder* kernel_def_builder,
                                      const char* domain) noexcept {
  return Define(kernel_def_builder, [&](OrtKernelDef& def) {
    NotNull(domain, "domain");
    def.domain = domain == std::string_view("ai.onnx") ? "" : domain;
  });
}

OrtStatus* KernelDefBuilder_SetSinceVersion(OrtKernelDefBuilder* kernel_def_builder,
                                            int since_version_start,
                                            int since_version_end) noexcept {
  return Define(kernel_def_builder, [&](OrtKernelDef& def) {
    Require(since_version_start > 0, ORT_INVALID_ARGUMENT,
            "Starting version must be greater than zero, it is {}", since_version_start);
    Require(since_version_end >= since_version_start, ORT_INVALID_ARGUMENT,
            "Starting version must be less than or equal to the ending version: {} and {}",
            since_version_start, since_version_end);
    def.since_first = since_version_start;
    def.since_last = since_version_end;
  });
}

OrtStatus* KernelDefBuilder_SetExecutionProvider(OrtKernelDefBuilder* kernel_def_builder,
                                                 const char* ep_name) noexcept {
  return Define(kernel_def_builder, [&](OrtKernelDef& def) {
    NotNull(ep_name, "ep_name");
    def.ep_name = ep_name;
  });
}

OrtStatus* KernelDefBuilder_SetInputMemType(OrtKernelDefBuilder* kernel_def_builder,
                                            size_t input_index, OrtMemType mem_type) noexcept {
  return Define(kernel_def_builder,
                [&](OrtKernelDef& def) { SetMemory(def.input_memory, input_index, mem_type); });
}

OrtStatus* KernelDefBuilder_SetOutputMemType(OrtKernelDefBuilder* kernel_def_builder,
                                             size_t output_index, OrtMemType mem_type) noexcept {
  return Define(kernel_def_builder,
                [&](OrtKernelDef& def) { SetMemory(def.output_memory, output_index, mem_type); });
}

OrtStatus* KernelDefBuilder_AddTypeConstraint(OrtKernelDefBuilder* kernel_def_builder,
                                              const char* arg_name, const OrtDataType* const* types,
                                              size_t num_types) noexcept {
  return Define(kernel_def_builder, [&](OrtKernelDef& def) {
    NotNull(arg_name, "arg_name");
    Require(num_types != 0, ORT_INVALID_ARGUMENT, "type constraint '{}' allows no type", arg_name);
    NotNull(types, "types");
    TypeSet allowed;
    for (size_t i = 0; i < num_types; ++i) {
      Require(types[i] != nullptr, ORT_INVALID_ARGUMENT, "type {} of constraint '{}' is null", i,
              arg_name);
      allowed = allowed | types[i]->dtype;
    }
    def.constraints[arg_name] = allowed;
  });
}

OrtStatus* KernelDefBuilder_AddInputOutputAliases(OrtKernelDefBuilder* kernel_def_builder,
                                                  const int* input_indices,
                                                  const int* output_indices,
                                                  size_t num_io_indices) noexcept {
  return Define(kernel_def_builder, [&](OrtKernelDef& def) {
    AddPairs(def.aliases, input_indices, output_indices, num_io_indices);
  });
}

OrtStatus* KernelDefBuilder_AddInputOutputMutableAliases(OrtKernelDefBuilder* kernel_def_builder,
                                                         const int* input_indices,
                                                         const int* output_indices,
                                                         size_t num_io_indices) noexcept {
  return Define(kernel_def_builder, [&](OrtKernelDef& def) {
    AddPairs(def.mutable_aliases, input_indices, output_indices, num_io_indices);
  });
}

OrtStatus* KernelDefBuilder_Build(OrtKernelDefBuilder* kernel_def_builder,
                                  OrtKernelDef** kernel_def_out) noexcept {
  return Define(kernel_def_builder, [&](OrtKernelDef& def) {
    NotNull(kernel_def_out, "kernel_def_out");
    Require(!def.op_type.empty(), ORT_INVALID_ARGUMENT, "the kernel definition names no operator");
    Require(!def.ep_name.empty(), ORT_INVALID_ARGUMENT,
            "the kernel definition of {} names no execution provider", def.op_type);
    *kernel_def_out = new OrtKernelDef(def);
  });
}

void ReleaseKernelDef(OrtKernelDef* input) noexcept { delete input; }

const char* KernelDef_GetOperatorType(const OrtKernelDef* kernel_def) noexcept {
  return kernel_def == nullptr ? nullptr : kernel_def->op_type.c_str();
}

const char* KernelDef_GetDomain(const OrtKernelDef* kernel_def) noexcept {
  return kernel_def == nullptr ? nullptr : kernel_def->domain.c_str();
}

OrtStatus* KernelDef_GetSinceVersion(const OrtKernelDef* kernel_def, int* start_version,
                                     int* end_version) noexcept {
  return Guard([&] {
    NotNull(kernel_def, "kernel_def");
    NotNull(start_version, "start_version");
    NotNull(end_version, "end_version");
    *start_version = kernel_def->since_first;
    *end_version = kernel_def->since_last;
  });
}

const char* KernelDef_GetExecutionProvider(const OrtKernelDef* kernel_def) noexcept {
  return kernel_def == nullptr ? nullptr : kernel_def->ep_name.c_str();
}

OrtStatus* KernelDef_GetInputMemType(const OrtKernelDef* kernel_def, size_t input_index,
                                     OrtMemType* mem_type) noexcept {
  return Tell(kernel_def, mem_type,
              [&](const OrtKernelDef& def) { return def.InputMemory(input_index); });
}

OrtStatus* KernelDef_GetOutputMemType(const OrtKernelDef* kernel_def, size_t output_index,
                                      OrtMemType* mem_type) noexcept {
  return Tell(kernel_def, mem_type,
              [&](const OrtKernelDef& def) { return def.OutputMemory(output_index); });
}

OrtStatus* GetTensorDataType(ONNXTensorElementDataType elem_type,
                             const OrtDataType** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = TensorDataType(ToDType(elem_type));
  });
}

OrtStatus* SharedPrePackedWeightCache_StoreWeightData(
    OrtSharedPrePackedWeightCache* prepacked_weight_cache, void** buffer_data_ptrs,
    size_t* buffer_data_sizes, size_t num_buffers) noexcept {
  return Guard([&] {
    NotNull(prepacked_weight_cache, "prepacked_weight_cache");
    NotNull(buffer_data_ptrs, "buffer_data_ptrs");
    NotNull(buffer_data_sizes, "buffer_data_sizes");
    prepacked_weight_cache->Store(buffer_data_ptrs, buffer_data_sizes, num_buffers);
  });
}

void ReleaseKernelImpl(OrtKernelImpl* input) noexcept {
  if (input != nullptr) ReleaseThroughPlugin(Callback(*input, &OrtKernelImpl::Release, 24), input);
}

}  // namespace backplane::abi
