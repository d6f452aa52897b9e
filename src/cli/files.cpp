// XDG's directories, and files that change all at once.
#include "cli/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"
#include "base/write_all.hpp"

namespace welkin::cli {

namespace {
std::string below(const Environment& environment, const char* variable, const char* usual) {
  const auto named = environment(variable);
  if (named.starts_with('/')) return named + "/welkin";  // WHY: XDG wants relative paths ignored
  const auto home = environment("HOME");
  if (home.empty())
    throw Error(Fault::invalid, fmt::format("There is no home directory; set HOME or {}.", variable));
  return home + usual + "/welkin";
}

[[noreturn]] void fail(const std::string& file) {
  throw Error(Fault::internal, fmt::format("'{}' cannot be written: {}.", file, std::strerror(errno)), file);
}

void make_directories(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::exists(directory, error)) return;
  if (directory.has_parent_path()) make_directories(directory.parent_path());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) fail(directory);
}
}  // namespace

std::string process_environment(const char* name) {
  const auto* value = std::getenv(name);
  return value ? value : "";
}

std::string config_directory(const Environment& environment) {
  return below(environment, "XDG_CONFIG_HOME", "/.config");
}
std::string cache_directory(const Environment& environment) {
  return below(environment, "XDG_CACHE_HOME", "/.cache");
}

void replace_file(const std::string& file, const std::string& text) {
  make_directories(std::filesystem::path(file).parent_path());
  auto fresh = file + ".XXXXXX";
  const int fd = ::mkostemp(fresh.data(), O_CLOEXEC);  // of mode 0600
  if (fd < 0) fail(file);
  const bool written = write_all(fd, text) && ::fsync(fd) == 0;
  ::close(fd);
  if (written && ::rename(fresh.c_str(), file.c_str()) == 0) return;
  const auto trouble = errno;
  ::unlink(fresh.c_str());
  errno = trouble;
  fail(file);
}

}  // namespace welkin::cli
