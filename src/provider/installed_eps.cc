#include "provider/installed_eps.h"

#include <cctype>
#include <filesystem>

#include "base/format.h"
#include "provider/library_path.h"

namespace backplane {

InstalledEp FindInstalledEp(std::string_view short_name) {
  std::string name(short_name);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  InstalledEp result;
  result.files = {Format("libbackplane_ep_{}.so", name),
                  Format("libonnxruntime_providers_{}_plugin.so", name),
                  Format("libonnxruntime_ep_{}.so", name)};
  std::error_code error;
  const std::string working = std::filesystem::current_path(error).string();
  for (const std::string& folder : LibraryFolders()) {
    if (folder != working) result.folders.push_back(folder);
  }
  for (const std::string& folder : result.folders) {
    for (const std::string& file : result.files) {
      const std::filesystem::path candidate = std::filesystem::path(folder) / file;
      if (!result.path.empty() || !std::filesystem::is_regular_file(candidate, error)) continue;
      result.path = candidate.string();
    }
  }
  return result;
}

}  // namespace backplane
