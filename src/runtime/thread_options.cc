#include "runtime/thread_options.h"

#include <charconv>
#include <cstring>

#include "base/error.h"
#include "onnxruntime_session_options_config_keys.h"

namespace backplane {
namespace {

bool Switch(const char* key, const char* value) {
  if (std::strcmp(value, "1") == 0) return true;
  Require(std::strcmp(value, "0") == 0, ORT_INVALID_ARGUMENT,
          "session configuration entry '{}' must be \"0\" or \"1\", not \"{}\"", key, value);
  return false;
}

int Number(const char* key, const char* value) {
  int number = 0;
  const char* end = value + std::strlen(value);
  const auto [stop, error] = std::from_chars(value, end, number);
  Require(error == std::errc() && stop == end && number >= 0, ORT_INVALID_ARGUMENT,
          "session configuration entry '{}' must be a number from 0 on, not \"{}\"", key, value);
  return number;
}

}  // namespace

int ThreadCount(int requested) { return requested > 0 ? requested : 0; }

void ApplyThreadConfig(const KeyValuePairs& config, ThreadPoolOptions& options) {
  if (const char* value = config.Find(kOrtSessionOptionsConfigAllowIntraOpSpinning)) {
    options.allow_spinning = Switch(kOrtSessionOptionsConfigAllowIntraOpSpinning, value);
  }
  if (const char* value = config.Find(kOrtSessionOptionsConfigIntraOpSpinDurationUs)) {
    options.spin_microseconds = Number(kOrtSessionOptionsConfigIntraOpSpinDurationUs, value);
  }
  if (const char* value = config.Find(kOrtSessionOptionsConfigSetDenormalAsZero)) {
    options.flush_denormals = Switch(kOrtSessionOptionsConfigSetDenormalAsZero, value);
  }
  if (const char* value = config.Find(kOrtSessionOptionsConfigIntraOpThreadAffinities)) {
    options.affinities = value;
  }
}

}  // namespace backplane

void OrtThreadingOptions::SetSpinning(int allow) {
  backplane::Require(allow == 0 || allow == 1, ORT_INVALID_ARGUMENT,
                     "Received invalid value for allow_spinning. Valid values are 0 or 1, not {}",
                     allow);
  intra_op.allow_spinning = allow != 0;
}

void OrtThreadingOptions::SetAffinity(const char* affinity) {
  constexpr size_t kMaxLength = 4096;
  const size_t length = std::strlen(affinity);
  backplane::Require(length > 0 && length <= kMaxLength, ORT_INVALID_ARGUMENT,
                     "Size of affinity string must be between 1 and {}, not {}", kMaxLength,
                     length);
  intra_op.affinities = affinity;
}
