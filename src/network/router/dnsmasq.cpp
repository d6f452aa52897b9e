// Starting, informing and ending dnsmasq(8).
#include "network/router/dnsmasq.hpp"

#include <pwd.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "network/bridge/state.hpp"
#include "network/router/daemon.hpp"

namespace welkin::network {
namespace {

constexpr std::chrono::milliseconds start_patience(10'000), end_patience(3'000);

std::string argument_of(const DnsmasqPlace& place) { return "--conf-file=" + place.settings(); }

std::optional<Daemon> running(const DnsmasqPlace& place) {
  return Daemon::find(place.pid(), argument_of(place));
}

/// dnsmasq-base makes a user for it; any system has nobody.
std::string user_of_dnsmasq() {
  passwd entry{}, *found = nullptr;
  std::array<char, 4096> text;
  const bool known = ::getpwnam_r("dnsmasq", &entry, text.data(), text.size(), &found) == 0 && found;
  return known ? "dnsmasq" : "nobody";
}

bool write_if_new(const std::string& path, const std::string& text) {
  if (read_state(path) == text) return false;
  write_state(path, text, 0644);
  return true;
}

/// Lines of dnsmasq's own file that the spec still grants. `expiry mac address name client` is a line.
std::string granted_leases(const std::string& leases, const RouterSpec& spec) {
  std::string out;
  std::istringstream lines(leases);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string expiry, mac, address;
    words >> expiry >> mac >> address;
    const auto same = [&](const Lease& lease) { return lease.mac == mac && lease.address == address; };
    if (std::ranges::any_of(spec.leases, same)) out += line + "\n";
  }
  return out;
}

void start(const DnsmasqPlace& place) { start_daemon({"dnsmasq", argument_of(place)}, start_patience); }

}  // namespace

DnsmasqPlace dnsmasq_place(const std::string& run_directory, const std::string& router) {
  static const std::string user = user_of_dnsmasq();
  return {run_directory + "/" + router, user};
}

bool dnsmasq_runs(const DnsmasqPlace& place) { return running(place).has_value(); }

void ensure_dnsmasq(const RouterSpec& spec, const DnsmasqPlace& place) {
  make_directory(place.directory, 0755);
  const bool other_settings = write_if_new(place.settings(), render_settings(spec, place));
  const bool other_hosts = write_if_new(place.hosts(), render_hosts(spec));
  const bool other_names = write_if_new(place.names(), render_names(spec));
  const auto daemon = running(place);
  // An address that a vanished guest still holds in dnsmasq's memory would be refused to its next owner.
  const auto leases = read_state(place.leases());
  const auto granted = granted_leases(leases, spec);
  const bool stale = granted != leases;
  if (daemon && !other_settings && !stale) {
    if (other_hosts || other_names) daemon->signal(SIGHUP);
    return;
  }
  if (daemon) daemon->end(end_patience);
  if (stale) write_state(place.leases(), granted, 0644);
  start(place);
}

void end_dnsmasq(const DnsmasqPlace& place) {
  if (const auto daemon = running(place)) daemon->end(end_patience);
  remove_state(place.directory);
}

}  // namespace welkin::network
