// What an agent is told on its command line or in its configuration file.
#pragma once

#include <optional>

#include "base/id.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"

namespace welkin::agent {

enum class Task { serve, clean };

struct Settings {
  Task task = Task::serve;
  std::vector<std::string> servers;  ///< host:port
  std::string data = "/var/lib/welkin-agent";
  Secret token;  ///< for the first time
  std::string tag = "w";
  std::optional<Uuid> host_id;
  std::string machine;  ///< name shown to operators
  std::string libvirt = "private";
  std::string pool;
  std::string outside_bridge;
  std::string outside_gateway;  ///< address/prefix of this machine on a host-only bridge
  std::string uplink;
  std::string tunnel_address;
  log::Level log_level = log::Level::info;
};

/// Reads the command line; nothing when the process has only to exit with `status` (help, version, a mistake:
/// printed).
std::optional<Settings> read_settings(int count, const char* const* arguments, int& status);

}  // namespace welkin::agent
