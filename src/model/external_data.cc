#include "model/external_data.h"

#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/file.h"

namespace backplane {

namespace fs = std::filesystem;

std::shared_ptr<Buffer> HoldFile(std::shared_ptr<MappedFile> file) {
  auto* data = const_cast<std::byte*>(file->data());  // pages are copy-on-write, see MappedFile
  const size_t size = file->size();
  return std::make_shared<Buffer>(
      data, size, [file = std::move(file)](void*) {}, true);
}

namespace {

std::string FolderOf(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path().string() : ".";
}

bool IsInside(const fs::path& path, const fs::path& folder) {
  const auto [at_path, at_folder] =
      std::mismatch(path.begin(), path.end(), folder.begin(), folder.end());
  return at_folder == folder.end() && at_path != path.end();
}

}  // namespace

ExternalFiles::ExternalFiles(const std::string& model_path, const LoadOptions& options,
                             ModelInfo& info)
    : info_(info) {
  if (!options.external_data_folder.empty()) {
    folders_.push_back(options.external_data_folder);
  } else if (model_path.empty()) {
    folders_.push_back(".");
  } else {
    folders_.push_back(FolderOf(model_path));
    std::error_code error;
    const fs::path real = fs::canonical(model_path, error);
    if (!error) folders_.push_back(FolderOf(real));
  }
  for (const auto& [location, bytes] : options.external_files)
    files_.emplace(location, OwnedBytes{bytes, nullptr});
}

std::string ExternalFiles::Locate(const std::string& location, std::string_view what) const {
  constexpr const char* kFailed = "External data path validation failed for {}. ";
  const std::string failed = Format(kFailed, what);
  Require(location.find('\0') == std::string::npos, ORT_FAIL,
          "{}The path contains a null character", failed);
  Require(!fs::path(location).is_absolute(), ORT_FAIL,
          "{}Absolute path not allowed for external data location: {}", failed, location);
  std::error_code error;
  const fs::path real = fs::canonical(fs::path(folders_.front()) / location, error);
  Require(!error, ORT_FAIL, "{}External data path does not exist: {} (in folder {})", failed,
          location, folders_.front());
  for (const std::string& folder : folders_) {
    const fs::path allowed = fs::canonical(folder, error);
    if (!error && IsInside(real, allowed)) return real.string();
  }
  Fail(ORT_FAIL,
       "{}External data path escapes model directory. External data path: {} resolved path: {} "
       "allowed "
       "directory: {}",
       failed, location, real.string(), folders_.front());
}

const OwnedBytes& ExternalFiles::Open(const std::string& location, std::string_view what) {
  if (const auto it = files_.find(location); it != files_.end()) return it->second;
  const std::string path = Locate(location, what);
  try {
    auto file = MappedFile::Open(path);
    info_.keep_alive.push_back(file);
    OwnedBytes opened{file->bytes(), nullptr};
    opened.owner = HoldFile(std::move(file));
    return files_.emplace(location, std::move(opened)).first->second;
  } catch (const Error& error) {
    Fail(ORT_FAIL, "External data of {} cannot be read: {}", what, error.message());
  }
}

OwnedBytes ExternalFiles::Read(const ExternalData& data, std::string_view what) {
  const OwnedBytes& file = Open(data.path, what);
  const auto offset = static_cast<uint64_t>(data.offset);
  Require(
      data.offset >= 0 && offset <= file.bytes.size() && data.length <= file.bytes.size() - offset,
      ORT_FAIL,
      "External data of {} lies outside of {}: offset {} and length {} in a file of {} bytes", what,
      data.path, data.offset, data.length, file.bytes.size());
  return {file.bytes.subspan(offset, data.length), file.owner};
}

}  // namespace backplane
