// The PostgreSQL server and the directories that tests use.
#include "sql/trial_postgres.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace welkin::sql {

namespace {
constexpr std::chrono::seconds start_max{60};
constexpr std::chrono::milliseconds look_again{20};

/// The newest version's programs; empty when the package is absent.
std::string find_programs() {
  std::error_code ignored;
  std::string newest;
  int version_max = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version <= version_max || !std::filesystem::exists(entry.path() / "bin/initdb", ignored)) continue;
    version_max = version;
    newest = entry.path() / "bin";
  }
  return newest;
}

/// PostgreSQL refuses to run as root.
struct User {
  uid_t uid;
  gid_t gid;
};
User unprivileged_user() {
  if (geteuid() != 0) return {geteuid(), getegid()};
  for (const char* name : {"postgres", "nobody"})
    if (const auto* entry = getpwnam(name)) return {entry->pw_uid, entry->pw_gid};
  return {65534, 65534};
}

/// Starts a program as that user, which ends with the thread that calls this: the main thread, in tests. Its
/// output goes to `log`.
pid_t start_as(User user, const std::vector<std::string>& words, const std::string& log) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const char* const environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", nullptr};
  const bool is_root = geteuid() == 0;
  const pid_t child = fork();
  if (child != 0) return child;
  // Only calls that are safe between fork and exec in a program with threads.
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
  if (is_root && (setgroups(0, nullptr) != 0 || setgid(user.gid) != 0 || setuid(user.uid) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  setpgid(0, 0);
  execve(argv[0], argv.data(), const_cast<char* const*>(environment));
  _exit(127);
}

bool ended_well(pid_t child) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string url_of(const std::string& directory, const std::string& schema, const std::string& database = "postgres") {
  return fmt::format("postgresql:///{}?host={}&user=welkin&options=-csearch_path%3D{}", database, directory, schema);
}

/// Whether the server did it.
bool told(const std::string& url, const std::string& statement) {
  PGconn* connection = PQconnectdb(url.c_str());
  PGresult* result = PQexec(connection, statement.c_str());
  const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
  PQclear(result);
  PQfinish(connection);
  return done;
}

bool answers(const std::string& url) { return PQping(url.c_str()) == PQPING_OK; }
}  // namespace

TrialPostgres& TrialPostgres::instance() {
  static TrialPostgres server;
  return server;
}

TrialPostgres::TrialPostgres() : programs_(find_programs()) {
  if (programs_.empty()) {
    absent_because_ = "the package postgresql is not installed";
    return;
  }
  const auto user = unprivileged_user();
  directory_ = "/tmp/welkin-trial-XXXXXX";
  if (!mkdtemp(directory_.data()) || chown(directory_.c_str(), user.uid, user.gid) != 0) {
    absent_because_ = "no directory can be made in /tmp";
    return;
  }
  const pid_t child =
      start_as(user,
               {programs_ + "/initdb", "--pgdata=" + directory_ + "/data", "--username=welkin",
                "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"},
               directory_ + "/log");
  if (!ended_well(child)) {
    absent_because_ = "initdb failed; see " + directory_ + "/log";
    return;
  }
  start();
}

TrialPostgres::~TrialPostgres() {
  kill();
  std::error_code ignored;
  if (absent_because_.empty()) std::filesystem::remove_all(directory_, ignored);
}

void TrialPostgres::start() {
  process_ = start_as(unprivileged_user(),
                      {programs_ + "/postgres", "-D", directory_ + "/data", "-k", directory_, "-c",
                       "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c",
                       "max_connections=200", "-c", "shared_buffers=32MB"},
                      directory_ + "/log");
  const auto end = std::chrono::steady_clock::now() + start_max;
  while (!answers(url_of(directory_, "public"))) {
    if (std::chrono::steady_clock::now() > end) {
      absent_because_ = "the server does not answer; see " + directory_ + "/log";
      return;
    }
    std::this_thread::sleep_for(look_again);
  }
}

void TrialPostgres::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGQUIT);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

std::string TrialPostgres::fresh_url() {
  const auto schema = fmt::format("trial_{}", ++schemas_);
  must(told(url_of(directory_, "public"), "create schema " + schema), "a fresh schema can be made");
  return url_of(directory_, schema);
}

std::string TrialPostgres::copy_url(const std::function<void(const std::string& url)>& prepare) {
  const auto server = url_of(directory_, "public");
  if (!std::exchange(prepared_, true)) {
    must(told(server, "create database prepared"), "a database can be made");
    prepare(url_of(directory_, "public", "prepared"));
  }
  while (copies_gone_ < copies_ && told(server, fmt::format("drop database copy_{}", copies_gone_ + 1))) ++copies_gone_;
  const auto copy = fmt::format("copy_{}", ++copies_);
  must(told(server, fmt::format("create database {} template prepared", copy)), "a database can be copied");
  return url_of(directory_, "public", copy);
}

TrialDirectory::TrialDirectory(bool in_memory) {
  constexpr const char* memory = "/dev/shm";
  std::error_code ignored;
  const auto* parent = in_memory && std::filesystem::is_directory(memory, ignored) ? memory : "/tmp";
  path_ = parent + std::string("/welkin-trial-XXXXXX");
  must(mkdtemp(path_.data()) != nullptr, "a directory can be made for trials");
}

TrialDirectory::~TrialDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace welkin::sql
