// Settings, start, and a clean end of the private libvirtd. See libvirtd(8) and its qemu.conf.
#include "hypervisor/kvm/libvirtd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "hypervisor/kvm/host_gauges.hpp"
#include "hypervisor/kvm/keeper.hpp"
#include "hypervisor/kvm/process.hpp"
#include "hypervisor/kvm/session.hpp"
#include "net/url.hpp"

namespace welkin::hypervisor::kvm {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Our directory, and where libvirt is compiled to look for it.
struct Place {
  std::string_view ours, theirs;
};
constexpr Place places[] = {{"run", "/run/libvirt"},
                            {"lib", "/var/lib/libvirt"},
                            {"cache", "/var/cache/libvirt"},
                            {"log", "/var/log/libvirt"},
                            {"etc", "/etc/libvirt"}};

[[noreturn]] void cannot_start(std::string cause) {
  throw Error(Fault::internal, "The hypervisor's daemon cannot be started on this host.", {},
              std::move(cause));
}

void write_file(const std::string& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  if (!out.flush()) cannot_start(file + " cannot be written");
}

std::string tail_of(const std::string& file) {
  const auto text = read_file(file);
  return text.size() > 600 ? text.substr(text.size() - 600) : text;
}

/// libvirt's qemu driver wants to know this user even where guests run as another. Where the package that
/// makes it is not installed, libvirtd is shown a list that has it, under the number which Debian keeps for
/// it.
struct Account {
  std::string_view file, line;
};
constexpr Account accounts[] = {{"/etc/passwd", "libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin"},
                                {"/etc/group", "libvirt-qemu:x:64055:"}};

/// One agent at a time starts or ends the daemon. The kernel lets go of the lock when its holder dies.
class Sole {
 public:
  explicit Sole(const std::string& file) : fd_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (fd_ < 0 || std::chrono::steady_clock::now() > end) {
        if (fd_ >= 0) close(fd_);
        throw Error(Fault::timeout, "Another agent is busy with this host's hypervisor.", {}, file);
      }
      std::this_thread::sleep_for(50ms);
    }
  }
  ~Sole() { close(fd_); }
  Sole(const Sole&) = delete;
  Sole& operator=(const Sole&) = delete;

 private:
  int fd_;
};

/// Two daemons of one machine should not try the same VNC ports at the same moment.
int first_vnc_port(const Uuid& host) { return 5900 + (host.bytes[15] % 100) * 256; }

std::string daemon_settings(const Uuid& host) {
  return fmt::format(R"(host_uuid = "{}"
auth_unix_rw = "none"
auth_unix_ro = "none"
unix_sock_rw_perms = "0700"
unix_sock_ro_perms = "0700"
listen_tls = 0
listen_tcp = 0
max_clients = 1000
max_workers = 40
max_client_requests = 64
log_level = 3
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
)",
                     host.text());
}

std::string qemu_settings(const Uuid& host) {
  return fmt::format(R"(user = "root"
group = "root"
security_driver = "none"
dynamic_ownership = 0
remember_owner = 0
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
vnc_listen = "127.0.0.1"
remote_display_port_min = {}
remote_display_port_max = 65535
)",
                     first_vnc_port(host));
}

bool accepts(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool accepted = fd >= 0 && connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (fd >= 0) close(fd);
  return accepted;
}

}  // namespace

Libvirtd::Libvirtd(LibvirtdOptions options)
    : options_(std::move(options)), calls_(std::make_shared<Calls>(4)) {
  if (options_.program.empty()) options_.program = "/usr/sbin/libvirtd";
  if (options_.hang_seconds <= 0) options_.hang_seconds = 45;
  prepare_libvirt();
  const auto& directory = options_.directory;
  // A socket's path has room for 107 bytes.
  if (!directory.starts_with('/') || directory.size() > 80 ||
      std::ranges::any_of(directory, [](unsigned char c) { return std::iscntrl(c); }))
    throw Error(
        Fault::invalid,
        fmt::format("'{}' cannot be libvirtd's directory: an absolute path of at most 80 bytes.", directory),
        "directory");
  if (!options_.host) throw Error(Fault::invalid, "libvirtd needs the id of its host.", "host");
  std::error_code failed;
  for (const auto& place : places)
    if (!failed) fs::create_directories(path(place.ours), failed);
  if (!failed) fs::permissions(directory, fs::perms::owner_all, failed);
  if (failed) cannot_start(directory + ": " + failed.message());
}

std::string Libvirtd::path(std::string_view name) const {
  return options_.directory + "/" + std::string(name);
}

std::string Libvirtd::socket() const { return path("run/libvirt-sock"); }

std::string Libvirtd::uri() const { return "qemu+unix:///system?socket=" + net::percent_encode(socket()); }

bool Libvirtd::answers() const { return accepts(socket()); }

void Libvirtd::write_settings() const {
  write_file(path("etc/libvirtd.conf"), daemon_settings(options_.host));
  write_file(path("etc/qemu.conf"), qemu_settings(options_.host));
}

/// What libvirt notes of running guests is meant for a directory that does not outlive the machine's boot:
/// later the process ids in it are strangers'.
void Libvirtd::forget_an_earlier_boot() const {
  const auto boot = read_file("/proc/sys/kernel/random/boot_id");
  if (read_file(path("boot_id")) == boot) return;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(path("run"), failed)) fs::remove_all(entry.path(), failed);
  if (failed) cannot_start(path("run") + ": " + failed.message());
  write_file(path("boot_id"), boot);
}

void Libvirtd::launch() const {
  std::error_code old;
  fs::remove(path("run/qemu/driver.pid"), old);
  Charge charge{
      {},
      {options_.program, "--config", "/etc/libvirt/libvirtd.conf", "--pid-file", path("libvirtd.pid")},
      path("log/libvirtd.out")};
  for (const auto& place : places) {
    std::error_code failed;
    fs::create_directories(place.theirs, failed);  // only so that there is something to mount on
    charge.binds.push_back({path(place.ours), std::string(place.theirs)});
  }
  // Over D-Bus libvirtd would register its guests with systemd by names that another cloud's guests may have
  // too.
  if (fs::exists("/run/dbus")) {
    fs::create_directories(path("empty"));
    charge.binds.push_back({path("empty"), "/run/dbus"});
  }
  for (const auto& account : accounts) {
    auto list = read_file(std::string(account.file));
    if (("\n" + list).contains("\nlibvirt-qemu:")) continue;
    const auto own = path(fs::path(account.file).filename().string());
    write_file(own, list.append(account.line).append("\n"));
    charge.binds.push_back({own, std::string(account.file)});
  }
  const auto kept = keep(charge);
  write_file(path("keeper.pid"), std::to_string(kept.keeper) + "\n");
  const Process daemon(kept.program);
  const auto end = std::chrono::steady_clock::now() + 30s;
  // It listens before its qemu driver is ready, and ends when that fails.
  while (!answers() || !fs::exists(path("run/qemu/driver.pid"))) {
    if (daemon.ended(20ms)) cannot_start("libvirtd ended: " + tail_of(path("log/libvirtd.log")));
    if (std::chrono::steady_clock::now() > end) {
      daemon.end(2s);
      cannot_start("libvirtd did not get ready: " + tail_of(path("log/libvirtd.log")));
    }
  }
}

bool Libvirtd::is_ours(const Process& daemon) const {
  return daemon.program() == fs::path(options_.program).filename() &&
         daemon.sees(path("run"), "/run/libvirt");
}

/// The kernel accepts a connection for a libvirtd that hangs, so it is asked to say something.
bool Libvirtd::greets() const {
  if (!answers()) return false;
  try {
    return calls_->run("greet", std::chrono::seconds(options_.hang_seconds), [uri = uri()] {
      auto* connection = virConnectOpen(uri.c_str());
      if (connection) virConnectClose(connection);
      return connection != nullptr;
    });
  } catch (const Error& error) {
    log::error("libvirtd in {} hangs and is replaced", options_.directory);
    return false;
  }
}

void Libvirtd::ensure() {
  const auto seen = read_pid(path("libvirtd.pid"));
  if (greets()) return;
  const Sole sole(path("lock"));
  if (read_pid(path("libvirtd.pid")) != seen && answers()) return;  // somebody was quicker
  log::info("starting libvirtd in {}", options_.directory);
  // One that hangs, or is about to end, would keep the files locked.
  const Process old(read_pid(path("libvirtd.pid")));
  if (is_ours(old) && !old.end(5s)) cannot_start("an older libvirtd does not end");
  write_settings();
  forget_an_earlier_boot();
  launch();
}

void Libvirtd::stop_everything() {
  const Sole sole(path("lock"));
  std::vector<Process> guests;
  std::error_code failed;
  for (const auto& file : fs::directory_iterator(path("run/qemu"), failed))
    if (file.path().extension() == ".pid") {
      Process guest(read_pid(file.path()));
      if (guest.program().starts_with("qemu-") && guest.sees(path("run"), "/run/libvirt"))
        guests.push_back(std::move(guest));
    }
  for (const auto& guest : guests) guest.signal(SIGTERM);
  bool ended = true;
  for (const auto& guest : guests) ended = guest.end(5s) && ended;
  const Process daemon(read_pid(path("libvirtd.pid")));
  if (is_ours(daemon)) ended = daemon.end(10s) && ended;
  const Process keeper(read_pid(path("keeper.pid")));
  if (keeper.sees(path("run"), "/run/libvirt")) ended = keeper.ended(5s) && ended;
  if (!ended)
    throw Error(Fault::timeout, "A process of this host's hypervisor does not end.", {}, options_.directory);
}

}  // namespace welkin::hypervisor::kvm
