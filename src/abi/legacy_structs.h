// The plain structs with an EP in their name (OrtCUDAProviderOptions & co.) as options in text,
// which is what plug-ins read. Used by legacy_providers.cc only.
#pragma once

#include <string>
#include <string_view>

#include "base/key_value_pairs.h"
#include "onnxruntime_c_api.h"

namespace backplane::abi {

// What differs from the struct's defaults, under the member's name, as the EP's options in text
// have it. Fails with ORT_NOT_IMPLEMENTED for an arena's settings, which text cannot say.
KeyValuePairs OptionsOf(const OrtCUDAProviderOptions& options);
KeyValuePairs OptionsOf(const OrtROCMProviderOptions& options);
KeyValuePairs OptionsOf(const OrtTensorRTProviderOptions& options);
KeyValuePairs OptionsOf(const OrtMIGraphXProviderOptions& options);
KeyValuePairs OptionsOf(const OrtOpenVINOProviderOptions& options);

/// Sets a member by its name. Fails with ORT_INVALID_ARGUMENT for an unknown name, naming those
/// there are, and for a value that does not fit.
void SetMember(OrtROCMProviderOptions& options, std::string_view key, std::string_view value);
/// All members: "key=value;key=value".
std::string TextOf(const OrtROCMProviderOptions& options);

}  // namespace backplane::abi
