// welkin-agent: the servers' hands on one host. The only place that names what the hands are made of.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "agent/lookout.hpp"
#include "agent/reaper.hpp"
#include "agent/settings.hpp"
#include "hypervisor/kvm/acceleration.hpp"
#include "hypervisor/kvm/driver.hpp"
#include "hypervisor/kvm/libvirtd.hpp"
#include "link/client.hpp"
#include "link/enrolment.hpp"
#include "link/files.hpp"
#include "link/images.hpp"
#include "link/verbs.hpp"
#include "net/base64.hpp"
#include "network/router/linux_fabric.hpp"
#include "storage/local/local_pools.hpp"

namespace welkin::agent {
namespace {

int wake_pipe[2] = {-1, -1};

void note_signal(int) { [[maybe_unused]] const auto written = ::write(wake_pipe[1], "", 1); }
void ignore_signal(int) {}

/// WHY not as it was given: dnsmasq and others lie in directories that the caller of an agent need not search.
void search_system_programs() {
  ::setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
}

/// WHY handlers and neither a mask nor SIG_IGN: programs that are started here must not inherit either.
void catch_signals() {
  if (::pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) throw Error(Fault::internal, "No pipe can be made.");
  struct sigaction action {};
  action.sa_flags = SA_RESTART;
  action.sa_handler = note_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  action.sa_handler = ignore_signal;
  ::sigaction(SIGPIPE, &action, nullptr);
}

/// True when the signal to end came within the time; -1 waits for ever.
bool signal_within(int milliseconds) {
  pollfd waiting{wake_pipe[0], POLLIN, 0};
  int ready = 0;
  do ready = ::poll(&waiting, 1, milliseconds);
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/// The id given now or earlier; an agent that was never given one speaks for a host of its own id.
Uuid host_id(const Settings& settings, Uuid agent) {
  const auto file = settings.data + "/host-id";
  if (!link::file_exists(file)) link::write_file(file, settings.host_id.value_or(agent).text() + "\n", 0644);
  auto text = link::read_file(file);
  while (text.ends_with('\n')) text.pop_back();
  const auto kept = Uuid::parse(text);
  if (!kept)
    throw Error(Fault::internal, fmt::format("{} holds no id; put the host's id there.", file), file);
  if (settings.host_id && *settings.host_id != *kept)
    throw Error(
        Fault::conflict,
        fmt::format("This directory belongs to host {}; run `welkin-agent clean` and remove {} first.", text,
                    settings.data));
  return *kept;
}

std::unique_ptr<hypervisor::kvm::Libvirtd> private_libvirtd(const Settings& settings, Uuid host) {
  if (settings.libvirt != "private") return nullptr;
  hypervisor::kvm::LibvirtdOptions options;
  options.directory = settings.data + "/libvirt";
  options.host = host;
  return std::make_unique<hypervisor::kvm::Libvirtd>(options);
}

hypervisor::kvm::Options driver_options(const Settings& settings, const hypervisor::kvm::Libvirtd* libvirtd) {
  hypervisor::kvm::Options options;
  options.uri = libvirtd ? libvirtd->uri() : settings.libvirt;
  options.accelerated = hypervisor::kvm::accelerated();
  options.serial_directory = settings.data + "/serial";
  log::info("guests {}",
            options.accelerated ? "run on the processor" : "are emulated: KVM does not work here");
  return options;
}

/// Tries until a server answers. False when the signal to end came first.
bool enrol(link::AgentFiles& files, const Settings& settings) {
  if (files.enrolled()) return true;
  if (settings.token.empty())
    throw Error(Fault::unauthorized,
                "This agent is not enrolled; ask the server for a token and give it by --token.");
  const auto token = link::read_token(settings.token);
  for (int pause = 500;; pause = std::min(pause * 2, 15'000)) {
    try {
      files.enrol(token, settings.servers);
      log::info("enrolled as agent {}", files.agent().text());
      return true;
    } catch (const Error& error) {
      if (!error.worth_retrying()) throw;
      log::warning("{}", error.message);
    }
    if (signal_within(pause)) return false;
  }
}

/// Servers that were named, now or by the token of the first time.
std::vector<std::string> servers_of(const Settings& settings) {
  const auto file = settings.data + "/servers";
  auto servers = settings.servers;
  if (servers.empty() && !settings.token.empty()) servers = link::read_token(settings.token).servers;
  if (!servers.empty()) {
    link::write_file(file, fmt::format("{}\n", fmt::join(servers, "\n")), 0644);
    return servers;
  }
  if (link::file_exists(file)) {
    const auto text = link::read_file(file);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      if (end > at) servers.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  if (servers.empty()) throw Error(Fault::invalid, "No server is named; give --server host:port.", "server");
  return servers;
}

/// The public network as the operator named it.
network::OutsideSpec outside(const Settings& settings) {
  const auto slash = settings.outside_gateway.find('/');
  network::OutsideSpec spec;
  spec.bridge = settings.outside_bridge;
  spec.uplink = settings.uplink;
  spec.gateway = settings.outside_gateway.substr(0, slash);
  if (slash != std::string::npos) spec.prefix = std::stoi(settings.outside_gateway.substr(slash + 1));
  return spec;
}

network::FabricOptions fabric_options(const Settings& settings) { return {settings.data + "/network", settings.tag}; }

/// The agent's certificate, renewed when the server wishes it.
class OwnPapers final : public link::Papers {
 public:
  OwnPapers(link::AgentFiles files, std::function<void()> reconnect)
      : files_(std::move(files)), reconnect_(std::move(reconnect)) {}

  link::SigningRequest begin_renewal(const Nothing&) override { return {net::base64(files_.begin_renewal())}; }
  Nothing finish_renewal(const link::NewCertificate& wish) override {
    files_.finish_renewal(wish.pem);
    if (wish.reconnect) reconnect_();
    return {};
  }

 private:
  link::AgentFiles files_;
  const std::function<void()> reconnect_;
};

/// Everything that serves one host, and the connection that feeds it.
class Post {
 public:
  Post(const Settings& settings, const link::AgentFiles& files)
      : host_(host_id(settings, files.agent())),
        servers_(servers_of(settings)),
        libvirtd_(private_libvirtd(settings, host_)),
        driver_(driver_options(settings, libvirtd_.get()),
                [this] {
                  if (libvirtd_) libvirtd_->ensure();
                }),
        images_(settings.data, servers_),
        pools_(images_),
        fabric_(fabric_options(settings)),
        papers_(files, [this] { client_.reconnect(); }),
        place_(place(settings)),
        client_(client_options(settings), client_events()),
        lookout_(driver_,
                 [this](const std::string& seen) { return client_.report({host_, "sightings", seen}); }) {
    if (!settings.outside_bridge.empty()) fabric_.ensure_outside(outside(settings));
    client_.begin();
  }

  /// Ends the conversation; what is being done goes on until the process ends.
  void stop() { client_.stop(); }

 private:
  static link::HostPlace place(const Settings& settings) {
    return {settings.pool, settings.outside_bridge, settings.tunnel_address};
  }
  link::ClientOptions client_options(const Settings& settings) const {
    link::ClientOptions options;
    options.servers = servers_;
    options.directory = settings.data;
    options.version = "0.1.0";
    options.machine = settings.machine;
    options.hosts = {host_};
    return options;
  }
  link::ClientEvents client_events() {
    link::ClientEvents events;
    events.serve = [this](Uuid host, std::string_view verb, std::string_view body) {
      return serve(host, verb, body);
    };
    events.briefs = [this] { return std::vector{link::HostBrief{host_, to_json(lookout_.pulse())}}; };
    events.connected = [this](const std::vector<Uuid>& hosts) { greet(hosts); };
    events.disconnected = [] { log::warning("no server is connected; guests go on"); };
    return events;
  }
  std::string serve(Uuid host, std::string_view verb, std::string_view body) {
    if (host != host_)
      throw Error(Fault::missing, fmt::format("This agent does not speak for host {}.", host.text()),
                  host.text());
    log::debug("{}", verb);
    link::Hands hands{driver_, pools_, fabric_, &papers_};
    return link::serve(hands, verb, body);
  }
  void greet(const std::vector<Uuid>& hosts) {
    if (std::ranges::find(hosts, host_) == hosts.end())
      return log::warning("the server does not let this agent speak for host {}", host_.text());
    client_.report({host_, "place", to_json(place_)});
    lookout_.start_over();
  }

  const Uuid host_;
  const std::vector<std::string> servers_;
  const std::unique_ptr<hypervisor::kvm::Libvirtd> libvirtd_;
  hypervisor::kvm::Driver driver_;
  link::ImageFetcher images_;
  storage::LocalPools pools_;
  network::LinuxFabric fabric_;  // before client_, which serves it
  OwnPapers papers_;
  const link::HostPlace place_;
  link::LinkClient client_;
  Lookout lookout_;
};

/// Guests of the private libvirtd, routers and links; certificate and pool stay.
void clean(const Settings& settings) {
  const link::DirectoryLock lock(settings.data, false);
  const auto file = settings.data + "/host-id";
  if (settings.libvirt == "private" && link::file_exists(file))
    private_libvirtd(settings, host_id(settings, {}))->stop_everything();
  network::LinuxFabric::clean(fabric_options(settings));
}

void serve(const Settings& settings) {
  link::make_private_directory(settings.data);
  const link::DirectoryLock lock(settings.data, false);
  catch_signals();
  const Reaper reaper;
  link::AgentFiles files(settings.data);
  if (!enrol(files, settings)) return;
  Post post(settings, files);
  signal_within(-1);
  log::info("ending; guests go on");
  post.stop();
  // WHY so abruptly: a verb may be busy for minutes. What it has not answered, the server asks again.
  ::_exit(0);
}

}  // namespace
}  // namespace welkin::agent

int main(int count, char** arguments) {
  using namespace welkin;
  try {
    int status = 0;
    agent::search_system_programs();
    const auto settings = agent::read_settings(count, arguments, status);
    if (!settings) return status;
    log::set_level(settings->log_level);
    if (settings->task == agent::Task::clean)
      agent::clean(*settings);
    else
      agent::serve(*settings);
    return 0;
  } catch (const Error& error) {
    log::error("{}{}", error.message, error.cause.empty() ? "" : " (" + error.cause + ")");
  } catch (const std::exception& error) {
    log::error("{}", error.what());
  }
  return 1;
}
