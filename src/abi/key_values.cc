#include "abi/key_values.h"

#include <new>

#include "base/key_value_pairs.h"

// None of these can report an error: null arguments are ignored, and without memory nothing
// changes.
namespace backplane::abi {
namespace {

template <typename Body>
void Quietly(Body&& body) noexcept {
  try {
    body();
  } catch (const std::bad_alloc&) {  // NOLINT: there is nobody to tell
  }
}

}  // namespace

void CreateKeyValuePairs(OrtKeyValuePairs** out) noexcept {
  if (out != nullptr) *out = new (std::nothrow) OrtKeyValuePairs();
}

void AddKeyValuePair(OrtKeyValuePairs* kvps, const char* key, const char* value) noexcept {
  if (kvps == nullptr || key == nullptr || value == nullptr) return;
  Quietly([&] { kvps->Set(key, value); });
}

const char* GetKeyValue(const OrtKeyValuePairs* kvps, const char* key) noexcept {
  const char* value = nullptr;
  if (kvps != nullptr && key != nullptr) Quietly([&] { value = kvps->Find(key); });
  return value;
}

void GetKeyValuePairs(const OrtKeyValuePairs* kvps, const char* const** keys,
                      const char* const** values, size_t* num_entries) noexcept {
  const bool any = kvps != nullptr;
  if (keys != nullptr) *keys = any ? kvps->keys().data() : nullptr;
  if (values != nullptr) *values = any ? kvps->values().data() : nullptr;
  if (num_entries != nullptr) *num_entries = any ? kvps->size() : 0;
}

void RemoveKeyValuePair(OrtKeyValuePairs* kvps, const char* key) noexcept {
  if (kvps == nullptr || key == nullptr) return;
  Quietly([&] { kvps->Remove(key); });
}

void ReleaseKeyValuePairs(OrtKeyValuePairs* input) noexcept { delete input; }

}  // namespace backplane::abi
