// An ordered set of text pairs: the C API's OrtKeyValuePairs, and every options and metadata map
// inside.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "onnxruntime_c_api.h"

/// Sorted by key. `keys()`/`values()` stay valid until the next change (public header:
/// GetKeyValuePairs).
struct OrtKeyValuePairs final {
 public:
  void Set(std::string key, std::string value) {
    if (key.empty()) return;
    entries_.insert_or_assign(std::move(key), std::move(value));
    Sync();
  }
  void Remove(const std::string& key) {
    entries_.erase(key);
    Sync();
  }
  /// Null when `key` is absent.
  const char* Find(const std::string& key) const {
    const auto it = entries_.find(key);
    return it == entries_.end() ? nullptr : it->second.c_str();
  }
  const std::map<std::string, std::string>& entries() const { return entries_; }
  const std::vector<const char*>& keys() const { return keys_; }
  const std::vector<const char*>& values() const { return values_; }
  size_t size() const { return entries_.size(); }

  OrtKeyValuePairs() = default;
  OrtKeyValuePairs(const OrtKeyValuePairs& other) : entries_(other.entries_) { Sync(); }
  OrtKeyValuePairs& operator=(const OrtKeyValuePairs& other) {
    entries_ = other.entries_;
    Sync();
    return *this;
  }

 private:
  void Sync() {
    keys_.clear();
    values_.clear();
    for (const auto& [key, value] : entries_) {
      keys_.push_back(key.c_str());
      values_.push_back(value.c_str());
    }
  }

  std::map<std::string, std::string> entries_;
  std::vector<const char*> keys_;
  std::vector<const char*> values_;
};

namespace backplane {
using KeyValuePairs = ::OrtKeyValuePairs;
}  // namespace backplane
