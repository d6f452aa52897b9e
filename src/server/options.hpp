// What the server is told on its command line or in its configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace welkin::server {

struct Options {
  std::string data = "/var/lib/welkin";
  std::string database;  ///< postgresql://…; a file in `data` when empty
  std::string bind = "127.0.0.1";
  int port = 8080;
  int integration_port = 0;
  std::string link_bind = "127.0.0.1";
  int link_port = 0;
  std::string tag;
  std::string certificate, key;
  std::vector<std::string> import_directories;  ///< from which file:// templates may come
  std::vector<std::string> allowed_networks;    ///< from which http templates may come although they are not public
  int threads = 1;
  std::string log_level = "info";
};

/// Nothing when the process has only to exit with `status`: help, version or a mistake, which is printed.
std::optional<Options> read_options(int count, const char* const* arguments, int& status);

}  // namespace welkin::server
