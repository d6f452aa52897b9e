// A file is written beside its place and then renamed.
#include "network/bridge/state.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/log.hpp"
#include "base/write_all.hpp"
#include "network/bridge/descriptor.hpp"

namespace welkin::network {
namespace {

constexpr std::size_t bytes_max = 16 << 20;
constexpr std::string_view unfinished = ".new";

[[noreturn]] void fail(std::string_view doing, const std::string& path) {
  throw Error(Fault::internal, fmt::format("This host could not {} a file of its network.", doing), {},
              fmt::format("{}: {}", path, std::strerror(errno)));
}

}  // namespace

void make_directory(const std::string& path, unsigned mode) {
  const auto above = std::filesystem::path(path).parent_path();
  if (!above.empty() && ::access(above.c_str(), F_OK) != 0) make_directory(above, mode);
  // chmod: the process's umask may have taken what other users need.
  const bool made = ::mkdir(path.c_str(), mode) == 0;
  if (made ? ::chmod(path.c_str(), mode) != 0 : errno != EEXIST) fail("make the directory of", path);
}

void write_state(const std::string& path, std::string_view text, unsigned mode) {
  const auto passing = path + std::string(unfinished);
  {
    const Descriptor file(
        ::open(passing.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    // fchmod: the process's umask may have taken what other programs need.
    if (!file || ::fchmod(file.fd(), mode) != 0) fail("make", passing);
    if (!write_all(file.fd(), text)) fail("write", passing);
  }
  if (std::rename(passing.c_str(), path.c_str()) != 0) fail("name", path);
}

std::string read_state(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};
  if (!file) fail("open", path);
  std::string text;
  char piece[16384];
  for (ssize_t got; (got = ::read(file.fd(), piece, sizeof piece)) != 0;) {
    if (got < 0 && errno != EINTR) fail("read", path);
    text.append(piece, std::size_t(std::max<ssize_t>(got, 0)));
    if (text.size() > bytes_max)
      throw Error(Fault::internal, "A file of this host's network is too long.", {}, path);
  }
  return text;
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(directory, absent))
    if (auto name = entry.path().filename().string(); !name.ends_with(unfinished))
      names.push_back(std::move(name));
  std::ranges::sort(names);
  return names;
}

void remove_state(const std::string& path) {
  std::error_code failed;
  std::filesystem::remove_all(path, failed);
  if (failed) fail("remove", path);
}

void log_unreadable(const std::string& path, const Error& error) {
  log::warning("{} is left aside: {} {}", path, error.message, error.cause);
}

}  // namespace welkin::network
