// Namespaces by unshare and bind mounts, as iproute2 names them.
#include "network/linux/namespaces.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <thread>

#include "base/error.hpp"

namespace welkin::network {

namespace {
constexpr long namespace_magic = 0x6e736673;  // NSFS_MAGIC of linux/magic.h

std::string path_of(const std::string& name) { return "/run/netns/" + name; }

[[noreturn]] void fail(const std::string& what) {
  throw Error(Fault::internal, fmt::format("The host refuses to {}.", what), {}, std::strerror(errno));
}

void on_a_thread(const std::function<void()>& work) {
  std::exception_ptr thrown;
  std::thread([&] {
    try {
      work();
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
}
}  // namespace

bool namespace_exists(const std::string& name) {
  struct statfs facts {};
  return ::statfs(path_of(name).c_str(), &facts) == 0 && facts.f_type == namespace_magic;
}

void ensure_namespace(const std::string& name) {
  if (namespace_exists(name)) return;
  std::filesystem::create_directories("/run/netns");
  const auto path = path_of(name);
  const int file = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
  if (file < 0) fail("make the namespace " + name);
  ::close(file);
  on_a_thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) fail("make the namespace " + name);
    if (::mount("/proc/thread-self/ns/net", path.c_str(), "none", MS_BIND, nullptr) != 0) fail("name the namespace " + name);
  });
}

void remove_namespace(const std::string& name) {
  const auto path = path_of(name);
  ::umount2(path.c_str(), MNT_DETACH);
  ::unlink(path.c_str());
}

std::vector<std::string> namespaces_named(const std::string& prefix) {
  std::vector<std::string> out;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/run/netns", none))
    if (entry.path().filename().string().starts_with(prefix)) out.push_back(entry.path().filename().string());
  return out;
}

int open_namespace(const std::string& name) {
  const int file = ::open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw Error(Fault::missing, fmt::format("There is no namespace {} on the host.", name), name);
  return file;
}

void inside(const std::string& name, const std::function<void()>& work) {
  const int file = open_namespace(name);
  std::exception_ptr thrown;
  try {
    on_a_thread([&] {
      if (::setns(file, CLONE_NEWNET) != 0) fail("enter the namespace " + name);
      work();
    });
  } catch (...) {
    thrown = std::current_exception();
  }
  ::close(file);
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace welkin::network
