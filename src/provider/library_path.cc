#include "provider/library_path.h"

#include <dlfcn.h>
#include <elf.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/format.h"

namespace backplane {
namespace {

namespace fs = std::filesystem;

std::string OwnFolder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&LibraryFolders), &info) == 0 ||
      info.dli_fname == nullptr)
    return {};
  std::error_code error;
  const fs::path file = fs::absolute(info.dli_fname, error);
  return error ? std::string() : file.parent_path().string();
}

struct ElfIdentity {
  unsigned char file_class = 0;
  uint16_t machine = 0;
  bool operator==(const ElfIdentity&) const = default;
};

// False if the file is not ELF. All of e_ident and e_machine lie in the first 20 bytes, whatever
// the class.
bool ReadElfIdentity(const std::string& path, ElfIdentity& identity) {
  char head[20] = {};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(head, sizeof head) || std::memcmp(head, ELFMAG, SELFMAG) != 0) return false;
  identity.file_class = static_cast<unsigned char>(head[EI_CLASS]);
  std::memcpy(&identity.machine, head + 18, sizeof identity.machine);
  return true;
}

std::string MachineName(uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_386:
      return "x86";
    case EM_AARCH64:
      return "AArch64";
    case EM_ARM:
      return "Arm";
    case EM_RISCV:
      return "RISC-V";
    default:
      return Format("another processor (ELF machine {})", machine);
  }
}

std::string ApplicationFolder() {
  std::error_code error;
  const fs::path file = fs::read_symlink("/proc/self/exe", error);
  return error ? std::string() : file.parent_path().string();
}

}  // namespace

std::vector<std::string> LibraryFolders() {
  std::error_code error;
  std::vector<std::string> candidates{OwnFolder(), fs::current_path(error).string(),
                                      ApplicationFolder()};
  const char* variable = std::getenv(kEpSearchPathVariable);
  std::string_view rest = variable == nullptr ? "" : variable;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    candidates.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::vector<std::string> folders;
  for (std::string& folder : candidates) {
    if (folder.empty() || std::find(folders.begin(), folders.end(), folder) != folders.end())
      continue;
    folders.push_back(std::move(folder));
  }
  return folders;
}

std::string ForeignArchitecture(const std::string& path) {
  ElfIdentity ours;
  ElfIdentity theirs;
  if (!ReadElfIdentity("/proc/self/exe", ours) || !ReadElfIdentity(path, theirs) || ours == theirs)
    return {};
  return Format("the file is for {}, this process runs on {}", MachineName(theirs.machine),
                MachineName(ours.machine));
}

ResolvedLibrary ResolveLibraryPath(std::string_view path, std::span<const std::string> folders) {
  ResolvedLibrary result;
  const fs::path wanted(path);
  std::error_code error;
  if (wanted.is_absolute()) {
    result.path = wanted.string();
    result.tried = {result.path};
    result.found = fs::exists(wanted, error);
    return result;
  }
  for (const std::string& folder : folders) {
    const std::string candidate = (fs::path(folder) / wanted).lexically_normal().string();
    result.tried.push_back(candidate);
    if (fs::exists(candidate, error)) {
      result.path = candidate;
      result.found = true;
      return result;
    }
  }
  result.path = result.tried.empty() ? std::string(path) : result.tried.front();
  return result;
}

}  // namespace backplane
