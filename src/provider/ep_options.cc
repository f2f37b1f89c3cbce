#include "provider/ep_options.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace backplane {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

}  // namespace

std::vector<std::string> EpOptionEntries(std::string_view ep_name, std::string_view key) {
  constexpr std::string_view kSuffix = "executionprovider";
  const std::string name = Lower(ep_name);
  std::vector<std::string> entries{Format("ep.{}.{}", name, key)};
  if (name.ends_with(kSuffix) && name != kSuffix)
    entries.push_back(Format("ep.{}.{}", name.substr(0, name.size() - kSuffix.size()), key));
  return entries;
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before;
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    std::swap(above, row);
  }
  return above[b.size()];
}

void CheckEpOptions(std::span<const EpDevice* const> devices, const KeyValuePairs& options) {
  std::vector<std::string> known;
  for (const EpDevice* device : devices) {
    for (const auto& [key, value] : device->options.entries()) known.push_back(key);
  }
  if (known.empty()) return;
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  for (const auto& entry : options.entries()) {
    const std::string& key = entry.first;
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto nearest = std::min_element(
        known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
          return EditDistance(Lower(key), Lower(a)) < EditDistance(Lower(key), Lower(b));
        });
    Fail(ORT_INVALID_ARGUMENT, "{} does not know the option '{}'. Did you mean '{}'? It knows: {}.",
         devices[0]->ep_name, key, *nearest, Join(known, ", "));
  }
}

}  // namespace backplane
