// unshare(2), setns(2), and a bind mount that keeps a namespace alive under its name.
#include "network/bridge/namespaces.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>

#include "base/error.hpp"

namespace welkin::network {
namespace {

constexpr auto directory = "/run/netns";

std::string path_of(const std::string& name) { return fmt::format("{}/{}", directory, name); }

[[noreturn]] void fail(std::string_view doing, const std::string& name) {
  throw Error(Fault::internal, fmt::format("This host could not {} the network namespace {}.", doing, name),
              name, std::strerror(errno));
}

/// A thread of its own: what it does to its namespaces ends with it.
void on_thread(const std::function<void()>& work) {
  std::exception_ptr error;
  std::thread([&] {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
  }).join();
  if (error) std::rethrow_exception(error);
}

}  // namespace

bool namespace_exists(const std::string& name) {
  struct statfs facts{};
  // A file without a namespace on it is what a crash or a reboot has left.
  return ::statfs(path_of(name).c_str(), &facts) == 0 && facts.f_type == NSFS_MAGIC;
}

void make_namespace(const std::string& name) {
  if (namespace_exists(name)) return;
  ::mkdir("/run", 0755);
  if (::mkdir(directory, 0755) != 0 && errno != EEXIST) fail("make a place for", name);
  const auto path = path_of(name);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444));
  if (!file) fail("name", name);
  on_thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) fail("make", name);
    if (::mount("/proc/thread-self/ns/net", path.c_str(), "none", MS_BIND, nullptr) != 0) fail("keep", name);
  });
}

void remove_namespace(const std::string& name) {
  const auto path = path_of(name);
  if (::umount2(path.c_str(), MNT_DETACH) != 0 && errno != EINVAL && errno != ENOENT) fail("leave", name);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("remove", name);
}

Descriptor open_namespace(const std::string& name) {
  if (!namespace_exists(name))
    throw Error(Fault::missing, fmt::format("There is no network namespace {} on this host.", name), name);
  Descriptor space(::open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!space) fail("open", name);
  return space;
}

void in_namespace(const Descriptor& space, const std::function<void()>& work) {
  on_thread([&] {
    if (::setns(space.fd(), CLONE_NEWNET) != 0) fail("enter", "of a router");
    work();
  });
}

void set_kernel(const std::string& setting, std::string_view value) {
  const auto path = "/proc/sys/net/" + setting;
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.fd(), value.data(), value.size()) != ssize_t(value.size()))
    throw Error(Fault::internal, fmt::format("This host could not set {} to {}.", setting, value), setting,
                std::strerror(errno));
}

std::string kernel_setting(const std::string& setting) {
  const Descriptor file(::open(("/proc/sys/net/" + setting).c_str(), O_RDONLY | O_CLOEXEC));
  char text[64];
  const auto length = file ? ::read(file.fd(), text, sizeof text) : 0;
  std::string out(text, std::size_t(std::max<ssize_t>(length, 0)));
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

void quiet_link(const std::string& link) {
  const auto ipv6 = fmt::format("ipv6/conf/{}/disable_ipv6", link);
  if (kernel_setting(ipv6) == "0") set_kernel(ipv6, "1");
}

}  // namespace welkin::network
