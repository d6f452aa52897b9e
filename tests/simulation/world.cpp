// Builds the cloud and moves it.
#include "world.hpp"

#include <filesystem>

#include "base/log.hpp"
#include "commands/events.hpp"
#include "commands/index.hpp"
#include "flows/index.hpp"
#include "model/job.hpp"
#include "model/migrations.hpp"
#include "link/authority.hpp"
#include "model/seed.hpp"
#include "server/first_start.hpp"
#include "server/records.hpp"
#include "watch/duties.hpp"

namespace welkin::simulation {

namespace {
constexpr std::string_view outside_bridge = "sim-outside";
constexpr std::int64_t memory_bytes = std::int64_t(8) << 30;
constexpr std::int64_t pool_bytes = std::int64_t(1) << 40;
constexpr std::int64_t image_bytes = std::int64_t(64) << 20;

std::string printed(const commands::Answer& answer) {
  std::string out;
  if (!answer.write) return "{}";
  JsonSink sink(out, JsonSink::Names::wire);
  if (answer.is_list) sink.begin_list();
  answer.write(sink);
  if (answer.is_list) sink.end_list();
  return out;
}
}  // namespace

/// An image store whose images are their facts only.
struct World::KeptImages final : storage::Images {
  storage::StoreFacts open_store(const std::string&) override { return {pool_bytes, 0}; }
  storage::ImageFacts download(const storage::ImageWish& wish, const storage::Progress& progress) override {
    if (!progress(image_bytes, image_bytes)) throw Error(Fault::cancelled, "Nobody wants the image any more.");
    return {wish.id.text(), wish.format, image_bytes, image_bytes, std::string(64, 'a')};
  }
  void remove(const storage::ImageName&) override {}
  void read(const storage::ImageName&, const std::function<void(std::string_view)>&) override {}
};

/// Another database, every write of which is done when it is asked for: virtual time waits for nobody's thread.
class Prompt final : public sql::Database {
 public:
  explicit Prompt(std::unique_ptr<sql::Database> real) : real_(std::move(real)) {}
  void read(const sql::Body& body) override { real_->read(body); }
  void write(const sql::Body& body) override { real_->write(body); }
  void submit(sql::Body body, std::function<void(std::exception_ptr)> done) override {
    std::exception_ptr failure;
    try {
      real_->write(body);
    } catch (...) {
      failure = std::current_exception();
    }
    done(failure);
  }
  std::vector<sql::Change> changes_after(sql::Position position, int limit) override {
    return real_->changes_after(position, limit);
  }
  sql::Position last_change() override { return real_->last_change(); }
  void on_change(std::function<void()> listener) override { real_->on_change(std::move(listener)); }
  void migrate(std::span<const std::string_view> migrations) override { real_->migrate(migrations); }
  void check_statement(std::string_view statement) override { real_->check_statement(statement); }
  std::string_view engine() const override { return real_->engine(); }

 private:
  std::unique_ptr<sql::Database> real_;
};

Host::Host(const std::string& name, Clock& clock)
    : hypervisor(hypervisor::simulator::plain_facts(name, 8, 2000, memory_bytes), {}, clock), pools(pool_bytes) {
  hypervisor.on_growth([this](const Uuid& disk, std::int64_t bytes) { pools.grown(disk, bytes); });
  fabric.ensure_outside({std::string(outside_bridge), "", "203.0.113.1", 24});
}

/// A copy of a database to which all migrations were applied once: they would take a world longer than most trials do.
std::unique_ptr<sql::Database> migrated_records(const std::string& directory) {
  const auto file = [](const std::string& folder) {
    return sql::SqliteOptions{.path = folder + "/welkin.db", .readers = 1, .inline_writes = true};
  };
  static const sql::TrialDirectory original(true);
  static const bool made = [&] {
    server::migrate(*sql::open_sqlite(file(original.path())));
    return true;
  }();
  must(made, "there is something to copy");
  std::filesystem::copy_file(file(original.path()).path, file(directory).path);
  return sql::open_sqlite(file(directory));
}

World::World(std::uint64_t seed, int count, std::unique_ptr<sql::Database> records)
    : directory(true),
      database(records ? std::make_unique<Prompt>(std::move(records)) : migrated_records(directory.path())),
      loop(Time(std::chrono::hours(24 * 365 * 56))),
      random(seed),
      agents(loop, habits()),
      images_(std::make_unique<KeptImages>()),
      vault_(Vault::with_fresh_key()),
      commands_(commands::all_commands()) {
  server::migrate(*database);
  changes_ = std::make_unique<sql::Follower>(*database);
  places_ = std::make_unique<placement::Places>(*changes_);
  totals_ = std::make_unique<model::DomainTotals>(*changes_);
  cloud_.reset(new Cloud{*database, *changes_, *places_, *totals_, agents, *images_, *this, loop, workers_, random, vault_,
                         new_uuid(loop.clock(), random), "sim", "trial", nullptr});
  authority_ = std::make_unique<link::Authority>(link::Authority::make(loop.clock()));
  cloud_->authority = authority_.get();
  const JsonDocument document(model::seed_json());
  database->write([&](sql::Transaction& tx) {
    model::seed(tx, loop.clock(), random, document.root());
    root = caller = server::make_administrator(tx, *cloud_, "no password fits").user;  // a real hash takes its time
  });
  live();
  form(count);
}

World::~World() {
  engine_.reset();
  loop.drop_all();
}

link::LocalHabits World::habits() {
  link::LocalHabits out;
  out.latency = [this](Uuid, std::string_view) -> Duration {
    return faults.slowest_ms ? Duration(std::chrono::milliseconds(random.below(std::uint64_t(faults.slowest_ms))))
                             : Duration{0};
  };
  const auto lose = [](std::string_view what) {
    throw Error(Fault::unreachable, fmt::format("The trial loses {}.", what));
  };
  out.before_effect = [this, lose](Uuid host, std::string_view verb, const link::Operation& operation) {
    log::debug("  {} {} host {}: {}", operation.journey.text(), operation.step / 16'000'000, host.text(), verb);
    if (chance(faults.lost_request)) lose(verb);
  };
  out.after_effect = [this, lose](Uuid, std::string_view verb, const link::Operation&) {
    if (chance(faults.lost_answer)) lose(verb);
  };
  return out;
}

void World::simulate(Uuid id, const std::string& name, int, int, std::int64_t) {
  auto& host = hosts[id];
  if (!host) host = std::make_unique<Host>(name, loop.clock());
  agents.add(id, link::Hands{host->hypervisor, host->pools, host->fabric});
}

void World::forget(Uuid id) {
  agents.remove(id);
  hosts.erase(id);
}

void World::live() {
  dispatcher_ = std::make_unique<commands::Dispatcher>(*cloud_, commands_);
  durable::EngineParts parts{.database = *database,
                             .loop = loop,
                             .random = random,
                             .cloud = *cloud_,
                             .server = cloud_->server,
                             .kinds = flows::kinds(),
                             .steps = flows::steps()};
  parts.on_end = [this](sql::Transaction& tx, const durable::FlowRow& flow) { dispatcher_->complete(tx, flow); };
  parts.may_act = [this](const durable::FlowRow& flow) { dispatcher_->may_act(flow); };
  parts.ended = [this](const durable::FlowRow& flow) { dispatcher_->wake(flow); };
  parts.probe = [this](durable::Moment moment, std::string_view step, std::int64_t place) {
    if (probe) probe(moment, step, place);
    if (chance(faults.death)) throw durable::Death{};
  };
  engine_ = std::make_unique<durable::Engine>(std::move(parts));
  cloud_->journeys = engine_.get();
}

void World::die_and_live() {
  engine_.reset();
  loop.drop_all();
  live();
  engine_->recover();
}

void World::rest() {
  while (true) {
    const bool quiet = loop.run();
    EXPECT_TRUE(quiet) << "the world never comes to rest";
    if (!quiet || !dead()) return;
    die_and_live();
  }
}

void World::look_round() {
  for (auto& [id, host] : hosts) {
    const auto seen = host->hypervisor.look({});
    watch::sighted(*cloud_, Id<model::Host>(id), seen);
  }
}

void World::heal() {
  faults = {};
  probe = {};
  for (auto& [id, host] : hosts) {
    agents.set_connected(id, true);
    database->write([&](sql::Transaction& tx) { watch::host_heard(tx, *cloud_, Id<model::Host>(id), true); });
  }
  rest();
  engine_->settle_owed();
  rest();
  loop.run_for(60s);
  look_round();
  rest();
  watch::round(*cloud_);
  watch::catch_up(*cloud_);
  rest();
}

Heard World::call(std::string_view name, Pairs parameters) {
  const auto* command = dispatcher_->find(name);
  must(command != nullptr, "a trial calls commands that exist");
  auto caller = read([&](sql::Transaction& tx) { return commands::caller_of(tx, this->caller); });
  caller.command = name;
  commands::Call call(*cloud_, caller, fmt::format("trial-{}", ++requests_));
  call.may_call = [](const commands::Command&) { return true; };
  const auto reply = dispatcher_->run(*command, call, commands::Parameters(parameters));
  return {printed(reply.answer), reply.job, reply.id};
}

model::Job World::job(const Id<model::Job>& id) {
  auto job = read([&](sql::Transaction& tx) { return sql::need<model::Job>(tx, id); });
  job.result = commands::opened_result(vault_, job);
  return job;
}

std::string World::done(std::string_view command, Pairs parameters) {
  const auto heard = call(command, std::move(parameters));
  rest();
  const auto row = job(heard.job);
  if (row.status == 2) throw Error(Fault::conflict, fmt::format("{} failed: {}", command, row.result));
  must(row.status == 1, "a job ends");
  return heard.id.empty() ? row.instance_id.text() : heard.id;
}

std::string World::made(std::string_view command, Pairs parameters) {
  const auto heard = call(command, std::move(parameters));
  const JsonDocument document(heard.text);
  const auto root = document.root().is_list() ? document.root().at(0) : document.root();
  return std::string(root["id"].text());
}

void World::form(int count) {
  zone = made("createZone", {{"name", "z"},
                             {"dns1", "192.0.2.53"},
                             {"internaldns1", "192.0.2.53"},
                             {"networktype", "Advanced"},
                             {"localstorageenabled", "true"},
                             {"guestcidraddress", "10.1.1.0/24"}});
  pod = made("createPod", {{"name", "p"},
                           {"zoneid", zone},
                           {"gateway", "198.51.100.1"},
                           {"netmask", "255.255.255.0"},
                           {"startip", "198.51.100.10"},
                           {"endip", "198.51.100.20"}});
  cluster = made("addCluster", {{"clustername", "c"},
                                {"podid", pod},
                                {"zoneid", zone},
                                {"hypervisor", "Simulator"},
                                {"clustertype", "CloudManaged"}});
  physical = done("createPhysicalNetwork",
                  {{"name", "ph"}, {"zoneid", zone}, {"isolationmethods", "VXLAN"}, {"vlan", "5000-5099"}});
  for (const auto* traffic : {"Guest", "Public", "Management"})
    done("addTrafficType", {{"physicalnetworkid", physical}, {"traffictype", traffic}});
  const auto provider = read([&](sql::Transaction& tx) {
    std::string id;
    tx.query("select id from network_providers where name = 'VirtualRouter'", {},
             [&](const sql::Row& row) { id = row[0].text; });
    return id;
  });
  const JsonDocument elements(call("listVirtualRouterElements", {{"nspid", provider}}).text);
  done("configureVirtualRouterElement", {{"id", std::string(elements.root().at(0)["id"].text())}, {"enabled", "true"}});
  done("updateNetworkServiceProvider", {{"id", provider}, {"state", "Enabled"}});
  done("updatePhysicalNetwork", {{"id", physical}, {"state", "Enabled"}});
  made("createVlanIpRange", {{"physicalnetworkid", physical},
                             {"zoneid", zone},
                             {"vlan", "untagged"},
                             {"forvirtualnetwork", "true"},
                             {"gateway", "203.0.113.1"},
                             {"netmask", "255.255.255.0"},
                             {"startip", "203.0.113.10"},
                             {"endip", "203.0.113.60"}});
  form_hosts(count);
  form_offerings();
  rest();
}

void World::form_hosts(int count) {
  for (int i = 0; i < count; ++i) {
    const auto host = made("addHost", {{"zoneid", zone},
                                       {"podid", pod},
                                       {"clusterid", cluster},
                                       {"hypervisor", "Simulator"},
                                       {"url", fmt::format("http://sim/host-{}", i)}});
    made("createStoragePool", {{"name", fmt::format("pool-{}", i)},
                               {"zoneid", zone},
                               {"podid", pod},
                               {"clusterid", cluster},
                               {"url", fmt::format("file://{}/pool", host)},
                               {"scope", "host"}});
  }
  made("addImageStore", {{"name", "images"}, {"provider", "File"}, {"zoneid", zone}, {"url", "file:///images"}});
}

void World::form_offerings() {
  const auto os = read([&](sql::Transaction& tx) {
    std::string id;
    tx.query("select id from os_types limit 1", {}, [&](const sql::Row& row) { id = row[0].text; });
    return id;
  });
  image = made("registerTemplate", {{"name", "t"},
                                    {"displaytext", "t"},
                                    {"format", "QCOW2"},
                                    {"hypervisor", "Simulator"},
                                    {"url", "http://192.0.2.80/t.qcow2"},
                                    {"ostypeid", os},
                                    {"zoneid", zone},
                                    {"ispublic", "true"},
                                    {"isfeatured", "true"}});
  made("updateZone", {{"id", zone}, {"allocationstate", "Enabled"}});
  offering = made("createServiceOffering", {{"name", "small"},
                                            {"displaytext", "small"},
                                            {"cpunumber", "1"},
                                            {"cpuspeed", "500"},
                                            {"memory", "512"},
                                            {"storagetype", "local"}});
  disk_offering = made("createDiskOffering",
                       {{"name", "disk"}, {"displaytext", "disk"}, {"customized", "true"}, {"storagetype", "local"}});
  const JsonDocument offerings(
      call("listNetworkOfferings", {{"name", "DefaultIsolatedNetworkOfferingWithSourceNatService"}}).text);
  network_offering = std::string(offerings.root().at(0)["id"].text());
}

}  // namespace welkin::simulation
