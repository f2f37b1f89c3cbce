// What the kernel-based EPs share: the base of a kernel, and how kernels get into a registry.
#pragma once

#include "kit/api.h"

namespace ep_kit {

// A kernel of one node. The derived class has `void Run(OrtKernelContext*) const`, which any number
// of threads may call at once, and sets the optional members in its constructor.
template <typename Derived>
class Kernel : public OrtKernelImpl {
 public:
  explicit Kernel(const Api& api) : OrtKernelImpl{}, api_(api) {
    ort_version_supported = api.version;
    Compute = [](OrtKernelImpl* self, OrtKernelContext* context) noexcept -> OrtStatus* {
      const auto* kernel = static_cast<const Derived*>(self);
      return kernel->api_.Guard([&] { kernel->Run(context); });
    };
    Release = [](OrtKernelImpl* self) noexcept { delete static_cast<Derived*>(self); };
  }

 protected:
  const Api& api_;
};

// Describes kernels and adds them to a registry.
class KernelTable {
 public:
  // `name` and `api` outlive the table.
  KernelTable(const Api& api, const std::string& ep_name) : api_(api), ep_name_(ep_name) {
    OrtKernelRegistry* registry = nullptr;
    api.Check(api.ep->CreateKernelRegistry(&registry));
    registry_ = Owned<OrtKernelRegistry>(registry, api.ep->ReleaseKernelRegistry);
  }

  using Builder = OrtKernelDefBuilder;

  // Adds kernel K for versions `since` to `until` of an operator of ONNX. `until` names the last
  // operator set, so versions that ONNX adds later are not taken by mistake. T is the name that the
  // operator's definition gives to the type of its tensors. `describe` states the rest.
  template <typename K>
  void Add(const char* op_type, int since, int until, const std::function<void(Builder*)>& describe,
           const std::vector<ONNXTensorElementDataType>& types = {
               ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT}) {
    OrtKernelDefBuilder* builder = nullptr;
    api_.Check(api_.ep->CreateKernelDefBuilder(&builder));
    const Owned<OrtKernelDefBuilder> owned_builder(builder, api_.ep->ReleaseKernelDefBuilder);
    api_.Check(api_.ep->KernelDefBuilder_SetOperatorType(builder, op_type));
    api_.Check(api_.ep->KernelDefBuilder_SetDomain(builder, ""));
    api_.Check(api_.ep->KernelDefBuilder_SetSinceVersion(builder, since, until));
    api_.Check(api_.ep->KernelDefBuilder_SetExecutionProvider(builder, ep_name_.c_str()));
    std::vector<const OrtDataType*> data_types;
    for (const ONNXTensorElementDataType type : types) {
      data_types.emplace_back();
      api_.Check(api_.ep->GetTensorDataType(type, &data_types.back()));
    }
    api_.Check(api_.ep->KernelDefBuilder_AddTypeConstraint(builder, "T", data_types.data(),
                                                           data_types.size()));
    if (describe != nullptr) describe(builder);

    OrtKernelDef* definition = nullptr;
    api_.Check(api_.ep->KernelDefBuilder_Build(builder, &definition));
    const Owned<OrtKernelDef> owned_definition(definition, api_.ep->ReleaseKernelDef);
    const OrtKernelCreateFunc create = [](void* state, const OrtKernelInfo* info,
                                          OrtKernelImpl** kernel) noexcept -> OrtStatus* {
      const auto* table = static_cast<const KernelTable*>(state);
      return table->api_.Guard([&] { *kernel = new K(table->api_, info); });
    };
    api_.Check(api_.ep->KernelRegistry_AddKernel(registry_.get(), definition, create, this));
  }

  const OrtKernelRegistry* registry() const { return registry_.get(); }
  const Api& api() const { return api_; }

 private:
  const Api& api_;
  const std::string& ep_name_;
  Owned<OrtKernelRegistry> registry_;
};

}  // namespace ep_kit
