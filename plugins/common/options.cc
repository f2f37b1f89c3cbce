// See options.h.
#include "common/options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>
#include <vector>

namespace backplane::plugins {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

size_t Edits(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, change});
    }
  }
  return row.back();
}

}  // namespace

std::string_view Nearest(std::string_view word, std::span<const std::string_view> known) {
  return *std::min_element(known.begin(), known.end(),
                           [&](auto a, auto b) { return Edits(word, a) < Edits(word, b); });
}

std::string SessionEntry(const OrtSessionOptions* session, const char* key) {
  int exists = 0;
  Check(Ort().HasSessionConfigEntry(session, key, &exists));
  if (exists == 0) return "";
  size_t size = 0;
  Check(Ort().GetSessionConfigEntry(session, key, nullptr, &size));
  std::string text(size, '\0');
  Check(Ort().GetSessionConfigEntry(session, key, text.data(), &size));
  text.resize(size == 0 ? 0 : size - 1);  // without the terminator
  return text;
}

Options::Options(const OrtSessionOptions* session, std::string_view ep_name,
                 std::span<const std::string_view> known)
    : prefix_("ep." + LowerCase(ep_name) + ".") {
  OrtKeyValuePairs* raw = nullptr;
  Check(Ort().GetSessionOptionsConfigEntries(session, &raw));
  const KeyValuePairs pairs(raw);
  const char* const* keys = nullptr;
  const char* const* values = nullptr;
  size_t count = 0;
  Ort().GetKeyValuePairs(pairs.get(), &keys, &values, &count);
  for (size_t i = 0; i < count; ++i) {
    std::string_view key = keys[i];
    if (!key.starts_with(prefix_)) continue;
    key.remove_prefix(prefix_.size());
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw Failure(ORT_INVALID_ARGUMENT, "unknown option '" + std::string(key) +
                                              "'; the nearest known one is '" +
                                              std::string(Nearest(key, known)) + "'");
    }
    entries_.emplace(key, values[i]);
  }
}

std::string Options::Text(std::string_view key, std::string_view fallback) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::string(fallback) : found->second;
}

int Options::Number(std::string_view key, int fallback, int least, int most) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return fallback;
  const std::string& text = found->second;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    Refuse(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
                    " is needed");
  }
  return value;
}

bool Options::Switch(std::string_view key, bool fallback) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return fallback;
  if (found->second == "1" || found->second == "true") return true;
  if (found->second == "0" || found->second == "false") return false;
  Refuse(key, "0 or 1 is needed");
}

void Options::Refuse(std::string_view key, const std::string& why) const {
  throw Failure(ORT_INVALID_ARGUMENT,
                prefix_ + std::string(key) + " is '" + Text(key) + "': " + why);
}

}  // namespace backplane::plugins
