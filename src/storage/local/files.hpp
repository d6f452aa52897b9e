// Files and folders that appear whole or not at all, and the file system's errors in words.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace welkin::storage {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// Throws what the system's error `code` means: `exhausted` for a full disk or quota, `missing`, else
/// `internal`. `doing` completes "The host could not …"; the path goes to the log only.
[[noreturn]] void throw_file_error(std::string_view doing, const std::string& path, int code = errno);

/// Absolute, normalised, printable, of at most 512 bytes, and not the root.
bool is_plain_path(const std::string& path);
/// The path itself when it is plain; throws `invalid` otherwise.
const std::string& checked_folder(const std::string& path, std::string_view subject);

/// Makes the folder and those above it; one that exists is left as it is.
void make_folder(const std::string& path, mode_t mode);
/// Makes names that were added to or removed from the folder survive a power loss.
void sync_folder(const std::string& path);

struct Space {
  std::int64_t capacity_bytes = 0;
  std::int64_t free_bytes = 0;  ///< what an ordinary process may still take
};
Space space_of(const std::string& folder);

/// Writes all of `bytes` at `offset`.
void write_at(int file, std::string_view bytes, std::int64_t offset, const std::string& path);
/// A small file's content; nothing is read of one longer than `bytes_max` or absent: then the answer is
/// empty.
std::string read_small_file(const std::string& path, std::size_t bytes_max);

/// Removes what a crash left behind in `folder`: every unfinished file or folder that no process holds.
void sweep_unfinished(const std::string& folder);

/// A file under a passing name, written from front to back, which is removed again unless it is kept.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(std::string folder);
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  /// Appends. Long runs of zeros become holes.
  void write(std::string_view bytes);
  /// Gives the file its whole length, its mode and its way to the disk. Nothing may be written afterwards.
  void finish(mode_t mode);
  /// Names the finished file for good, unless `path` exists: then false.
  bool keep_new(const std::string& path);
  /// Names the finished file for good in the place of what stood there.
  void keep(const std::string& path);

  int number() const { return file_.number(); }
  std::int64_t bytes() const { return length_; }

 private:
  std::string folder_;
  std::string path_;  ///< empty once kept
  Descriptor file_;
  std::int64_t length_ = 0;
};

/// A folder under a passing name, removed again with its files unless it is kept.
class UnfinishedFolder {
 public:
  explicit UnfinishedFolder(std::string above);
  ~UnfinishedFolder();
  UnfinishedFolder(const UnfinishedFolder&) = delete;
  UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

  const std::string& path() const { return path_; }
  /// Names the folder for good, unless `path` exists: then false. The files in it must be on the disk
  /// already.
  bool keep_new(const std::string& path);

 private:
  std::string above_;
  std::string path_;
  Descriptor lock_;
};

/// Takes a folder with its files away at one stroke; an absent one counts as removed.
void remove_folder(const std::string& above, const std::string& path);

}  // namespace welkin::storage
