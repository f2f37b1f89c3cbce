#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace backplane {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::shared_ptr<MappedFile> MappedFile::Open(const std::string& path) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    const int error = errno;
    Fail(error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ? ORT_NO_SUCHFILE : ORT_FAIL,
         "Load model from {} failed: File doesn't exist or cannot be opened ({})", path,
         std::strerror(error));
  }
  struct stat info;
  Require(fstat(fd.get(), &info) == 0, ORT_FAIL, "cannot read the size of {}: {}", path,
          std::strerror(errno));
  Require(!S_ISDIR(info.st_mode), ORT_NO_SUCHFILE, "Load model from {} failed: it is a directory",
          path);
  Require(S_ISREG(info.st_mode), ORT_FAIL, "Load model from {} failed: it is not a regular file",
          path);
  const auto size = static_cast<size_t>(info.st_size);
  std::byte* data = nullptr;
  if (size > 0) {
    void* mapping = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd.get(), 0);
    Require(mapping != MAP_FAILED, ORT_FAIL, "cannot map {}: {}", path, std::strerror(errno));
    data = static_cast<std::byte*>(mapping);
  }
  return std::shared_ptr<MappedFile>(new MappedFile(path, data, size));
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

void WriteFile(const std::string& path, std::span<const std::span<const std::byte>> chunks) {
  const FileDescriptor fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  Require(fd.get() >= 0, ORT_FAIL, "cannot write {}: {}", path, std::strerror(errno));
  for (auto chunk : chunks) {
    while (!chunk.empty()) {
      const ssize_t written = write(fd.get(), chunk.data(), chunk.size());
      if (written < 0 && errno == EINTR) continue;
      Require(written > 0, ORT_FAIL, "cannot write {}: {}", path, std::strerror(errno));
      chunk = chunk.subspan(static_cast<size_t>(written));
    }
  }
}

}  // namespace backplane
