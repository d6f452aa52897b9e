// welkin-server: builds the parts of the management server and hands them down. The only wiring there is.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "api/cloudstack/dialect.hpp"
#include "api/cloudstack/http.hpp"
#include "api/cloudstack/openapi.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "commands/index.hpp"
#include "flows/index.hpp"
#include "link/server.hpp"
#include "link/switchboard.hpp"
#include "model/tables.hpp"
#include "net/client.hpp"
#include "net/server.hpp"
#include "net/tls.hpp"
#include "server/enrolments.hpp"
#include "server/first_start.hpp"
#include "server/options.hpp"
#include "server/records.hpp"
#include "server/templates_source.hpp"
#include "storage/local/files_images.hpp"
#include "watch/alarms.hpp"
#include "watch/duties.hpp"
#include "watch/mails.hpp"
#include "watch/purge.hpp"

namespace welkin::server {
namespace {

int wake_pipe[2] = {-1, -1};
void note_signal(int) { [[maybe_unused]] const auto written = ::write(wake_pipe[1], "", 1); }

void catch_signals() {
  must(::pipe2(wake_pipe, O_CLOEXEC) == 0, "a pipe can be made");
  std::signal(SIGTERM, note_signal);
  std::signal(SIGINT, note_signal);
  std::signal(SIGPIPE, SIG_IGN);
}

void wait_for_signal() {
  char byte = 0;
  while (::read(wake_pipe[0], &byte, 1) < 0 && errno == EINTR) {
  }
}

/// A word that is made up once and kept in a file.
std::string kept(const std::string& file, const std::string& given, const std::function<std::string()>& make) {
  std::string text;
  if (std::ifstream in(file); in) std::getline(in, text);
  if (!given.empty()) text = given;
  if (text.empty()) text = make();
  std::ofstream(file) << text << "\n";
  return text;
}

std::string new_tag() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  for (int i = 0; i < 4; ++i) out += letters[machine_random().below(letters.size())];
  return out;
}

std::string loopback_only(const Options& options) {
  return options.bind == "0.0.0.0" || options.bind == "::" ? "127.0.0.1" : options.bind;
}

/// All parts of a running server, in the order they depend on each other.
class Server {
 public:
  explicit Server(const Options& options)
      : options_(options),
        database_(sql::open_database(options.database.empty() ? options.data + "/welkin.db" : options.database)),
        vault_(Vault::open(options.data + "/secrets.key")),
        fetcher_(options.allowed_networks),
        images_(fetcher_, options.import_directories),
        local_(loop_),
        simulated_(local_),
        enrolments_(simulated_) {
    migrate(*database_);
    changes_ = std::make_unique<sql::Follower>(*database_);
    places_ = std::make_unique<placement::Places>(*changes_);
    totals_ = std::make_unique<model::DomainTotals>(*changes_);
    const auto tag = kept(options.data + "/tag", options.tag, new_tag);
    const auto id =
        kept(options.data + "/server-id", "", [] { return new_uuid(machine_clock(), machine_random()).text(); });
    const auto link_port = kept(options.data + "/link-port", options.link_port ? std::to_string(options.link_port) : "",
                                [] { return std::string("0"); });
    link_ = std::make_unique<link::LinkServer>(loop_, link::Authority::open(options.data + "/authority"), link_events(),
                                               link_options(link_port));
    kept(options.data + "/link-port", std::to_string(link_->port()), [] { return std::string(); });
    switchboard_ = std::make_unique<link::Switchboard>(local_, *link_);
    cloud_.reset(new Cloud{*database_, *changes_, *places_, *totals_, *switchboard_, images_, enrolments_, loop_, workers_,
                           machine_random(), vault_, *Uuid::parse(id), tag, std::string(version), nullptr});
    enrolments_.open(*cloud_,
                     {link_->authority().fingerprint(), {options.link_bind + ":" + std::to_string(link_->port())},
                      [this](const std::string& serial) { link_->disconnect_certificate(serial); }});
    cloud_->authority = &link_->authority();
    dispatcher_ = std::make_unique<commands::Dispatcher>(*cloud_, commands_);
    engine_ = std::make_unique<durable::Engine>(engine_parts());
    cloud_->journeys = engine_.get();
    prepare(*cloud_, options.data, fmt::format("http://{}:{}/client/api", loopback_only(options), options.port));
    simulated_.revive(*cloud_);
    write_agent_token();
    dialect_ = std::make_unique<api::cloudstack::Dialect>(*cloud_, *dispatcher_);
    open_doors();
    loop_.post([this] { engine_->recover(); });
    keep_watch();
    keep_at(5s, measure);
    keep_at(30s, watch::weigh_capacity);
    keep_at(2s, [this](Cloud& cloud) { return send_mails(cloud); });
    ready_ = true;
    log::info("ready: API on {}:{}, agents on {}:{}", options.bind, api_->port(), options.link_bind, link_->port());
  }

  /// Takes no more calls, and writes down those there were. The journeys are taken up at the next start.
  void close() {
    ready_ = false;
    if (integration_) integration_->stop(200ms);
    api_->stop(500ms);
    dispatcher_->audit().flush();
  }

  ~Server() {
    ready_ = false;
    ending_.request_stop();
    if (integration_) integration_->stop(200ms);
    api_->stop(500ms);
    loop_.stop();
    engine_.reset();
    link_.reset();
  }

 private:
  durable::EngineParts engine_parts() {
    return {.database = *database_,
            .loop = loop_,
            .random = machine_random(),
            .cloud = *cloud_,
            .server = cloud_->server,
            .kinds = flows::kinds(),
            .steps = flows::steps(),
            .on_end = [this](sql::Transaction& tx, const durable::FlowRow& flow) { dispatcher_->complete(tx, flow); },
            .may_act = [this](const durable::FlowRow& flow) { dispatcher_->may_act(flow); },
            .ended = [this](const durable::FlowRow& flow) { dispatcher_->wake(flow); }};
  }

  link::LinkOptions link_options(const std::string& port) const {
    link::LinkOptions out;
    out.address = options_.link_bind;
    out.port = std::uint16_t(std::stoi(port));
    out.version = version;
    return out;
  }

  link::LinkEvents link_events() {
    link::LinkEvents events;
    events.enrol = [this](Secret token, std::string key) -> Task<std::optional<Uuid>> {
      return workers_.run(
          loop_, [this, token = std::move(token), key = std::move(key)] { return enrolments_.enrol(token, key); });
    };
    events.admit = [this](link::AgentHello hello) -> Task<link::Admission> {
      return workers_.run(loop_, [this, hello = std::move(hello)] { return enrolments_.admit(hello); });
    };
    events.connected = [this](const link::AgentHello& hello, const link::Admission&) {
      log::info("agent {} on {} is connected", hello.agent.text(), hello.machine);
      note([host = Id<model::Host>(hello.agent), this](sql::Transaction& tx) {
        watch::host_heard(tx, *cloud_, host, true);
      });
      loop_.post([this] { engine_->settle_owed(); });
    };
    events.disconnected = [this](Uuid agent) {
      note([host = Id<model::Host>(agent), this](sql::Transaction& tx) { watch::host_lost(tx, *cloud_, host); });
    };
    events.heartbeat = [this](Uuid, const std::vector<link::HostBrief>& briefs) {
      for (const auto& brief : briefs) {
        const bool answers = from_json<link::HostPulse>(brief.facts).hypervisor_answers;
        note([host = Id<model::Host>(brief.host), answers, this](sql::Transaction& tx) {
          watch::host_heard(tx, *cloud_, host, answers);
        });
      }
    };
    events.report = [this](Uuid, const link::HostReport& report) { take_report(report); };
    events.read_image = [this](Uuid, const std::string& image, const std::function<void(std::string_view)>& chunk) {
      read_image(*database_, images_, image, chunk);
    };
    return events;
  }

  void take_report(const link::HostReport& report) {
    const auto host = Id<model::Host>(report.host);
    if (report.kind == "sightings") {
      const auto seen = from_json<hypervisor::Sightings>(report.body);
      workers_.post([this, host, seen] {
        try {
          watch::sighted(*cloud_, host, seen);
        } catch (const std::exception& error) {
          log::warning("a look at host {} came to nothing: {}", host.text(), error.what());
        }
      });
    } else if (report.kind == "place") {
      const auto place = from_json<link::HostPlace>(report.body);
      note([host, place](sql::Transaction& tx) {
        auto row = sql::get<model::Host>(tx, host);
        if (!row) return;
        if (!place.outside_bridge.empty()) row->outside_bridge = place.outside_bridge;
        if (!place.tunnel_address.empty()) row->tunnel_address = place.tunnel_address;
        sql::update(tx, *row);
      });
    }
  }

  /// Records something that nobody waits for.
  void note(sql::Body body) {
    database_->submit(std::move(body), [](std::exception_ptr error) {
      if (!error) return;
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& failure) {
        log::warning("a report could not be recorded: {}", failure.what());
      }
    });
  }

  /// The first agent's token lies beside the administrator's credentials until somebody has used it.
  void write_agent_token() {
    const auto file = options_.data + "/agent-token";
    const bool none = sql::read(*database_, [](sql::Transaction& tx) {
      return sql::count(tx, "select count(*) from agents where removed is null") == 0;
    });
    if (!none) return;
    const auto token = enrolments_.new_token(new_uuid(machine_clock(), machine_random()));
    const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (handle < 0) throw Error(Fault::internal, fmt::format("{} cannot be written.", file), file);
    [[maybe_unused]] const auto written = ::write(handle, token.reveal().data(), token.reveal().size());
    ::close(handle);
  }

  void open_doors() {
    net::HttpServerOptions http;
    http.address = options_.bind;
    http.port = std::uint16_t(options_.port);
    http.threads = unsigned(options_.threads);
    if (!options_.certificate.empty()) http.tls = net::tls_server_from(options_.certificate, options_.key);
    api_ = std::make_unique<net::HttpServer>(http, [this](net::HttpRequest request, net::Responder respond) {
      serve(std::move(request), std::move(respond), false);
    });
    if (options_.integration_port == 0) return;
    http.address = "127.0.0.1";
    http.port = std::uint16_t(options_.integration_port);
    http.tls = {};
    integration_ = std::make_unique<net::HttpServer>(http, [this](net::HttpRequest request, net::Responder respond) {
      serve(std::move(request), std::move(respond), true);
    });
  }

  void serve(net::HttpRequest request, net::Responder respond, bool trusted) {
    const auto path = request.path();
    if (path == "/healthz")
      return respond(ready_ ? net::text_response(200, "ready") : net::text_response(503, "starting"));
    if (path == api::cloudstack::Description::path && request.method == "GET") return respond(description_.answer(request));
    if (path == "/") {
      net::HttpResponse response = net::text_response(302, "The API is at /client/api");
      response.headers.add("Location", "/client/");
      return respond(std::move(response));
    }
    if (!trusted && !api::cloudstack::is_api_path(path))
      return respond(net::text_response(404, "There is nothing here; the API is at /client/api"));
    if (request.method != "GET" && request.method != "POST")
      return respond(net::text_response(405, "Only GET and POST are answered here"));
    // The database may make a call wait: that happens on a worker, never on a thread of connections.
    const auto arrived = std::chrono::steady_clock::now();
    callers_.post([this, arrived, request = std::move(request), respond = std::move(respond), trusted]() mutable {
      try {
        auto parsed = api::cloudstack::request_of(request);
        parsed.trusted = trusted;
        auto reply = dialect_->handle(parsed);
        const auto taken = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - arrived);
        const auto rest = api::cloudstack::held_back(parsed, reply, taken);
        if (rest == Duration::zero()) return respond(api::cloudstack::response_of(std::move(reply)));
        loop_.after(rest, [respond = std::move(respond), reply = std::move(reply)]() mutable {
          respond(api::cloudstack::response_of(std::move(reply)));
        });
      } catch (const Error& error) {
        respond(api::cloudstack::response_of(api::cloudstack::unreadable(request, error)));
      }
    });
  }

  void keep_watch() {
    loop_.after(3s, [this] {
      workers_.post([this] {
        try {
          watch::round(*cloud_);
          if (++rounds_ % 10 == 0) {
            watch::catch_up(*cloud_);
            watch::sweep(*cloud_);
            purge_.round(*cloud_);
          }
          dialect_->sweep();
        } catch (const std::exception& error) {
          log::warning("a round of duties failed: {}", error.what());
        }
      });
      keep_watch();
    });
  }

  /// Does a work again and again; it answers how long to rest.
  void keep_at(Duration first, std::function<Duration(Cloud&)> work) {
    loop_.after(first, [this, work = std::move(work)] {
      workers_.post([this, work] {
        auto next = Duration(60s);
        try {
          next = work(*cloud_);
        } catch (const std::exception& error) {
          log::warning("a duty failed: {}", error.what());
        }
        loop_.post([this, next, work] { keep_at(next, work); });
      });
    });
  }

  static Duration measure(Cloud& cloud) {
    const auto wanted = watch::measure_interval(cloud);
    if (wanted) watch::measure(cloud, *wanted / 2);
    return wanted.value_or(60s);
  }

  Duration send_mails(Cloud& cloud) {
    watch::send_mails(cloud, [this](const mail::Route& route, const mail::Message& message) {
      mail::send(route, message, ending_.get_token());
    });
    return 2s;
  }

  const Options options_;
  std::stop_source ending_;  ///< of what may wait for others
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<sql::Follower> changes_;
  std::unique_ptr<placement::Places> places_;
  std::unique_ptr<model::DomainTotals> totals_;
  Vault vault_;
  ThreadLoop loop_;
  TemplatesSource fetcher_;
  storage::FilesImages images_;
  link::LocalAgents local_;
  SimulatedHosts simulated_;
  Enrolments enrolments_;
  std::unique_ptr<link::LinkServer> link_;
  std::unique_ptr<link::Switchboard> switchboard_;
  Workers workers_{8};   ///< for downloads, enrolments and duties
  Workers callers_{16};  ///< for API calls
  std::unique_ptr<Cloud> cloud_;
  const std::vector<commands::Command> commands_ = commands::all_commands();
  const api::cloudstack::Description description_{commands_};
  std::unique_ptr<commands::Dispatcher> dispatcher_;
  std::unique_ptr<durable::Engine> engine_;
  std::unique_ptr<api::cloudstack::Dialect> dialect_;
  std::atomic<bool> ready_ = false;
  std::atomic<int> rounds_ = 0;
  watch::Purge purge_;
  std::unique_ptr<net::HttpServer> api_;
  std::unique_ptr<net::HttpServer> integration_;
};

log::Level level_named(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warning") return log::Level::warning;
  return name == "error" ? log::Level::error : log::Level::info;
}

}  // namespace
}  // namespace welkin::server

int main(int count, char** arguments) {
  using namespace welkin;
  int status = 0;
  const auto options = server::read_options(count, arguments, status);
  if (!options) return status;
  log::set_level(server::level_named(options->log_level));
  try {
    std::filesystem::create_directories(options->data);
    ::chmod(options->data.c_str(), 0711);
    server::catch_signals();
    const auto running = std::make_unique<server::Server>(*options);
    server::wait_for_signal();
    log::info("ending; guests go on");
    running->close();
    // Journeys are taken up at the next start; what they wait for need not end first.
    ::_exit(0);
  } catch (const Error& error) {
    log::error("{} {}", error.message, error.cause);
    return 1;
  } catch (const std::exception& error) {
    log::error("{}", error.what());
    return 1;
  }
}
