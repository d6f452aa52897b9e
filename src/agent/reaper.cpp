// Finding the dead among our children without taking those that others wait for.
#include "agent/reaper.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "base/log.hpp"

namespace welkin::agent {

namespace {

constexpr auto look_every = std::chrono::milliseconds(200);
constexpr auto patience_with_daemons = std::chrono::milliseconds(150);
constexpr auto patience_with_others = std::chrono::seconds(10);

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

/// Of each thread, since a child belongs to the thread that made it. proc(5), `/proc/pid/task/tid/children`.
std::vector<pid_t> children() {
  std::vector<pid_t> out;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", code)) {
    std::istringstream list(content_of(entry.path() / "children"));
    for (pid_t child = 0; list >> child;) out.push_back(child);
  }
  return out;
}

struct Dead {
  pid_t session;
  std::string started;
};

/// Nothing for a process that lives. proc(5), `/proc/pid/stat`: state is field 3, session 6, start time 22.
std::optional<Dead> dead(pid_t child) {
  const auto text = content_of(fmt::format("/proc/{}/stat", child));
  const auto name_end = text.rfind(')');  // the name may contain anything, even spaces and parentheses
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field && fields.size() < 20;) fields.push_back(field);
  if (fields.size() < 20 || fields[0] != "Z") return std::nullopt;
  return Dead{pid_t(std::stol(fields[3])), fields[19]};
}

}  // namespace

Reaper::Reaper() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) log::warning("orphans will go to process 1");
  thread_ = std::thread([this] { run(); });
}

Reaper::~Reaper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Reaper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    look();
    wake_.wait_for(lock, look_every, [this] { return stopping_; });
  }
}

void Reaper::look() {
  const auto now = std::chrono::steady_clock::now();
  const auto own_session = ::getsid(0);
  decltype(dead_) still;
  for (const auto child : children()) {
    const auto found = dead(child);
    if (!found) continue;
    const auto key = std::pair(child, found->started);
    const auto known = dead_.find(key);
    const auto since = known == dead_.end() ? now : known->second;
    const bool daemon = found->session != own_session;
    if (now - since < (daemon ? std::chrono::milliseconds(patience_with_daemons) : patience_with_others))
      still.emplace(key, since);
    else
      ::waitpid(child, nullptr, WNOHANG);
  }
  dead_ = std::move(still);
}

}  // namespace welkin::agent
