// Images from directories of this machine.
#include "storage/local/file_fetcher.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>

#include "base/error.hpp"
#include "storage/local/files.hpp"

namespace welkin::storage {
namespace {

[[noreturn]] void refuse(std::string_view why, std::string_view cause = {}) {
  throw Error(Fault::invalid, std::string(why), "url", std::string(cause));
}

/// The path a file URL names (RFC 8089), percent signs resolved.
std::string path_in(std::string_view url) {
  if (url.starts_with("file://localhost/")) url.remove_prefix(std::string_view("file://localhost").size());
  else if (url.starts_with("file:///")) url.remove_prefix(std::string_view("file://").size());
  else refuse("A file address is written file:///DIRECTORY/NAME.");
  std::string path;
  for (std::size_t i = 0; i < url.size(); ++i) {
    if (url[i] != '%') {
      path += url[i];
      continue;
    }
    unsigned code = 0;
    const char* end = url.data() + std::min(i + 3, url.size());
    if (std::from_chars(url.data() + i + 1, end, code, 16).ptr != url.data() + i + 3)
      refuse("A percent sign in a file address stands before two hex digits.");
    path += char(code);
    i += 2;
  }
  return path;
}

/// Opens `path`, which must not leave `directory` by any link; nothing when it is not to be had.
Descriptor open_beneath(const std::string& directory, const std::string& path) {
  const Descriptor folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return {};
  open_how how{};
  how.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const std::string rest = path.substr(directory.size() + 1);
  return Descriptor(int(::syscall(SYS_openat2, folder.number(), rest.c_str(), &how, sizeof how)));
}

void stream(int file, std::int64_t size, const FetchLimits& limits, const FetchTarget& target) {
  const auto end = std::chrono::steady_clock::now() + limits.total_max;
  std::string buffer(1 << 20, '\0');
  std::int64_t sent = 0;
  while (sent < size) {
    if (std::chrono::steady_clock::now() > end)
      throw Error(Fault::timeout, "The file took too long to read.", "url");
    const ssize_t got =
        ::read(file, buffer.data(), std::size_t(std::min<std::int64_t>(size - sent, 1 << 20)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_file_error("read the file", "url");
    if (got == 0)
      throw Error(Fault::unreachable, "The file became shorter while it was read; try again.", "url");
    if (!target.take(std::string_view(buffer.data(), std::size_t(got)))) return;
    sent += got;
  }
}

}  // namespace

FileFetcher::FileFetcher(std::vector<std::string> directories) : directories_(std::move(directories)) {
  for (const auto& directory : directories_) checked_folder(directory, "import directory");
}

void FileFetcher::fetch(const std::string& url, const FetchLimits& limits, const FetchTarget& target) {
  const std::string path = path_in(url);
  if (!is_plain_path(path))
    refuse("A file address names a plain path, without '.', '..' or doubled slashes.");
  Descriptor file;
  for (const auto& directory : directories_)
    if (!file && path.starts_with(directory + "/")) file = open_beneath(directory, path);
  struct stat status {};
  if (!file || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode))
    refuse("The address names no file in a directory that the operator opened for imports.", path);
  if (status.st_size > limits.bytes_max)
    throw Error(Fault::limited,
                fmt::format("The file has {} bytes; at most {} are taken.", status.st_size, limits.bytes_max),
                "url");
  if (target.expect) target.expect(status.st_size);
  stream(file.number(), status.st_size, limits, target);
}

}  // namespace welkin::storage
