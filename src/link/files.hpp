// The few files of a link's ends: keys, certificates, answers.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace welkin::link {

/// Makes the directory and those above it; one that is made belongs to its owner alone (0700).
void make_private_directory(const std::string& path);
bool file_exists(const std::string& path);
/// At most 1 MiB. Throws `internal`.
std::string read_file(const std::string& path);
/// Like `read_file`, but refuses a file that others may read or write.
Secret read_secret_file(const std::string& path);
/// Replaces the file at once and durably.
void write_file(const std::string& path, std::string_view text, unsigned mode);
/// An absent file counts as removed.
void remove_file(const std::string& path);
/// Writes all of it to an open file. Throws `internal` that names the path.
void write_all(int file, std::string_view text, const std::string& path);

/// Held by one process at a time; waits for the other. Throws `internal`.
class DirectoryLock {
 public:
  /// With `patient` false, throws `in_use` after some seconds.
  explicit DirectoryLock(const std::string& directory, bool patient = true);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace welkin::link
