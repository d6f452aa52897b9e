// Unfinished files and folders: each is locked by its maker, so that sweeping tells the living from the dead.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "storage/local/files.hpp"

namespace welkin::storage {
namespace {

constexpr std::string_view unfinished_prefix = ".unfinished-";
constexpr int attempts_max = 16;

std::string name_pattern(const std::string& folder) {
  return fmt::format("{}/{}XXXXXX", folder, unfinished_prefix);
}

/// Locks what was just made; false when a sweep took it away first.
bool lock_still_named(int number, const std::string& path) {
  while (::flock(number, LOCK_EX) != 0)
    if (errno != EINTR) throw_file_error("lock a file", path);
  struct stat held {}, named {};
  return ::fstat(number, &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

bool all_zero(std::string_view bytes) {
  return bytes.empty() ||
         (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

void remove_quietly(const std::string& path) noexcept {
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  if (failure) log::warning("{} stays behind: {}", path, failure.message());
}

}  // namespace

void sweep_unfinished(const std::string& folder) {
  std::error_code failure;
  std::vector<std::string> found;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure))
    if (entry->path().filename().native().starts_with(unfinished_prefix))
      found.push_back(entry->path().native());
  if (failure) throw_file_error("list a folder", folder, failure.value());
  for (const auto& path : found) {
    const Descriptor item(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!item || ::flock(item.number(), LOCK_EX | LOCK_NB) != 0) continue;
    log::info("removing {}, which a crash left unfinished", path);
    remove_quietly(path);
  }
}

UnfinishedFile::UnfinishedFile(std::string folder) : folder_(std::move(folder)) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    path_ = name_pattern(folder_);
    file_ = Descriptor(::mkostemp(path_.data(), O_CLOEXEC));
    if (!file_) throw_file_error("make a file", folder_);
    if (lock_still_named(file_.number(), path_)) return;
  }
  throw_file_error("make a file", folder_, EBUSY);
}

UnfinishedFile::~UnfinishedFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void UnfinishedFile::write(std::string_view bytes) {
  constexpr std::int64_t block = 65536;
  while (!bytes.empty()) {
    const auto room = std::size_t(block - length_ % block);
    const std::string_view piece = bytes.substr(0, room);
    if (!all_zero(piece)) write_at(file_.number(), piece, length_, path_);
    length_ += std::int64_t(piece.size());
    bytes.remove_prefix(piece.size());
  }
}

void UnfinishedFile::finish(mode_t mode) {
  const int number = file_.number();
  if (::ftruncate(number, length_) != 0 || ::fchmod(number, mode) != 0 || ::fsync(number) != 0)
    throw_file_error("write a file to the disk", path_);
}

bool UnfinishedFile::keep_new(const std::string& path) {
  // A link, unlike a rename, never takes another file's place.
  if (::link(path_.c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) return false;
    throw_file_error("name a file", path);
  }
  ::unlink(path_.c_str());
  path_.clear();
  sync_folder(folder_);
  return true;
}

void UnfinishedFile::keep(const std::string& path) {
  if (::rename(path_.c_str(), path.c_str()) != 0) throw_file_error("name a file", path);
  path_.clear();
  sync_folder(folder_);
}

UnfinishedFolder::UnfinishedFolder(std::string above) : above_(std::move(above)) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    path_ = name_pattern(above_);
    if (::mkdtemp(path_.data()) == nullptr) throw_file_error("make a folder", above_);
    lock_ = Descriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (lock_ && lock_still_named(lock_.number(), path_)) return;
  }
  throw_file_error("make a folder", above_, EBUSY);
}

UnfinishedFolder::~UnfinishedFolder() {
  if (!path_.empty()) remove_quietly(path_);
}

bool UnfinishedFolder::keep_new(const std::string& path) {
  if (::fsync(lock_.number()) != 0) throw_file_error("write a folder to the disk", path_);
  if (::rename(path_.c_str(), path.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST) return false;
    throw_file_error("name a folder", path);
  }
  path_.clear();
  sync_folder(above_);
  return true;
}

void remove_folder(const std::string& above, const std::string& path) {
  const UnfinishedFolder grave(above);
  if (::rename(path.c_str(), (grave.path() + "/removed").c_str()) != 0 && errno != ENOENT)
    throw_file_error("remove a folder", path);
  sync_folder(above);
}

}  // namespace welkin::storage
