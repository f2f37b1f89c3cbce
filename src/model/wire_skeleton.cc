#include "model/wire_skeleton.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/error.h"

namespace backplane {
namespace {

constexpr int kMaxDepth = 100;  // protobuf's own limit
constexpr size_t kMaxMessage = std::numeric_limits<int32_t>::max();
constexpr size_t kPaddedLength = 5;  // bytes of a length that is filled in later

enum class Message : uint8_t { kModel, kGraph, kNode, kAttribute, kFunction, kSparse, kTensor };

enum class Action : uint8_t { kCopy, kDrop, kDescend, kBlob };
struct Rule {
  Action action = Action::kCopy;
  Message child = Message::kModel;
};

// What to do with length-delimited field `field` of a message: the paths of the ONNX format that
// lead to raw_data.
Rule RuleFor(Message message, uint32_t field) {
  const auto descend = [](Message child) { return Rule{Action::kDescend, child}; };
  switch (message) {
    case Message::kModel:
      if (field == 7) return descend(Message::kGraph);
      if (field == 25) return descend(Message::kFunction);
      if (field == 20) return {Action::kDrop};  // training_info
      break;
    case Message::kGraph:
      if (field == 1) return descend(Message::kNode);
      if (field == 5) return descend(Message::kTensor);
      if (field == 15) return descend(Message::kSparse);
      break;
    case Message::kNode:
      if (field == 5) return descend(Message::kAttribute);
      break;
    case Message::kAttribute:
      if (field == 5 || field == 10) return descend(Message::kTensor);
      if (field == 6 || field == 11) return descend(Message::kGraph);
      if (field == 22 || field == 23) return descend(Message::kSparse);
      break;
    case Message::kFunction:
      if (field == 7) return descend(Message::kNode);
      if (field == 11) return descend(Message::kAttribute);
      break;
    case Message::kSparse:
      if (field == 1 || field == 2) return descend(Message::kTensor);
      break;
    case Message::kTensor:
      if (field == 9) return {Action::kBlob};
      break;
  }
  return {};
}

[[noreturn]] void FailMalformed(const char* why) {
  Fail(ORT_INVALID_PROTOBUF, "Failed to load model because protobuf parsing failed: {}.", why);
}

/// Reads one message field by field.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes)
      : position_(bytes.data()), end_(position_ + bytes.size()) {}

  bool AtEnd() const { return position_ == end_; }
  const std::byte* position() const { return position_; }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (position_ == end_) FailMalformed("the data ends inside a number");
      const auto byte = static_cast<uint64_t>(*position_++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    FailMalformed("a number is too long");
  }
  std::span<const std::byte> Take(uint64_t size) {
    if (size > static_cast<uint64_t>(end_ - position_))
      FailMalformed("a field is longer than the data");
    const std::span<const std::byte> taken(position_, static_cast<size_t>(size));
    position_ += size;
    return taken;
  }

 private:
  const std::byte* position_;
  const std::byte* end_;
};

class SkeletonWriter {
 public:
  explicit SkeletonWriter(WireSkeleton& skeleton) : skeleton_(skeleton) {}

  void Copy(std::span<const std::byte> bytes, Message message, int depth) {
    if (depth > kMaxDepth) FailMalformed("messages are nested too deeply");
    Reader reader(bytes);
    const std::byte* pending = bytes.data();  // start of what is to be copied as it is
    while (!reader.AtEnd()) {
      const std::byte* const start = reader.position();
      const uint64_t tag = reader.Varint();
      if (tag > std::numeric_limits<uint32_t>::max() || (tag >> 3) == 0)
        FailMalformed("a field has no valid number");
      const auto field = static_cast<uint32_t>(tag >> 3);
      switch (tag & 7) {
        case 0:
          reader.Varint();
          continue;
        case 1:
          reader.Take(8);
          continue;
        case 5:
          reader.Take(4);
          continue;
        case 2:
          break;
        default:
          FailMalformed("a field has an unknown encoding");
      }
      const std::span<const std::byte> content = reader.Take(reader.Varint());
      const Rule rule = RuleFor(message, field);
      if (rule.action == Action::kCopy) continue;
      Append(pending, start);
      pending = reader.position();
      if (rule.action == Action::kBlob) {
        AppendBlob(start, content);
      } else if (rule.action == Action::kDescend) {
        Append(start, TagEnd(start));
        Descend(content, rule.child, depth + 1);
      }
    }
    Append(pending, reader.position());
  }

 private:
  static const std::byte* TagEnd(const std::byte* start) {
    while (static_cast<uint8_t>(*start) >= 0x80) ++start;
    return start + 1;
  }

  void Append(const std::byte* begin, const std::byte* end) {
    const auto size = static_cast<size_t>(end - begin);
    if (size > kMaxMessage - skeleton_.message.size()) {
      Fail(ORT_INVALID_PROTOBUF, "the model holds more than 2 GB besides raw tensor data");
    }
    skeleton_.message.append(reinterpret_cast<const char*>(begin), size);
  }

  void Descend(std::span<const std::byte> content, Message child, int depth) {
    std::string& out = skeleton_.message;
    const size_t length_at = out.size();
    out.append(kPaddedLength, '\0');
    Copy(content, child, depth);
    size_t length = out.size() - length_at - kPaddedLength;
    for (size_t i = 0; i < kPaddedLength; ++i, length >>= 7) {
      out[length_at + i] = static_cast<char>((length & 0x7f) | (i + 1 < kPaddedLength ? 0x80 : 0));
    }
  }

  void AppendBlob(const std::byte* start, std::span<const std::byte> content) {
    const uint64_t index = skeleton_.blobs.size();
    skeleton_.blobs.push_back(content);
    Append(start, TagEnd(start));
    std::array<std::byte, 1 + sizeof(index)> reference{static_cast<std::byte>(sizeof(index))};
    std::memcpy(reference.data() + 1, &index, sizeof(index));
    Append(reference.data(), reference.data() + reference.size());
  }

  WireSkeleton& skeleton_;
};

}  // namespace

WireSkeleton MakeSkeleton(std::span<const std::byte> model) {
  WireSkeleton skeleton;
  SkeletonWriter(skeleton).Copy(model, Message::kModel, 0);
  return skeleton;
}

std::optional<std::span<const std::byte>> ResolveBlob(const WireSkeleton& skeleton,
                                                      const std::string& raw_data) {
  uint64_t index = 0;
  if (raw_data.size() != sizeof(index)) return std::nullopt;
  std::memcpy(&index, raw_data.data(), sizeof(index));
  if (index >= skeleton.blobs.size()) return std::nullopt;
  return skeleton.blobs[index];
}

}  // namespace backplane
