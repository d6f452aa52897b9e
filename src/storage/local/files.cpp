// Descriptors, paths, space, and the errors of the file system in words.
#include "storage/local/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"

namespace welkin::storage {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

void throw_file_error(std::string_view doing, const std::string& path, int code) {
  const std::string cause = fmt::format("{}: {}", path, std::strerror(code));
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      throw Error(Fault::exhausted,
                  fmt::format("The storage has no room left to {}; free some or add more.", doing), {},
                  cause);
    case ENOENT:
      throw Error(Fault::missing, fmt::format("The host could not {}: a file or folder is gone.", doing), {},
                  cause);
    default:
      throw Error(Fault::internal, fmt::format("The host could not {}: {}.", doing, std::strerror(code)), {},
                  cause);
  }
}

bool is_plain_path(const std::string& path) {
  // 512 leaves room for the names beneath in qcow2's field for a backing file, which holds 1023 bytes.
  constexpr std::size_t length_max = 512;
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return path.size() > 1 && path.size() <= length_max && path.front() == '/' && path.back() != '/' &&
         std::ranges::none_of(path, control) &&
         std::filesystem::path(path).lexically_normal().native() == path;
}

const std::string& checked_folder(const std::string& path, std::string_view subject) {
  if (is_plain_path(path)) return path;
  throw Error(
      Fault::invalid,
      "The directory must be an absolute path of at most 512 bytes below the root, without '.', '..', "
      "doubled or closing slashes.",
      std::string(subject), path.substr(0, 512));
}

void make_folder(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return;
  if (errno == ENOENT) {
    make_folder(path.substr(0, path.rfind('/')), 0755);
    if (::mkdir(path.c_str(), mode) == 0) return;
  }
  if (errno != EEXIST) throw_file_error("make a folder", path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    throw_file_error("make a folder", path, ENOTDIR);
}

void sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.number()) != 0) throw_file_error("write a folder to the disk", path);
}

Space space_of(const std::string& folder) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) throw_file_error("measure the storage", folder);
  const auto unit = std::int64_t(status.f_frsize);
  return {std::int64_t(status.f_blocks) * unit, std::int64_t(status.f_bavail) * unit};
}

void write_at(int file, std::string_view bytes, std::int64_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw_file_error("write a file", path, written == 0 ? EIO : errno);
    bytes.remove_prefix(std::size_t(written));
    offset += written;
  }
}

std::string read_small_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};
  if (!file) throw_file_error("read a file", path);
  std::string text(bytes_max + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(file.number(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_file_error("read a file", path);
    if (got == 0) break;
    filled += std::size_t(got);
  }
  text.resize(filled > bytes_max ? 0 : filled);
  return text;
}

}  // namespace welkin::storage
