// Configures, starts and ends dnsmasq.
#include "network/linux/name_server.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "storage/local/run_program.hpp"

namespace welkin::network {

namespace {
std::string content_of(const std::string& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

bool write_changed(const std::string& file, const std::string& text) {
  if (std::filesystem::exists(file) && content_of(file) == text) return false;
  std::ofstream(file + ".new") << text;
  std::filesystem::rename(file + ".new", file);
  return true;
}

/// 0 when it does not run. A pid is believed only while it is a dnsmasq with these files.
pid_t running(const std::string& directory) {
  std::ifstream in(directory + "/dnsmasq.pid");
  pid_t pid = 0;
  if (!(in >> pid) || pid <= 1) return 0;
  const auto words = content_of(fmt::format("/proc/{}/cmdline", pid));
  return words.contains("dnsmasq") && words.contains(directory) ? pid : 0;
}
}  // namespace

std::string render_name_server(const RouterSpec& spec, const std::string& directory) {
  const auto network = spec.cidr.substr(0, spec.cidr.find('/'));
  std::string out = fmt::format(
      "interface=eth0\nbind-interfaces\nexcept-interface=lo\nlisten-address={0}\nno-hosts\nno-resolv\nno-poll\nexpand-hosts\ndomain={1}\nlocal=/{1}/\n"
      "dhcp-authoritative\nno-ping\ndhcp-range={2},static,12h\ndhcp-option=option:dns-server,{0}\ndhcp-option=option:mtu,{3}\ndhcp-option=tag:!inner,option:router,{0}\ndhcp-option=tag:inner,option:router\n"
      "dhcp-hostsfile={4}/leases.conf\naddn-hosts={4}/names\ndhcp-leasefile={4}/dnsmasq.leases\npid-file={4}/dnsmasq.pid\nuser=root\ngroup=root\n",
      spec.gateway, spec.domain, network, spec.mtu, directory);
  for (const auto& server : spec.dns) out += fmt::format("server={}\n", server);
  if (!spec.dns_service) out += "port=0\n";
  return out;
}

std::string render_leases(const RouterSpec& spec) {
  std::string out;
  for (const auto& lease : spec.leases)
    out += fmt::format("{},{}{},{},infinite\n", lease.mac, lease.default_route ? "" : "set:inner,", lease.address, lease.hostname);
  return out;
}

std::string render_names(const RouterSpec& spec) {
  std::string out = fmt::format("{} data-server gateway\n", spec.gateway);
  for (const auto& lease : spec.leases) out += fmt::format("{} {}\n", lease.address, lease.hostname);
  return out;
}

bool name_server_runs(const std::string& directory) { return running(directory) != 0; }

void ensure_name_server(const RouterSpec& spec, const std::string& directory) {
  const bool restart = write_changed(directory + "/dnsmasq.conf", render_name_server(spec, directory));
  const bool reread = static_cast<int>(write_changed(directory + "/leases.conf", render_leases(spec))) | static_cast<int>(write_changed(directory + "/names", render_names(spec)));
  const pid_t pid = running(directory);
  if (pid && !restart) {
    if (reread) ::kill(pid, SIGHUP);
    return;
  }
  end_name_server(directory);
  const auto end = storage::run_program({"dnsmasq", "--conf-file=" + directory + "/dnsmasq.conf"}, std::chrono::seconds(10));
  if (end.status != 0) throw Error(Fault::internal, "The router's DHCP and DNS server does not start.", spec.name, end.output);
}

void end_name_server(const std::string& directory) {
  const pid_t pid = running(directory);
  if (!pid) return;
  ::kill(pid, SIGTERM);
  for (int i = 0; i < 100 && running(directory); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (const pid_t still = running(directory)) ::kill(still, SIGKILL);
}

}  // namespace welkin::network
