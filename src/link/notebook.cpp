// Appending, flushing and replacing the file of notes.
#include "link/notebook.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "link/files.hpp"

namespace welkin::link {

namespace {

/// Far beyond what compaction lets a file grow to; a longer one is not ours.
constexpr off_t bytes_max = off_t(4) << 30;

[[noreturn]] void fail(std::string_view doing, const std::string& path) {
  throw Error(Fault::internal, fmt::format("Cannot {} {}: {}.", doing, path, std::strerror(errno)), path);
}

std::string whole(int file, const std::string& path) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) fail("look at", path);
  if (facts.st_size > bytes_max)
    throw Error(Fault::internal, fmt::format("{} is {} bytes long; move it away.", path, facts.st_size),
                path);
  std::string text(std::size_t(facts.st_size), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const auto n = ::pread(file, text.data() + have, text.size() - have, off_t(have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("read", path);
    if (n == 0) break;
    have += std::size_t(n);
  }
  text.resize(have);
  return text;
}

/// A new name is only durable when its directory is.
void flush_directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto directory = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

Notebook::Notebook(std::string path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file_ < 0) fail("open", path_);
  flush_directory_of(path_);
}

Notebook::~Notebook() { ::close(file_); }

std::vector<Note> Notebook::read() {
  const std::lock_guard lock(writing_);
  const auto text = whole(file_, path_);
  std::vector<Note> notes;
  std::size_t good = 0;
  while (good < text.size()) {
    const auto end = text.find('\n', good);
    if (end == std::string::npos) break;
    try {
      notes.push_back(from_json<Note>(std::string_view(text).substr(good, end - good)));
    } catch (const Error& error) {
      log::warning("{} is damaged at byte {}; what follows is forgotten: {}", path_, good, error.message);
      break;
    }
    good = end + 1;
  }
  if (good < text.size() && ::ftruncate(file_, off_t(good)) != 0) fail("cut", path_);
  lines_ = notes.size();
  return notes;
}

void Notebook::write(const Note& note) {
  const auto line = to_json(note, true) + "\n";
  std::uint64_t mine = 0;
  {
    const std::lock_guard lock(writing_);
    const auto start = ::lseek(file_, 0, SEEK_END);
    try {
      write_all(file_, line, path_);
    } catch (...) {
      // WHY: half a line would swallow the next note.
      if (start >= 0 && ::ftruncate(file_, start) != 0) log::error("cannot cut {}", path_);
      throw;
    }
    mine = ++written_;
    ++lines_;
  }
  flush(mine);
}

void Notebook::flush(std::uint64_t upto) {
  const std::lock_guard flushing(flushing_);
  if (flushed_ >= upto) return;
  std::uint64_t covered = 0;
  int file = -1;
  {
    const std::lock_guard lock(writing_);
    covered = written_;
    file = file_;
  }
  if (::fdatasync(file) != 0) fail("flush", path_);
  flushed_ = covered;
}

void Notebook::rewrite(std::span<const Note> notes) {
  const std::lock_guard flushing(flushing_);  // no flush may use the file that is about to be closed
  const std::lock_guard lock(writing_);
  const auto fresh_path = path_ + ".new";
  const int fresh =
      ::open(fresh_path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fresh < 0) fail("open", fresh_path);
  try {
    std::string text;
    for (const auto& note : notes) text += to_json(note, true) + "\n";
    write_all(fresh, text, fresh_path);
    if (::fdatasync(fresh) != 0) fail("flush", fresh_path);
    if (::rename(fresh_path.c_str(), path_.c_str()) != 0) fail("replace", path_);
  } catch (...) {
    ::close(fresh);
    throw;
  }
  flush_directory_of(path_);
  ::close(std::exchange(file_, fresh));
  lines_ = notes.size();
  flushed_ = written_;
}

std::size_t Notebook::size() const {
  const std::lock_guard lock(writing_);
  return lines_;
}

}  // namespace welkin::link
