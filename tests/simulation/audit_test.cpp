// The audit log: every call is in it, no secret is, and what is changed in it is found.
#include "api/cloudstack/dialect.hpp"
#include "base/chain.hpp"
#include "door.hpp"
#include "model/audit.hpp"
#include "model/settings.hpp"
#include "model/tables.hpp"
#include "watch/duties.hpp"

namespace welkin::simulation {
namespace {

using model::AuditRecord;

std::vector<AuditRecord> records(World& world, std::string_view command) {
  world.dispatcher().audit().flush();
  return world.read([&](sql::Transaction& tx) {
    return sql::all<AuditRecord>(tx, "where command = $1 order by sequence", command);
  });
}
std::int64_t how_many(World& world, std::string_view condition) {
  return world.read([&](sql::Transaction& tx) {
    return sql::count(tx, fmt::format("select count(*) from audit_records where {}", condition));
  });
}
void execute(World& world, std::string_view statement) {
  world.database->write([&](sql::Transaction& tx) { tx.execute(statement, {}); });
}

/// What is wrong with the only chain, as somebody finds it who has but the API's answers; empty for nothing.
std::string wrong(World& world) {
  world.dispatcher().audit().flush();
  const auto chains = world.call("listAuditChains", {}).text;
  const JsonDocument chain_document(chains);
  const auto chain = chain_document.root().at(0);
  if (!chain["sealed"].boolean()) return "seal";
  const auto server = std::string(chain["id"].text());
  const auto answer = world.call("listAuditRecords", {{"serverid", server}, {"aftersequence", "0"}}).text;
  const JsonDocument document(answer);
  auto next = chain["firstsequence"].integer();
  auto previous = std::string(chain["firstprevious"].text());
  for (std::size_t i = 0; i < document.root().size() && next <= chain["lastsequence"].integer(); ++i) {
    const auto record = document.root().at(i);
    std::vector<std::string> texts;
    for (const auto name : chained_fields) {
      const auto field = record[name];
      texts.push_back(field.is_number() ? std::to_string(field.integer()) : std::string(field.text()));
    }
    if (record["sequence"].integer() != next++) return "gap";
    if (record["previous"].text() != previous) return "digest";
    if (record["digest"].text() != chain_digest(previous, texts)) return "digest";
    previous = record["digest"].text();
  }
  return next == chain["lastsequence"].integer() + 1 && previous == chain["lastdigest"].text() ? "" : "end";
}

TEST(Audit, every_call_leaves_a_record_whether_it_reads_changes_or_fails) {
  World world(1, 1);
  world.call("listZones", {{"keyword", "z"}});
  const auto domain = world.made("createDomain", {{"name", "sales"}});
  EXPECT_THROW(world.call("createDomain", {{"name", "sales"}}), Error);
  deploy(world, {make_network(world)});
  const auto read = records(world, "listZones"), changed = records(world, "createDomain");
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].user_id, world.root);
  EXPECT_EQ(read[0].outcome, "ok");
  EXPECT_EQ(read[0].parameters, R"({"keyword":"z"})");
  ASSERT_EQ(changed.size(), 2u);
  EXPECT_EQ(changed[0].outcome, "ok");
  EXPECT_EQ(changed[1].outcome, "invalid");
  const auto deployed = records(world, "deployVirtualMachine");
  ASSERT_EQ(deployed.size(), 1u);
  EXPECT_EQ(world.job(deployed[0].job_id).command, "deployVirtualMachine");
  EXPECT_EQ(wrong(world), "");
}

TEST(Audit, reads_cost_no_commit_each_and_a_change_is_never_without_its_record) {
  World world(1, 1);
  world.dispatcher().audit().flush();
  const auto before = how_many(world, "command = 'listZones'");
  for (int i = 0; i < 20; ++i) world.call("listZones", {});
  EXPECT_EQ(how_many(world, "command = 'listZones'"), before);
  world.loop.run_for(2s);
  EXPECT_EQ(how_many(world, "command = 'listZones'"), before + 20);
  world.made("createDomain", {{"name", "sales"}});
  EXPECT_EQ(how_many(world, "command = 'createDomain'"), 1) << "in the transaction of the change";
  world.loop.drop_all();
  world.loop.run_for(1s);
  world.die_and_live();
  world.call("listZones", {});
  EXPECT_EQ(wrong(world), "");
  EXPECT_EQ(how_many(world, "sequence is null"), 0) << "what a former life has left is in the chain";
}

TEST(Audit, finds_what_was_altered_removed_or_put_in_another_order) {
  for (const auto* crime : {"update audit_records set user_name = 'somebody else' where sequence = 5",
                            "delete from audit_records where sequence = 5", "delete from audit_records where sequence = 1",
                            "delete from audit_records where sequence >= 9",
                            "update audit_chains set last_sequence = 8, last_digest = (select digest from audit_records "
                            "where sequence = 8)"}) {
    World world(1, 1);
    ASSERT_EQ(wrong(world), "");
    execute(world, crime);
    EXPECT_NE(wrong(world), "") << crime;
    world.call("listZones", {});
    EXPECT_NE(wrong(world), "") << "the log goes on, and nothing is covered up";
    world.die_and_live();
    world.call("listZones", {});
    EXPECT_NE(wrong(world), "") << crime;
  }
  World world(1, 1);
  world.dispatcher().audit().flush();
  execute(world, "update audit_records set sequence = -1 where sequence = 5");
  execute(world, "update audit_records set sequence = 5 where sequence = 6");
  execute(world, "update audit_records set sequence = 6 where sequence = -1");
  EXPECT_EQ(wrong(world), "digest");
}

TEST(Audit, keeps_records_for_as_many_days_as_the_setting_says) {
  World world(1, 1);
  world.call("updateConfiguration", {{"name", "audit.retention.days"}, {"value", "30"}});
  world.dispatcher().audit().flush();
  const auto old = how_many(world, "sequence is not null");
  world.loop.run_for(31 * 24h);
  world.call("listZones", {});
  world.dispatcher().audit().flush();
  watch::sweep(world.cloud());
  EXPECT_GT(old, 10);
  EXPECT_LT(how_many(world, "sequence is not null"), old);
  EXPECT_EQ(wrong(world), "") << "the seal says where the chain begins";
}

/// By the API's own door.
api::cloudstack::Reply knock(api::cloudstack::Dialect& dialect, const Pairs& parameters, bool trusted = true) {
  api::cloudstack::Request request;
  request.parameters = parameters;
  request.parameters.emplace_back("response", "json");
  request.source = "192.0.2.7";
  request.trusted = trusted;
  return dialect.handle(request);
}

TEST(Audit, tells_from_where_by_which_credential_and_with_which_answer) {
  World world(1, 1);
  api::cloudstack::Dialect dialect(world.cloud(), world.dispatcher());
  EXPECT_EQ(knock(dialect, {{"command", "listZones"}}).status, 200);
  const Pairs unknown = {{"command", "listZones"}, {"apikey", "nobody knows this"}, {"signature", "no"}};
  EXPECT_EQ(knock(dialect, unknown, false).status, 401);
  EXPECT_EQ(knock(dialect, {{"command", "deleteNetwork"}, {"id", "none"}}).status, 431);
  const auto read = records(world, "listZones");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].credential, "port");
  EXPECT_EQ(read[0].source, "192.0.2.7");
  EXPECT_EQ(read[1].credential, "key nobody knows");
  EXPECT_EQ(read[1].code, 401);
  EXPECT_FALSE(read[1].user_id);
  const auto failed = records(world, "deleteNetwork");
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].code, 431);
}

TEST(Audit, strangers_do_not_fill_it) {
  World world(1, 1);
  api::cloudstack::Dialect dialect(world.cloud(), world.dispatcher());
  for (int i = 0; i < 500; ++i) knock(dialect, {{"command", "listHosts"}, {"apikey", "x"}, {"signature", "y"}}, false);
  EXPECT_EQ(records(world, "listHosts").size(), 100u);
  EXPECT_EQ(how_many(world, "parameters like '%400%'"), 1) << "the others are counted";
}

/// The columns of all tables in which this text is found.
std::vector<std::string> told_in(World& world, const std::string& text) {
  std::vector<std::string> out;
  world.read([&](sql::Transaction& tx) {
    for (const auto& table : model::tables())
      for (const auto& field : table.shape().fields)
        if (sql::count(tx, fmt::format("select count(*) from {} where {} like $1", table.table, field.name),
                       "%" + text + "%") > 0)
          out.push_back(fmt::format("{}.{}", table.table, field.name));
    return 0;
  });
  return out;
}

/// Attack 37.
TEST(Audit, has_no_secret_nor_has_any_other_table) {
  World world(1, 1);
  world.call("createAccount", {{"accounttype", "0"},
                               {"username", "bob"},
                               {"password", "open sesame"},
                               {"firstname", "Bob"},
                               {"lastname", "Tester"},
                               {"email", "bob@example.org"}});
  world.call("registerUserData", {{"name", "boot"}, {"userdata", "b3BlbiBzZXNhbWU="}});
  EXPECT_THROW(world.call("updateUser", {{"id", world.root.text()}, {"password", "open sesame"}, {"bogus", "open sesame"},
                                         {"currentpassword", "open sesame"}}), Error);
  EXPECT_THROW(world.call("addImageStore", {{"name", "s"}, {"provider", "File"}, {"zoneid", world.zone},
                                            {"url", "http://me:open sesame@192.0.2.1/?token=open sesame"}}), Error);
  const auto key = world.call("createSSHKeyPair", {{"name", "k"}}).text;
  ASSERT_NE(key.find("PRIVATE KEY"), std::string::npos);
  world.rest();
  world.dispatcher().audit().flush();
  const auto keys = make_keys(world, world.root);
  ASSERT_EQ(keys.secret.size(), 86u);
  for (const auto& secret : std::vector<std::string>{"open sesame", "b3BlbiBzZXNhbWU=", "PRIVATE KEY", keys.secret}) {
    // User data is not sealed: guests ask for it all day, and their owner reads it back.
    for (const auto& place : told_in(world, secret))
      if (place != "user_data.content") ADD_FAILURE() << secret << " stands in " << place;
  }
  EXPECT_EQ(records(world, "updateUser").at(0).parameters.find("sesame"), std::string::npos);
}

}  // namespace
}  // namespace welkin::simulation
