// A first look at a model's bytes, before protobuf: copies the message without its bulk. Every
// raw_data of a tensor (also in nested graphs and functions) is replaced by a number, and where the
// real bytes lie is remembered; training_info is left out. So initializers can stay where they are
// and models may be larger than protobuf's 2 GB. Called by the reader only.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace backplane {

struct WireSkeleton {
  std::string message;  ///< a serialized ModelProto whose raw_data fields hold references
  std::vector<std::span<const std::byte>>
      blobs;  ///< what the references stand for; views of the model's bytes
};

/// Fails with ORT_INVALID_PROTOBUF where the bytes are not a well-formed message, and where the
/// rest exceeds 2 GB.
WireSkeleton MakeSkeleton(std::span<const std::byte> model);

/// The bytes that a raw_data field of the parsed skeleton stands for. Nullopt if it is no reference
/// (of another skeleton).
std::optional<std::span<const std::byte>> ResolveBlob(const WireSkeleton& skeleton,
                                                      const std::string& raw_data);

}  // namespace backplane
