// The agent's flags, which are the keys of its configuration file too.
#include "agent/settings.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "link/files.hpp"
#include "link/stream.hpp"

namespace welkin::agent {

namespace {

constexpr auto version_text = "welkin-agent 0.1.0";

std::string machine_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "unnamed";
}

bool is_address_with_prefix(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return false;
  in_addr address{};
  int prefix = -1;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + slash + 1, end, prefix);
  return ::inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) == 1 && read.ec == std::errc() &&
         read.ptr == end && prefix >= 0 && prefix <= 32;
}

/// The text of CLI11's complaint, or nothing.
std::string complaint_of(const auto& check) {
  try {
    check();
    return {};
  } catch (const Error& error) {
    return error.message;
  }
}

const std::map<std::string, log::Level> levels{{"debug", log::Level::debug},
                                               {"info", log::Level::info},
                                               {"warning", log::Level::warning},
                                               {"error", log::Level::error}};

struct Texts {
  std::string token;
  std::string token_file;
  std::string host_id;
};

void add_link_flags(CLI::App& app, Settings& settings, Texts& texts) {
  app.add_option("--server", settings.servers, "Server to dial, host:port; may be given several times")
      ->check([](const std::string& text) { return complaint_of([&] { link::server_address(text); }); });
  app.add_option("--data", settings.data, "Directory for certificate, answers and state")
      ->capture_default_str();
  app.add_option("--token", texts.token,
                 "What the server printed, for the first time; better by --token-file")
      ->envname("WELKIN_TOKEN");
  app.add_option("--token-file", texts.token_file, "File that holds the token")->check(CLI::ExistingFile);
  app.add_option("--host-id", texts.host_id, "Id of this host; kept, and the agent's own id when never given")
      ->check(
          [](const std::string& text) { return Uuid::parse(text) ? "" : "'" + text + "' is not a UUID"; });
  app.add_option("--name", settings.machine, "Name shown to operators")->capture_default_str();
}

void add_host_flags(CLI::App& app, Settings& settings) {
  app.add_option("--tag", settings.tag,
                 "Up to four letters and digits that begin the names of this cloud's links")
      ->capture_default_str()
      ->check([](const std::string& text) {
        const bool good = !text.empty() && text.size() <= 4 && text.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos;
        return good ? "" : "'" + text + "' is not one to four of a-z and 0-9";
      });
  app.add_option("--libvirt", settings.libvirt, "private: a libvirtd of its own; else a libvirt URI")
      ->capture_default_str();
  app.add_option("--pool", settings.pool, "Directory for volumes and templates of guests on this host");
  app.add_option("--outside-bridge", settings.outside_bridge,
                 "Bridge of the public network, made when missing");
  app.add_option("--outside-gateway", settings.outside_gateway,
                 "Address and prefix of this machine on a host-only public network: 203.0.113.1/24")
      ->check([](const std::string& text) {
        return is_address_with_prefix(text) ? "" : "'" + text + "' is not ADDRESS/PREFIX";
      });
  app.add_option("--uplink", settings.uplink, "Link of this machine that joins the public bridge");
  app.add_option("--tunnel-address", settings.tunnel_address, "Address other hosts send guest traffic to");
  app.add_option("--log-level", settings.log_level, "debug, info, warning or error")
      ->type_name("LEVEL")
      ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case).description(""));
}

}  // namespace

std::optional<Settings> read_settings(int count, const char* const* arguments, int& status) {
  Settings settings;
  settings.machine = machine_name();
  Texts texts;
  CLI::App app("The agent of a Welkin cloud on one host: carries out what the servers ask.", "welkin-agent");
  app.set_version_flag("--version", version_text);
  app.set_config("--config", "", "File with these flags as lines: server = [\"a:8250\", \"b:8250\"]");
  add_link_flags(app, settings, texts);
  add_host_flags(app, settings);
  app.fallthrough();
  const auto* clean =
      app.add_subcommand("clean", "Ends everything that this agent made on the host, guests included");
  try {
    app.parse(count, arguments);
    if (!texts.token_file.empty()) texts.token = link::read_secret_file(texts.token_file).reveal();
  } catch (const CLI::ParseError& error) {
    status = app.exit(error);
    return std::nullopt;
  } catch (const Error& error) {
    log::error("{}", error.message);
    status = 2;
    return std::nullopt;
  }
  settings.token = Secret(texts.token);
  if (!texts.host_id.empty()) settings.host_id = Uuid::parse(texts.host_id);
  if (*clean) settings.task = Task::clean;
  return settings;
}

}  // namespace welkin::agent
