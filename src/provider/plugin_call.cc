#include "provider/plugin_call.h"

namespace backplane {

void CheckStatedVersion(uint32_t version, uint32_t since, std::string_view what) {
  Require(version >= since && version <= kLargestEpApiVersion, ORT_INVALID_ARGUMENT,
          "{} states ort_version_supported {}, which is no API version that has it ({} and later)",
          what, version, since);
}

namespace {

std::string_view Colon(std::string_view context) { return context.empty() ? "" : ": "; }

}  // namespace

void ThrowPluginStatus(std::string_view context, OrtStatus* status) {
  ThrowIfFailed(status, Format("{}{}", context, Colon(context)));
}

void ThrowPluginException(std::string_view context) {
  try {
    throw;
  } catch (const Error& error) {
    ThrowError(error.code(), Format("{}{}{}", context, Colon(context), error.message()));
  } catch (const std::exception& error) {
    Fail(ORT_FAIL, "{}{}{} (a C++ exception thrown by the plugin)", context, Colon(context),
         error.what());
  } catch (...) {
    Fail(ORT_FAIL, "{}{}an exception of unknown type, thrown by the plugin", context,
         Colon(context));
  }
}

void FailMissingCallback(std::string_view context) {
  Fail(ORT_NOT_IMPLEMENTED, "{}{}the plugin does not provide this function", context,
       Colon(context));
}

}  // namespace backplane
