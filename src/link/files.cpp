// Reading and replacing small files, with care for who may read them.
#include "link/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "base/write_all.hpp"

namespace welkin::link {

namespace {

constexpr std::size_t bytes_max = 1u << 20;
/// A process that was killed lets go of its files when its memory is gone, and who starts it anew may be sooner.
constexpr std::chrono::seconds dying_max{5};
constexpr std::chrono::milliseconds look_again{20};

[[noreturn]] void fail(std::string_view doing, const std::string& path) {
  throw Error(Fault::internal, fmt::format("Cannot {} {}: {}.", doing, path, std::strerror(errno)), path);
}

struct File {
  int fd;
  ~File() { ::close(fd); }
};

std::string get(int fd, const std::string& path) {
  std::string text;
  char piece[16384];
  while (true) {
    const auto n = ::read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("read", path);
    if (n == 0) return text;
    text.append(piece, std::size_t(n));
    if (text.size() > bytes_max)
      throw Error(Fault::internal, fmt::format("{} is longer than {} bytes.", path, bytes_max), path);
  }
}

}  // namespace

void write_all(int file, std::string_view text, const std::string& path) {
  if (!welkin::write_all(file, text)) fail("write to", path);
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("remove", path);
}

void make_private_directory(const std::string& path) {
  std::error_code code;
  const auto above = std::filesystem::path(path).parent_path();
  if (!above.empty()) std::filesystem::create_directories(above, code);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail("make", path);
}

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string read_file(const std::string& path) {
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail("open", path);
  return get(file.fd, path);
}

Secret read_secret_file(const std::string& path) {
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail("open", path);
  struct stat facts {};
  if (::fstat(file.fd, &facts) != 0) fail("look at", path);
  if ((facts.st_mode & 077) != 0)
    throw Error(Fault::internal, fmt::format("Others may read {}; run chmod 600 on it.", path), path);
  return Secret(get(file.fd, path));
}

void write_file(const std::string& path, std::string_view text, unsigned mode) {
  const auto fresh = path + ".new";
  ::unlink(fresh.c_str());
  {
    const File file{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
    if (file.fd < 0) fail("make", fresh);
    write_all(file.fd, text, fresh);
    if (::fsync(file.fd) != 0) fail("flush", fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail("replace", path);
  const auto directory = std::filesystem::path(path).parent_path().string();
  const File above{::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (above.fd < 0 || ::fsync(above.fd) != 0) fail("flush", directory);
}

DirectoryLock::DirectoryLock(const std::string& directory, bool patient) {
  const auto path = directory + "/lock";
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) fail("open", path);
  const auto end = std::chrono::steady_clock::now() + dying_max;
  while (::flock(file_, LOCK_EX | (patient ? 0 : LOCK_NB)) != 0) {
    if (errno == EINTR) continue;
    const bool held = errno == EWOULDBLOCK;
    if (held && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(look_again);
      continue;
    }
    ::close(file_);
    if (held)
      throw Error(Fault::in_use, fmt::format("Another process works in {}; stop it first.", directory),
                  directory);
    fail("lock", path);
  }
}

DirectoryLock::~DirectoryLock() { ::close(file_); }

}  // namespace welkin::link
