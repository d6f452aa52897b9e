// What is asked of the records is understood by both engines: every list with every one of its filters, and whole lives.
#include <set>

#include "user.hpp"

#include "sql/trial.hpp"

namespace welkin::simulation {
namespace {

/// Something that a field of this type takes.
std::string plausible(const Field& field, const std::string& id) {
  switch (field.type->kind) {
    case Kind::boolean: return "true";
    case Kind::integer: case Kind::number: return "1";
    case Kind::id: case Kind::reference: return id;
    case Kind::time: return "2026-01-31";
    case Kind::enumeration: return std::string(field.type->choices.front());
    default: return "x";
  }
}

/// Who the rows are of, or which: an id of a row of the first noun whose name the parameter has, else nobody's.
std::string known_id(World& world, std::string_view parameter) {
  static constexpr std::pair<std::string_view, std::string_view> tables[] = {
      {"virtualmachineid", "instances"},
      {"networkid", "networks"},
      {"zoneid", "zones"},
      {"podid", "pods"},
      {"clusterid", "clusters"},
      {"hostid", "hosts"},
      {"domainid", "domains"},
      {"templateid", "templates"},
      {"serviceofferingid", "service_offerings"},
      {"diskofferingid", "disk_offerings"},
      {"networkofferingid", "network_offerings"},
      {"physicalnetworkid", "physical_networks"},
      {"ipaddressid", "public_addresses where state = 'Allocated'"},
      {"storageid", "storage_pools"},
      {"accountid", "accounts"},
      {"oscategoryid", "os_categories"},
      {"imagestoreid", "image_stores"},
      {"volumeid", "volumes"},
      {"roleid", "roles"},
      {"keypairid", "key_pairs"}};
  for (const auto& [name, table] : tables)
    if (name == parameter)
      if (const auto found = ids(world, table); !found.empty()) return found.front();
  return "00000000-0000-4000-8000-000000000000";
}

bool is_wanted(const commands::Command& command, std::string_view parameter) {
  static const std::multimap<std::string_view, std::string_view> wanted = {{"listTemplates", "templatefilter"},
                                                                           {"listIsos", "isofilter"},
                                                                           {"listNics", "virtualmachineid"},
                                                                           {"queryAsyncJobResult", "jobid"},
                                                                           {"getUserKeys", "id"},
                                                                           {"listUserKeyRules", "keypairid"}};
  const auto [from, to] = wanted.equal_range(command.facts.name);
  return std::any_of(from, to, [&](const auto& one) { return one.second == parameter; });
}

/// The parameters that the command cannot do without.
Pairs needed(World& world, const commands::Command& command) {
  Pairs out;
  for (const auto& field : command.request().fields)
    if (is_wanted(command, field.wire))
      out.emplace_back(field.wire, field.wire == "templatefilter" ? "all" : known_id(world, field.wire));
  return out;
}

void expect_understood(World& world, const commands::Command& command, const Pairs& parameters) {
  try {
    world.call(command.facts.name, parameters);
  } catch (const Error& error) {
    const bool refused = error.fault != Fault::internal && error.fault != Fault::unreachable;
    EXPECT_TRUE(refused) << command.facts.name << " with " << (parameters.empty() ? "nothing" : parameters.back().first)
                         << ": " << error.message << " (" << error.cause << ")";
  }
}

TEST(Queries, every_list_and_each_of_its_filters_is_understood) {
  sql::for_each_database([](std::unique_ptr<sql::Database> records) {
    World world(1, 2, std::move(records));
    furnish(world);
    int asked = 0;
    for (const auto& command : world.commands()) {
      if (command.manner != commands::Manner::reading || command.facts.name == "listApis")
        continue;  // it asks no database
      const auto base = needed(world, command);
      expect_understood(world, command, base);
      for (const auto& field : command.request().fields) {
        auto parameters = base;
        parameters.emplace_back(field.wire, plausible(field, known_id(world, field.wire)));
        expect_understood(world, command, parameters);
        ++asked;
      }
    }
    EXPECT_GT(asked, 400) << "lists have filters";
  });
}

/// Remembers the text of each statement that goes to the database behind it.
class Witness final : public sql::Database {
 public:
  explicit Witness(std::set<std::string>& heard)
      : heard_(heard), real_(sql::open_sqlite({.path = "", .readers = 1, .inline_writes = true})) {}

  void read(const sql::Body& body) override {
    real_->read([&](sql::Transaction& tx) { listen(tx, body); });
  }
  void write(const sql::Body& body) override {
    real_->write([&](sql::Transaction& tx) { listen(tx, body); });
  }
  void submit(sql::Body body, std::function<void(std::exception_ptr)> done) override {
    real_->submit([this, body](sql::Transaction& tx) { listen(tx, body); }, std::move(done));
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
  struct Ear final : sql::Transaction {
    Ear(sql::Transaction& tx, std::set<std::string>& heard) : tx(tx), heard(heard) {}
    void query(std::string_view statement, std::span<const Cell> parameters,
               const std::function<void(const sql::Row&)>& row) override {
      heard.emplace(statement);
      tx.query(statement, parameters, row);
    }
    std::int64_t execute(std::string_view statement, std::span<const Cell> parameters) override {
      heard.emplace(statement);
      return tx.execute(statement, parameters);
    }
    void note(std::string_view noun, const Uuid& id, sql::ChangeKind kind) override { tx.note(noun, id, kind); }
    sql::Transaction& tx;
    std::set<std::string>& heard;
  };
  void listen(sql::Transaction& tx, const sql::Body& body) {
    Ear ear(tx, heard_);
    body(ear);
  }

  std::set<std::string>& heard_;
  std::unique_ptr<sql::Database> real_;
};

/// Tables that grow with what tenants have.
constexpr std::string_view large[] = {"instances", "nics",   "volumes", "networks",        "routers",
                                      "jobs",      "events", "flows",   "public_addresses", "steps"};

/// The large tables of which SQLite would look at every row, by its plan for the statement (EXPLAIN QUERY PLAN).
std::vector<std::string_view> scanned(sql::Transaction& tx, const std::string& statement) {
  const std::vector<Cell> nothing(100);
  std::vector<std::string_view> out;
  tx.query("explain query plan " + statement, nothing, [&](const sql::Row& row) {
    const std::string plan(row[3].text);
    if (!plan.starts_with("SCAN ")) return;
    const auto name = plan.substr(5, plan.find(' ', 5) - 5);
    for (const auto table : large)
      if (name == table || statement.contains(fmt::format(" {} {} ", table, name))) out.push_back(table);
  });
  return out;
}

TEST(Queries, no_journey_of_an_instance_looks_at_every_row_of_a_large_table) {
  std::set<std::string> heard;
  World world(2, 2, std::make_unique<Witness>(heard));
  furnish(world);
  heard.clear();
  const auto instance = deploy(world, {make_network(world), make_network(world)}, true);
  for (const auto* command : {"stopVirtualMachine", "startVirtualMachine", "rebootVirtualMachine"})
    world.done(command, {{"id", instance}});
  world.done("destroyVirtualMachine", {{"id", instance}, {"expunge", "true"}});
  EXPECT_GT(heard.size(), 60u);
  for (const auto& statement : std::set(heard))
    for (const auto table : sql::write(*world.database, [&](sql::Transaction& tx) { return scanned(tx, statement); }))
      ADD_FAILURE() << table << " is read whole by: " << statement;
}

TEST(Queries, a_whole_life_is_led_on_every_database) {
  sql::for_each_database([](std::unique_ptr<sql::Database> records) {
    World world(2, 2, std::move(records));
    furnish(world);
    const auto instance = ids(world, "instances").front();
    for (const auto* command : {"stopVirtualMachine", "startVirtualMachine", "rebootVirtualMachine"})
      world.done(command, {{"id", instance}});
    world.die_and_live();
    world.heal();
    expect_health(world, "at rest");
    tear_down(world);
  });
}

}  // namespace
}  // namespace welkin::simulation
