#include "partition/node_stats.h"

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/split.h"

namespace backplane {
namespace {

constexpr uint32_t Rotate(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }

constexpr uint32_t Mix(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}

/// Murmur3 for four lanes of 32 bits, which is what ONNX Runtime's files have in their names.
class Murmur3 {
 public:
  /// The first two lanes count; the next text starts from the first.
  void Add(std::string_view text) {
    h_.fill(h_[0]);
    const size_t whole = text.size() / 16 * 16;
    for (size_t at = 0; at < whole; at += 16) Block(text.substr(at, 16));
    Tail(text.substr(whole));
    for (uint32_t& h : h_) h ^= static_cast<uint32_t>(text.size());
    Spread();
    for (uint32_t& h : h_) h = Mix(h);
    Spread();
  }
  uint64_t value() const { return h_[0] | (uint64_t{h_[1]} << 32); }

 private:
  static constexpr std::array<uint32_t, 4> kFactors = {0x239b961bu, 0xab0e9789u, 0x38b34ae5u,
                                                       0xa1e38b93u};
  static constexpr std::array<int, 4> kKeyTurns = {15, 16, 17, 18};
  static constexpr std::array<int, 4> kStateTurns = {19, 17, 15, 13};
  static constexpr std::array<uint32_t, 4> kAdded = {0x561ccd1bu, 0x0bcaa747u, 0x96cd1c35u,
                                                     0x32ac3b17u};

  static uint32_t Key(uint32_t k, size_t lane) {
    return Rotate(k * kFactors[lane], kKeyTurns[lane]) * kFactors[(lane + 1) % 4];
  }

  void Block(std::string_view bytes) {
    std::array<uint32_t, 4> keys;
    std::memcpy(keys.data(), bytes.data(), sizeof keys);
    for (size_t lane = 0; lane < 4; ++lane) {
      h_[lane] ^= Key(keys[lane], lane);
      h_[lane] = Rotate(h_[lane], kStateTurns[lane]) + h_[(lane + 1) % 4];
      h_[lane] = h_[lane] * 5 + kAdded[lane];
    }
  }

  void Tail(std::string_view bytes) {
    std::array<uint32_t, 4> keys{};
    std::memcpy(keys.data(), bytes.data(), bytes.size());
    for (size_t lane = 0; lane < 4; ++lane) {
      if (bytes.size() > lane * 4) h_[lane] ^= Key(keys[lane], lane);
    }
  }

  void Spread() {
    h_[0] += h_[1] + h_[2] + h_[3];
    for (size_t lane = 1; lane < 4; ++lane) h_[lane] += h_[0];
  }

  std::array<uint32_t, 4> h_{};
};

uint64_t NumberIn(std::string_view field, std::string_view line, const std::string& path) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  Require(!field.empty() && error == std::errc() && end == field.data() + field.size() &&
              number <= uint64_t{1} << 60,
          ORT_FAIL, "Invalid line in the file {}: {}", path, line);
  return number;
}

std::shared_ptr<MappedFile> OpenStats(const std::string& path) {
  try {
    return MappedFile::Open(path);
  } catch (const Error& error) {
    Fail(ORT_FAIL, "Failed to open file \"{}\": {}", path, error.message());
  }
}

}  // namespace

std::string StatsName(const Node& node) {
  Murmur3 hash;
  for (const auto* list : {&node.inputs, &node.outputs}) {
    for (const ValueInfo* value : *list) hash.Add(value == nullptr ? "" : value->name);
  }
  return Format("{}_{}", node.name.empty() ? node.op_type : node.name, hash.value());
}

NodeStatsTable ReadNodeStats(const std::string& path) {
  const auto file = OpenStats(path);
  const std::string_view text(reinterpret_cast<const char*>(file->data()), file->size());
  NodeStatsTable table;
  ForEachPart(text, '\n', [&](std::string_view line) {
    if (line.front() == '#') return;
    // From the end: a node's name may have commas.
    std::array<uint64_t, 4> numbers;
    std::string_view rest = line;
    for (size_t i = numbers.size(); i-- > 0;) {
      const size_t comma = rest.rfind(',');
      Require(comma != std::string_view::npos, ORT_FAIL, "Invalid line in the file {}: {}", path,
              line);
      numbers[i] = NumberIn(Trim(rest.substr(comma + 1)), line, path);
      rest = rest.substr(0, comma);
    }
    table[std::string(rest)] = {numbers[0], numbers[1], numbers[2], numbers[3]};
  });
  return table;
}

void WriteNodeStats(const std::string& path, const NodeStatsTable& table) {
  std::string text =
      "#name,input_sizes,initializers_sizes,total_dynamic_sizes,total_temp_allocations\n";
  for (const auto& [name, stats] : table) {
    text += Format("{},{},{},{},{}\n", name, stats.inputs, stats.initializers, stats.outputs,
                   stats.temporary);
  }
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  WriteFile(path, {&bytes, 1});
}

std::string StatsPath(const std::string& model_path, const std::string& file) {
  return (std::filesystem::path(model_path).parent_path() / file).string();
}

}  // namespace backplane
