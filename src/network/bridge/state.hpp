// Files of described values that outlive the agent: whole or not at all, for root alone.
#pragma once

#include <string>
#include <vector>

#include "base/described.hpp"

namespace welkin::network {

/// Makes the directory and those above it.
void make_directory(const std::string& path, unsigned mode);
/// Replaces the file at once. Throws `internal`.
void write_state(const std::string& path, std::string_view text, unsigned mode = 0600);
/// At most 16 MiB. An absent file is empty.
std::string read_state(const std::string& path);
/// Names in a directory, sorted; none when it is absent. Unfinished files are not among them.
std::vector<std::string> names_in(const std::string& directory);
/// An absent file or directory counts as removed.
void remove_state(const std::string& path);

/// Secrets in it are written in the clear: the file is root's alone.
template <class T>
void keep(const std::string& path, const T& value) {
  write_state(path, to_json(value, true));
}

/// Nothing when the file is absent or cannot be understood; that is logged.
template <class T>
std::optional<T> kept(const std::string& path);

void log_unreadable(const std::string& path, const Error& error);

template <class T>
std::optional<T> kept(const std::string& path) {
  const auto text = read_state(path);
  if (text.empty()) return std::nullopt;
  try {
    return from_json<T>(text);
  } catch (const Error& error) {
    log_unreadable(path, error);
    return std::nullopt;
  }
}

}  // namespace welkin::network
