// See options.h.
#include "kit/options.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace ep_kit {
namespace {

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

std::string UnknownKey(const std::string& ep_name, std::string_view key, const Entries& known) {
  const std::string text = ep_name + " has no option '" + std::string(key) + "'";
  if (known.empty()) return text + "; it has none";
  std::vector<std::string_view> keys;
  std::string list;
  for (const auto& [name, value] : known) {
    keys.push_back(name);
    list += (list.empty() ? "" : ", ") + name;
  }
  return text + "; the nearest is '" + std::string(Nearest(key, keys)) + "' (it has: " + list + ")";
}

}  // namespace

std::string_view Nearest(std::string_view word, std::span<const std::string_view> known) {
  return *std::min_element(known.begin(), known.end(),
                           [&](auto a, auto b) { return Edits(word, a) < Edits(word, b); });
}

Options::Options(const Api& api, const std::string& ep_name, const OrtSessionOptions* session,
                 const Entries& known)
    : entries_(known.begin(), known.end()) {
  std::string prefix = "ep.";
  for (const char c : ep_name) prefix += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  prefix += '.';
  OrtKeyValuePairs* pairs = nullptr;
  api.Check(api.ort->GetSessionOptionsConfigEntries(session, &pairs));
  const Owned<OrtKeyValuePairs> owned(pairs, api.ort->ReleaseKeyValuePairs);
  const char* const* keys = nullptr;
  const char* const* values = nullptr;
  size_t count = 0;
  api.ort->GetKeyValuePairs(pairs, &keys, &values, &count);
  for (size_t i = 0; i < count; ++i) {
    session_.emplace(keys[i], values[i]);
    std::string_view key = keys[i];
    if (!key.starts_with(prefix)) continue;
    key.remove_prefix(prefix.size());
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      throw Failure(ORT_INVALID_ARGUMENT, UnknownKey(ep_name, key, known));
    }
    found->second = values[i];
  }
}

const std::string& Options::Text(std::string_view key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    throw Failure(ORT_EP_FAIL, "option " + std::string(key) + " was not declared");
  }
  return found->second;
}

int64_t Options::Number(std::string_view key, int64_t least, int64_t most) const {
  const std::string& text = Text(key);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most) {
    return value;
  }
  const bool is_open = most == std::numeric_limits<int64_t>::max();
  Refuse(key, "a whole number " +
                  (is_open ? "of at least " + std::to_string(least)
                           : "from " + std::to_string(least) + " to " + std::to_string(most)));
}

bool Options::Flag(std::string_view key) const {
  const std::string& text = Text(key);
  if (text != "0" && text != "1") Refuse(key, "0 or 1");
  return text == "1";
}

void Options::Refuse(std::string_view key, const std::string& what) const {
  throw Failure(ORT_INVALID_ARGUMENT,
                "option " + std::string(key) + " must be " + what + ", not '" + Text(key) + "'");
}

std::string Options::Session(const char* key) const {
  const auto found = session_.find(key);
  return found == session_.end() ? "" : found->second;
}

}  // namespace ep_kit
