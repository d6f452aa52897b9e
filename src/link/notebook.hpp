// The file in which a host keeps what it has answered, so that a restart does not make it forget.
#pragma once

#include <mutex>
#include <span>

#include "base/described.hpp"

namespace welkin::link {

/// One line of the file.
struct Note {
  FIELDS(Note,
    (Uuid, effect, "Digest of the request; nil when the line only notes an epoch."),
    (Uuid, journey, "Who asked."),
    (std::int64_t, epoch, "The newest seen of it."),
    (Time, at, "When."),
    (std::string, answer, "What was answered, as trusted JSON."))
};

/// An append-only file of notes, readable by its owner only. Calls may come from any thread.
class Notebook {
 public:
  /// Opens or makes the file. Throws `internal` when it cannot.
  explicit Notebook(std::string path);
  ~Notebook();
  Notebook(const Notebook&) = delete;
  Notebook& operator=(const Notebook&) = delete;

  /// All whole notes, oldest first. What a crash left half written at the end is cut off.
  std::vector<Note> read();
  /// On the disk when it returns; notes written at the same time share one flush.
  void write(const Note& note);
  /// Puts these notes in place of the whole file, at once or not at all.
  void rewrite(std::span<const Note> notes);
  /// Lines in the file now.
  std::size_t size() const;

 private:
  void flush(std::uint64_t upto);

  std::string path_;
  mutable std::mutex writing_;
  std::mutex flushing_;
  int file_ = -1;
  std::size_t lines_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t flushed_ = 0;
};

}  // namespace welkin::link
