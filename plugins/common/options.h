// An EP's options, strictly: the session config entries `ep.<lower-case EP name>.<key>`. An entry
// whose key the EP does not know is an error that names the nearest key it does know.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "common/api.h"

namespace backplane::plugins {

class Options {
 public:
  /**
   * Reads the entries of `ep_name`. Throws Failure (ORT_INVALID_ARGUMENT) for a key that is not in
   * `known`.
   */
  Options(const OrtSessionOptions* session, std::string_view ep_name,
          std::span<const std::string_view> known);

  /** The text of an option, or the fallback. */
  std::string Text(std::string_view key, std::string_view fallback = "") const;

  /** A whole number within limits. Throws Failure, naming the option and the limits. */
  int Number(std::string_view key, int fallback, int least, int most) const;

  /** "1"/"true" or "0"/"false". Throws Failure. */
  bool Switch(std::string_view key, bool fallback) const;

  /** Fails with the option's full name in front. */
  [[noreturn]] void Refuse(std::string_view key, const std::string& why) const;

 private:
  std::string prefix_;
  std::map<std::string, std::string, std::less<>> entries_;
};

/** A session config entry, or "" where there is none. */
std::string SessionEntry(const OrtSessionOptions* session, const char* key);

/** The word among `known` that is the fewest edits away. */
std::string_view Nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace backplane::plugins
