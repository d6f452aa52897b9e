// Commands of regions.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/offered.hpp"
#include "commands/regions.hpp"
#include "net/web_address.hpp"

namespace welkin::commands {

namespace {
struct RegionAnswer {
  FIELDS(RegionAnswer,
    (int, id, "The region's number."),
    (std::string, name, "Unique."),
    (std::string, endpoint, "Where its API answers."),
    (bool, gslb_service_enabled, "Load is balanced between regions: not yet."),
    (bool, portable_ip_service_enabled, "It has portable addresses."))
};
RegionAnswer answer(sql::Transaction& tx, const model::Region& region) {
  const auto ranges = sql::count(tx, "select count(*) from portable_ranges where region_id = $1", region.id);
  return {region.number, region.name, region.endpoint, false, ranges > 0};
}

struct ListRegions : Listing {
  using Base = Listing;
  FIELDS(ListRegions,
    (std::optional<int>, id, "Only the region of this number."),
    (std::optional<std::string>, name, "Only the region of this name."))
};
Page<RegionAnswer> list(Call&, sql::Transaction& tx, const ListRegions& r) {
  Where where;
  where.equal("number", r.id).equal("name", r.name).keyword({"name"}, r.keyword);
  return answers_of<model::Region>(tx, where, r, "number", [&](const auto& region) { return answer(tx, region); });
}

void check_words(const std::optional<std::string>& name, const std::optional<std::string>& endpoint) {
  if (name && (name->empty() || std::ranges::any_of(*name, [](unsigned char c) { return c < 0x20 || c == 0x7f; })))
    throw Error(Fault::invalid, "A region's name is one line, and not empty.", "name");
  if (!endpoint) return;
  try {
    net::parse_web_address(*endpoint);
  } catch (const Error& error) {
    throw Error(Fault::invalid,
                fmt::format("{} is not where an API answers, such as https://cloud.example.org/client/api: {}", *endpoint,
                            error.message),
                "endpoint");
  }
}
void check_free_region_name(sql::Transaction& tx, const std::string& name, const Id<model::Region>& self) {
  check_free_name<model::Region>(tx, "where name = $1", name, self);
}

struct AddRegion {
  FIELDS(AddRegion,
    (int, id, "The number it shall have."),
    (std::string, name, "Unique."),
    (std::string, endpoint, "Where its API answers."))
};
RegionAnswer add(Call& call, sql::Transaction& tx, const AddRegion& r) {
  check_between(r.id, 1, 1'000'000, "id");
  check_words(r.name, r.endpoint);
  if (sql::first<model::Region>(tx, "where number = $1", r.id))
    throw Error(Fault::invalid, fmt::format("There is a region {} already; choose another number.", r.id), "id");
  check_free_region_name(tx, r.name, {});
  model::Region region;
  region.id = call.cloud.new_id<model::Region>();
  region.number = r.id;
  region.name = r.name;
  region.endpoint = r.endpoint;
  region.created = call.cloud.now();
  sql::insert(tx, region);
  return answer(tx, region);
}

struct UpdateRegion {
  FIELDS(UpdateRegion,
    (int, id, "The region's number."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, endpoint, "Where its API answers from now on."))
};
RegionAnswer update(Call&, sql::Transaction& tx, const UpdateRegion& r) {
  auto region = region_numbered(tx, r.id, "id");
  check_words(r.name, r.endpoint);
  if (r.name) check_free_region_name(tx, *r.name, region.id);
  set(region.name, r.name);
  set(region.endpoint, r.endpoint);
  sql::update(tx, region);
  return answer(tx, region);
}

struct RemoveRegion {
  FIELDS(RemoveRegion, (int, id, "The region's number; it must have no portable addresses."))
};
Success remove(Call&, sql::Transaction& tx, const RemoveRegion& r) {
  const auto region = region_numbered(tx, r.id, "id");
  if (region.number == model::own_region)
    throw Error(Fault::invalid, fmt::format("The region {} is this cloud; it cannot be removed.", region.name), "id");
  check_none_left(tx, "region", region.name, "portable_ranges", "region_id = $1", region.id);
  sql::erase(tx, region.id);
  return {true, {}};
}
}  // namespace

model::Region region_numbered(sql::Transaction& tx, int number, std::string_view parameter) {
  if (auto region = sql::first<model::Region>(tx, "where number = $1", number)) return std::move(*region);
  throw Error(Fault::invalid, fmt::format("There is no region {}; listRegions shows those there are.", number),
              std::string(parameter));
}

std::vector<Command> region_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list>({"listRegions", "region", "Lists regions.", Audience::everyone}),
      writing<add>({"addRegion", "region", "Makes another region known.", root}),
      writing<update>({"updateRegion", "region", "Changes what is known of a region.", root}),
      writing<remove>({"removeRegion", "", "Forgets a region.", root}),
  };
}

}  // namespace welkin::commands
