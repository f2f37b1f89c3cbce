// Where an EP library's file is: the rules for relative paths and bare names. Used by PluginLibrary
// and by look-ups of installed EPs; loads nothing.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backplane {

/// Environment variable with folders, separated by colons, in which EP libraries are looked for
/// last.
inline constexpr const char* kEpSearchPathVariable = "BACKPLANE_EP_PATH";

/// The folders for relative paths, in order: our own library's, the working directory, the
/// application's, then those of BACKPLANE_EP_PATH. Without repetitions.
std::vector<std::string> LibraryFolders();

struct ResolvedLibrary {
  std::string path;  ///< what to load; the first place tried where nothing was found
  bool found = false;
  std::vector<std::string> tried;  ///< all places looked at
};

/// Absolute paths are taken as they are; others are looked for in `folders`.
ResolvedLibrary ResolveLibraryPath(std::string_view path, std::span<const std::string> folders);

/// For a file that is a library of another processor: a sentence saying so. Else empty.
std::string ForeignArchitecture(const std::string& path);

}  // namespace backplane
