// An EP's options, strictly: the session config entries `ep.<lower-case EP name>.<key>`, whichever
// way the program set them. A key that the EP does not know is an error that names the nearest one
// that it does know: a misspelt option would else be ignored in silence.
#pragma once

#include <limits>
#include <map>
#include <span>
#include <string_view>

#include "kit/api.h"

namespace ep_kit {

class Options {
 public:
  /**
   * `known` are the keys that the EP knows, with their defaults. Throws Failure
   * (ORT_INVALID_ARGUMENT) for an entry of another key.
   */
  Options(const Api& api, const std::string& ep_name, const OrtSessionOptions* session,
          const Entries& known);

  const std::string& Text(std::string_view key) const;

  /** A whole number within limits. Throws Failure, naming the option and the limits. */
  int64_t Number(std::string_view key, int64_t least,
                 int64_t most = std::numeric_limits<int64_t>::max()) const;

  /** "1" or "0". Throws Failure. */
  bool Flag(std::string_view key) const;

  /** "option <key> must be <what>, not '<value>'" as Failure (ORT_INVALID_ARGUMENT). */
  [[noreturn]] void Refuse(std::string_view key, const std::string& what) const;

  /** An entry of the session that is not this EP's alone, such as ep.context_enable; "" if none. */
  std::string Session(const char* key) const;

 private:
  std::map<std::string, std::string, std::less<>> entries_;  // by key
  std::map<std::string, std::string, std::less<>> session_;  // all of the session's
};

/** The word among `known`, which is not empty, that is the fewest edits away. */
std::string_view Nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace ep_kit
