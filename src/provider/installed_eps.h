// EP libraries that are installed but not registered, found by the EP's name: what the C API's
// older ways of asking for an EP resolve to. Looks at files only; registering is the registry's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backplane {

struct InstalledEp {
  std::string path;                  ///< empty: not found
  std::vector<std::string> files;    ///< names looked for
  std::vector<std::string> folders;  ///< places looked in
};

/// Looks for the library of the EP that users call `short_name`: libbackplane_ep_<name>.so,
/// libonnxruntime_providers_<name>_plugin.so, libonnxruntime_ep_<name>.so, with the name in lower
/// case. The folders are those of LibraryFolders without the working directory: what happens to lie
/// there must not be loaded unasked.
InstalledEp FindInstalledEp(std::string_view short_name);

}  // namespace backplane
