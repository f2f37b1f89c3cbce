// The functions of include/backplane/backplane.h: translation to and from C, nothing else.
#include "backplane/backplane.h"

#include "abi/cpu_facts.h"
#include "abi/explain_json.h"
#include "abi/guard.h"
#include "abi/model_summary.h"
#include "base/value.h"
#include "model/model.h"
#include "runtime/session.h"

using namespace backplane;       // NOLINT: C functions have no namespace of their own
using namespace backplane::abi;  // NOLINT

OrtStatus* BackplaneGetModelSummary(const ORTCHAR_T* model_path, OrtAllocator* allocator,
                                    char** json) noexcept {
  return Guard([&] {
    NotNull(model_path, "model_path");
    NotNull(allocator, "allocator");
    NotNull(json, "json");
    *json = CopyText(SummarizeModel(*LoadModelFile(model_path)), allocator);
  });
}

OrtStatus* BackplaneSessionExplain(const OrtSession* session, OrtAllocator* allocator,
                                   char** json) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(allocator, "allocator");
    NotNull(json, "json");
    *json = CopyText(ExplainSession(*session), allocator);
  });
}

OrtStatus* BackplaneGetCpuFacts(OrtAllocator* allocator, char** json) noexcept {
  return Guard([&] {
    NotNull(allocator, "allocator");
    NotNull(json, "json");
    *json = CopyText(CpuFactsJson(), allocator);
  });
}

OrtStatus* BackplaneLoadTensor(const ORTCHAR_T* path, OrtValue** value) noexcept {
  return Guard([&] {
    NotNull(path, "path");
    NotNull(value, "value");
    *value = new OrtValue(LoadTensorFile(path));
  });
}
