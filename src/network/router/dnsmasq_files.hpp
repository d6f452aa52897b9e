// What a router's dnsmasq reads: its settings, who gets which address, and who is called what.
#pragma once

#include <string>

#include "network/fabric.hpp"

namespace welkin::network {

/// Names of dnsmasq's files in one directory, which its own user can read.
struct DnsmasqPlace {
  std::string directory;
  std::string user;  ///< that dnsmasq becomes once its sockets stand

  std::string settings() const { return directory + "/dnsmasq.conf"; }
  std::string hosts() const { return directory + "/hosts"; }
  std::string names() const { return directory + "/names"; }
  std::string leases() const { return directory + "/leases"; }
  std::string pid() const { return directory + "/dnsmasq.pid"; }
};

/// A change of these takes a restart. dnsmasq(8) has the meaning of each line. Specs are checked ones.
std::string render_settings(const RouterSpec& spec, const DnsmasqPlace& place);
/// A change of these two takes a signal.
std::string render_hosts(const RouterSpec& spec);
std::string render_names(const RouterSpec& spec);

}  // namespace welkin::network
