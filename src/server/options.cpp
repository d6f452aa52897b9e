// The command line of welkin-server.
#include "server/options.hpp"

#include <CLI/CLI.hpp>

#include "base/version.hpp"

namespace welkin::server {

std::optional<Options> read_options(int count, const char* const* arguments, int& status) {
  Options out;
  CLI::App app("The management server of a Welkin cloud.", "welkin-server");
  app.set_version_flag("--version", std::string(version));
  app.set_config("--config", "", "Configuration file with these options as keys");
  app.add_option("--data", out.data, "Directory for keys, certificates and the built-in database")
      ->capture_default_str();
  app.add_option("--database", out.database, "postgresql://… in place of the built-in database");
  app.add_option("--bind", out.bind, "Address of the API")->capture_default_str();
  app.add_option("--port", out.port, "Port of the API")->capture_default_str()->check(CLI::Range(0, 65535));
  app.add_option("--integration-port", out.integration_port,
                 "Port on which everyone is root administrator; loopback only, 0 is off")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  app.add_option("--link-bind", out.link_bind, "Address on which agents dial in")->capture_default_str();
  app.add_option("--link-port", out.link_port, "Port on which agents dial in; 0 keeps the last one or takes a free one")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  app.add_option("--tag", out.tag,
                 "One to four of a-z and 0-9 that name this cloud's links on its hosts; made up and kept when absent");
  app.add_option("--tls-cert", out.certificate, "Certificate for the API, PEM");
  app.add_option("--tls-key", out.key, "Its key, PEM");
  app.add_option("--import-directory", out.import_directories,
                 "Directory on this machine from which templates may be registered by file://");
  app.add_option("--allow-network", out.allowed_networks,
                 "Network from which templates may be fetched although it is not public, in CIDR form");
  app.add_option("--threads", out.threads, "Threads of the API")->capture_default_str()->check(CLI::Range(1, 64));
  app.add_option("--log-level", out.log_level, "debug, info, warning or error")->capture_default_str();
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    status = app.exit(error);
    return std::nullopt;
  }
  return out;
}

}  // namespace welkin::server
