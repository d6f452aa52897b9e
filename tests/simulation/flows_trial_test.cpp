// Trials that every journey stands: each of its steps fails, is left in doubt, or is the server's last.
#include "server/records.hpp"
#include "sql/trial_postgres.hpp"
#include "user.hpp"

namespace welkin::simulation {
namespace {

using durable::Moment;

/// What a trial's act refers to.
struct Scene {
  std::string network, instance, volume, address, rule, account, domain, project;
};

/// One journey: what is there before, and the command that begins it.
struct Trial {
  std::string name;
  std::function<Scene(World&)> prepare;
  std::string command;
  std::function<Pairs(World&, const Scene&)> parameters;
  /// When it fails, all is as it was. Others go on from where they failed when they are asked again: what is stopped, grown
  /// or deleted is so.
  bool unwinds = true;
  /// It begins other journeys. What fails in one of those when its thing is as wished already hinders nothing, and there
  /// is no way back.
  bool begins_others = false;
};

void PrintTo(const Trial& trial, std::ostream* out) { *out << trial.name; }

Pairs of_instance(World&, const Scene& scene) { return {{"id", scene.instance}}; }
Pairs of_volume(World&, const Scene& scene) { return {{"id", scene.volume}}; }
Pairs of_network(World&, const Scene& scene) { return {{"id", scene.network}}; }

Scene with_network(World& world) { return {.network = make_network(world)}; }
Scene with_instance(World& world) {
  auto scene = with_network(world);
  scene.instance = deploy(world, {scene.network});
  return scene;
}
Scene with_stopped_instance(World& world) {
  auto scene = with_instance(world);
  world.done("stopVirtualMachine", {{"id", scene.instance}});
  return scene;
}
Scene with_volume(World& world) {
  auto scene = with_instance(world);
  scene.volume = make_volume(world);
  return scene;
}
Scene with_attached_volume(World& world) {
  auto scene = with_volume(world);
  world.done("attachVolume", {{"id", scene.volume}, {"virtualmachineid", scene.instance}});
  return scene;
}
Scene with_detached_volume(World& world) {
  auto scene = with_attached_volume(world);
  world.done("detachVolume", {{"id", scene.volume}});
  return scene;
}
Scene with_address(World& world) {
  auto scene = with_instance(world);
  scene.address = take_address(world, scene.network);
  return scene;
}
Scene with_static_nat(World& world) {
  auto scene = with_address(world);
  world.call("enableStaticNat", {{"ipaddressid", scene.address}, {"virtualmachineid", scene.instance}});
  world.rest();
  return scene;
}
Scene with_forward(World& world) {
  auto scene = with_address(world);
  scene.rule = world.done("createPortForwardingRule", {{"ipaddressid", scene.address},
                                                       {"protocol", "tcp"},
                                                       {"publicport", "22"},
                                                       {"privateport", "22"},
                                                       {"virtualmachineid", scene.instance}});
  return scene;
}
Scene with_firewall(World& world) {
  auto scene = with_address(world);
  scene.rule =
      world.done("createFirewallRule",
                 {{"ipaddressid", scene.address}, {"protocol", "tcp"}, {"startport", "22"}, {"endport", "22"}});
  return scene;
}
Scene with_idle_network(World& world) {
  auto scene = with_instance(world);
  world.done("destroyVirtualMachine", {{"id", scene.instance}, {"expunge", "true"}});
  return scene;
}

/// An account in a domain of its own, with an instance, a disk and a second address.
Scene with_tenant(World& world) {
  static int number = 0;
  const auto name = fmt::format("tenant-{}", ++number);
  Scene scene;
  scene.domain = world.made("createDomain", {{"name", name}});
  const auto text = world.call("createAccount", {{"username", name}, {"password", "kept secret"}, {"firstname", "Tess"},
                                                 {"lastname", "Tester"}, {"email", "tess@example.org"},
                                                 {"accounttype", "0"}, {"domainid", scene.domain}}).text;
  const JsonDocument document(text);
  scene.account = document.root()["id"].text();
  world.caller = Id<model::User>::parse(document.root()["user"].at(0)["id"].text()).value();
  scene.network = make_network(world);
  scene.instance = deploy(world, {scene.network});
  scene.volume = make_volume(world);
  scene.address = take_address(world, scene.network);
  world.caller = world.root;
  return scene;
}

/// A project with an instance, a disk and user data.
Scene with_project(World& world) {
  Scene scene;
  scene.project = world.done("createProject", {{"name", fresh_name(world, "project")}});
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  const auto network = world.made("createNetwork", {{"name", "net"}, {"displaytext", "net"}, {"zoneid", world.zone},
                                                    {"networkofferingid", world.network_offering}, in});
  world.call("registerUserData", {{"name", "data"}, {"userdata", "bmljZQ=="}, in});
  auto wish = deployment(world, {network}, true);
  wish.push_back(in);
  scene.instance = world.done("deployVirtualMachine", wish);
  return scene;
}

std::vector<Trial> trials_of_tenants() {
  return {
      {"suspend a project", with_project, "suspendProject",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.project}}; }, false, true},
      {"delete a project", with_project, "deleteProject",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.project}, {"cleanup", "true"}}; }, false, true},
      {"disable an account", with_tenant, "disableAccount",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.account}, {"lock", "false"}}; }, false, true},
      {"delete an account", with_tenant, "deleteAccount",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.account}}; }, false, true},
      {"delete a domain", with_tenant, "deleteDomain",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.domain}, {"cleanup", "true"}}; }, false, true},
  };
}

std::vector<Trial> trials() {
  const auto deployed = [](World& world, const Scene& scene) { return deployment(world, {scene.network}, true); };
  return {
      {"deploy on a new network", with_network, "deployVirtualMachine", deployed},
      {"deploy beside another", with_instance, "deployVirtualMachine", deployed},
      {"deploy into two networks", with_instance, "deployVirtualMachine",
       [](World& world, const Scene& scene) { return deployment(world, {scene.network, make_network(world)}); }},
      {"start", with_stopped_instance, "startVirtualMachine", of_instance},
      {"stop", with_instance, "stopVirtualMachine", of_instance, false},
      {"stop by force", with_instance, "stopVirtualMachine",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.instance}, {"forced", "true"}}; }, false},
      {"reboot", with_instance, "rebootVirtualMachine", of_instance},
      {"destroy", with_instance, "destroyVirtualMachine", of_instance, false},
      {"destroy and expunge", with_attached_volume, "destroyVirtualMachine",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.instance}, {"expunge", "true"}}; }, false},
      {"attach a new volume", with_volume, "attachVolume",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.volume}, {"virtualmachineid", scene.instance}}; }},
      {"attach a volume", with_detached_volume, "attachVolume",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.volume}, {"virtualmachineid", scene.instance}}; }},
      {"detach", with_attached_volume, "detachVolume", of_volume},
      {"resize what runs", with_attached_volume, "resizeVolume",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.volume}, {"size", "2"}}; }, false},
      {"resize what rests", with_detached_volume, "resizeVolume",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.volume}, {"size", "2"}}; }, false},
      {"delete a volume", with_detached_volume, "deleteVolume", of_volume, false},
      {"restart a network", with_instance, "restartNetwork", of_network},
      {"restart a network anew", with_instance, "restartNetwork",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.network}, {"cleanup", "true"}}; }, false},
      {"delete a network", with_idle_network, "deleteNetwork", of_network},
      {"take an address", with_instance, "associateIpAddress",
       [](World&, const Scene& scene) { return Pairs{{"networkid", scene.network}}; }},
      {"give an address back", with_address, "disassociateIpAddress",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.address}}; }},
      {"enable static NAT", with_address, "enableStaticNat",
       [](World&, const Scene& scene) {
         return Pairs{{"ipaddressid", scene.address}, {"virtualmachineid", scene.instance}};
       }},
      {"disable static NAT", with_static_nat, "disableStaticNat",
       [](World&, const Scene& scene) { return Pairs{{"ipaddressid", scene.address}}; }},
      {"open a firewall", with_address, "createFirewallRule",
       [](World&, const Scene& scene) {
         return Pairs{{"ipaddressid", scene.address}, {"protocol", "udp"}, {"startport", "53"}, {"endport", "53"}};
       }},
      {"close a firewall", with_firewall, "deleteFirewallRule",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.rule}}; }},
      {"forward a port", with_address, "createPortForwardingRule",
       [](World&, const Scene& scene) {
         return Pairs{{"ipaddressid", scene.address},
                      {"protocol", "tcp"},
                      {"publicport", "80"},
                      {"privateport", "80"},
                      {"virtualmachineid", scene.instance}};
       }},
      {"end a forward", with_forward, "deletePortForwardingRule",
       [](World&, const Scene& scene) { return Pairs{{"id", scene.rule}}; }},
      {"except from egress", with_instance, "createEgressFirewallRule",
       [](World&, const Scene& scene) {
         return Pairs{{"networkid", scene.network}, {"protocol", "tcp"}, {"startport", "25"}, {"endport", "25"}};
       }},
      {"reboot a router", with_instance, "rebootRouter",
       [](World& world, const Scene& scene) {
         return Pairs{
             {"id",
              ids(world, fmt::format("routers where network_id = '{}' and removed is null", scene.network)).front()}};
       },
       false},
  };
}

std::set<std::string> journeys(World& world) {
  const auto all = ids(world, "flows");
  return {all.begin(), all.end()};
}

/// Begins the journey and waits until nothing moves. Answers whether it was done.
bool run(World& world, const Trial& trial, const Pairs& parameters) {
  const auto before = journeys(world);
  try {
    world.call(trial.command, parameters);
  } catch (const Error& error) {
    // Commands that are answered late throw what their journey came to, or that the server died beneath them.
    EXPECT_NE(error.fault, Fault::internal) << error.message << " " << error.cause;
    if (error.fault == Fault::invalid && error.message.find("entity does not exist") != std::string::npos)
      return true;  // gone, as wished
  }
  world.rest();
  // Of journeys that others began, which only this one's begin can have caused, its own is the one with a job, or the first.
  for (const auto& row : world.read([](sql::Transaction& tx) {
         return sql::all<durable::FlowRow>(
             tx, "order by case when id in (select flow_id from jobs) then 0 else 1 end, created, id");
       }))
    if (!before.contains(row.id.text())) return row.state == durable::FlowState::done;
  return false;
}

std::map<std::string, int> effects(World& world) {
  std::map<std::string, int> out;
  for (const auto& [id, host] : world.hosts)
    for (const auto& part : {host->hypervisor.effects(), host->pools.effects(), host->fabric.effects()})
      for (const auto& [verb, times] : part) out[verb] += times;
  return out;
}

std::map<std::string, int> since(const std::map<std::string, int>& before, std::map<std::string, int> after) {
  for (const auto& [verb, times] : before) after[verb] -= times;
  std::erase_if(after, [](const auto& entry) { return entry.second == 0; });
  return after;
}

enum class Engine { sqlite, postgresql };

/// A trial on one of the databases.
struct Case {
  Trial trial;
  Engine engine;

  bool is_left_out() const {
    if (engine == Engine::sqlite) return false;
    const auto& absent = sql::TrialPostgres::instance().absent_because();
    if (!absent.empty()) std::printf("[ LEFT OUT ] PostgreSQL: %s\n", absent.c_str());
    return !absent.empty();
  }
  /// Every break is tried on SQLite, and one of three on PostgreSQL, where trials take thrice as long: what may differ there
  /// is how transactions meet, not what journeys do.
  int stride() const { return engine == Engine::sqlite ? 1 : 3; }
  /// Which of three differs from trial to trial.
  int first() const { return int(trial.name.size()) % stride(); }
  World world() const {
    if (engine == Engine::sqlite) return World(1, 2);
    const auto open = [](const std::string& url) { return sql::open_postgres({.url = url, .connections = 2}); };
    const auto migrate = [&](const std::string& url) { server::migrate(*open(url)); };
    return World(1, 2, open(sql::TrialPostgres::instance().copy_url(migrate)));
  }
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.trial.name; }

class EveryFlow : public testing::TestWithParam<Case> {};

/// Breaks step after step, as `broken` says; afterwards all is as it was or ready to be asked again.
void every_failure(const Case& test, bool may_be_owed,
                   const std::function<void(World&, int nth, bool& fired)>& breaking) {
  if (test.is_left_out()) return;
  const auto& trial = test.trial;
  World world = test.world();
  for (int nth = test.first(); nth < 40; nth += test.stride()) {
    const auto scene = trial.prepare(world);
    const auto parameters = trial.parameters(world, scene);
    const auto before = standing(world);
    bool fired = false;
    breaking(world, nth, fired);
    const bool done = run(world, trial, parameters);
    world.heal();
    const auto when = fmt::format("{}, step {}", trial.name, nth);
    expect_health(world, when);
    if (!fired) EXPECT_TRUE(done) << when;
    if (fired && !done && trial.unwinds) EXPECT_EQ(standing(world), before) << when;
    if (fired && !done && trial.command != "deployVirtualMachine")
      EXPECT_TRUE(run(world, trial, parameters)) << when << ": it cannot be asked again";
    if (fired && done) EXPECT_TRUE(may_be_owed || trial.begins_others) << when << ": a broken step went unnoticed";
    tear_down(world);
    if (!fired || testing::Test::HasFailure()) return;
  }
  ADD_FAILURE() << "there is no end of steps";
}

TEST_P(EveryFlow, every_failure_unwinds) {
  every_failure(GetParam(), false, [](World& world, int nth, bool& fired) {
    world.probe = [nth, &fired, acts = 0](Moment moment, std::string_view, std::int64_t) mutable {
      if (moment != Moment::before_act || acts++ != nth) return;
      fired = true;
      throw Error(Fault::conflict, "The trial breaks this step.");
    };
  });
}

TEST_P(EveryFlow, every_doubt_unwinds) {
  every_failure(GetParam(), true, [](World& world, int nth, bool& fired) {
    world.probe = [nth, &fired, known = std::map<std::int64_t, int>()](Moment moment, std::string_view,
                                                                       std::int64_t place) mutable {
      if (moment != Moment::after_act) return;
      const auto at = known.emplace(place, int(known.size())).first;
      if (at->second != nth) return;
      fired = true;
      throw Error(Fault::timeout, "The trial loses the answer.");
    };
  });
}

/// Kills the server at one moment after the other, on the way there or, with `breaks`, on the way back.
void every_death(const Case& test, bool breaks) {
  if (test.is_left_out() || (breaks && test.trial.begins_others)) return;
  const auto& trial = test.trial;
  World world = test.world();
  std::optional<std::map<std::string, int>> undisturbed;
  int last = 0;
  {
    const auto scene = trial.prepare(world);
    const auto parameters = trial.parameters(world, scene);
    world.probe = [&last](Moment moment, std::string_view, std::int64_t) { last += moment == Moment::before_act; };
    run(world, trial, parameters);
    world.heal();
    tear_down(world);
    --last;
  }
  for (int deadly = -1; deadly < 100; deadly = deadly < 0 ? test.first() : deadly + test.stride()) {
    const auto scene = trial.prepare(world);
    const auto parameters = trial.parameters(world, scene);
    const auto before = effects(world);
    bool died = false;
    int moments = 0;
    world.probe = [&, known = std::map<std::int64_t, int>()](Moment moment, std::string_view,
                                                             std::int64_t place) mutable {
      if (!died && moments++ == deadly) {
        died = true;
        throw durable::Death{};
      }
      if (!breaks || moment != Moment::before_act) return;
      const auto at = known.emplace(place, int(known.size())).first;
      if (at->second == last) throw Error(Fault::conflict, "The trial breaks this step.");
    };
    const bool done = run(world, trial, parameters);
    const auto caused = since(before, effects(world));
    if (!undisturbed) undisturbed = caused;
    world.heal();
    const auto when = fmt::format("{}, moment {}", trial.name, deadly);
    EXPECT_EQ(done, !breaks) << when;
    expect_health(world, when);
    EXPECT_EQ(caused, *undisturbed) << when << ": something was done twice or not at all";
    tear_down(world);
    if ((!died && deadly >= 0) || testing::Test::HasFailure()) return;
  }
  ADD_FAILURE() << "there is no end of moments";
}

TEST_P(EveryFlow, every_death_is_survived) { every_death(GetParam(), false); }
TEST_P(EveryFlow, every_death_on_the_way_back_is_survived) { every_death(GetParam(), true); }

std::vector<Case> on(Engine engine) {
  std::vector<Case> out;
  for (auto list : {trials(), trials_of_tenants()})
    for (auto& trial : list) out.push_back({std::move(trial), engine});
  return out;
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.trial.name;
  std::ranges::replace_if(name, [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Trials, EveryFlow, testing::ValuesIn(on(Engine::sqlite)), name_of);
INSTANTIATE_TEST_SUITE_P(TrialsOnPostgreSQL, EveryFlow, testing::ValuesIn(on(Engine::postgresql)), name_of);

}  // namespace
}  // namespace welkin::simulation
