// The one door to files: read-only mappings and whole-file writes.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace backplane {

/// A file mapped read-only. Copy-on-write pages, so views of it may be handed out as non-const
/// tensors.
class MappedFile {
 public:
  /// Maps the regular file at `path`. Fails with ORT_NO_SUCHFILE (missing, a directory) or ORT_FAIL
  /// (unreadable).
  static std::shared_ptr<MappedFile> Open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }

 private:
  MappedFile(std::string path, std::byte* data, size_t size)
      : path_(std::move(path)), data_(data), size_(size) {}

  std::string path_;
  std::byte* data_;
  size_t size_;
};

/// Writes `chunks` one after the other to `path`, replacing what was there. Fails with ORT_FAIL.
void WriteFile(const std::string& path, std::span<const std::span<const std::byte>> chunks);

}  // namespace backplane
