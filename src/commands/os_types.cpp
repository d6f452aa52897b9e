// Commands of operating system types.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "model/machine.hpp"
#include "model/os_type.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::See;

struct OsTypeAnswer {
  FIELDS(OsTypeAnswer,
    (Id<model::OsType>, id, "The type."),
    (Id<model::OsCategory>, os_category_id, "Its family."),
    (std::string, os_category_name, "By name."),
    (std::string, name, "Its name."),
    (std::string, description, "What it is."),
    (bool, is_user_defined, "Added by an operator."),
    (bool, for_display, "Users see it."))
};
struct ListOsTypes : Listing {
  using Base = Listing;
  FIELDS(ListOsTypes,
    (std::optional<See<model::OsType>>, id, "Only this type."),
    (std::vector<See<model::OsType>>, ids, "Only these types."),
    (std::optional<See<model::OsCategory>>, os_category_id, "Only types of this family."),
    (std::optional<std::string>, description, "Only types so described."),
    (std::optional<bool>, for_display, "Only types users see, or only the others."))
};
Page<OsTypeAnswer> list_types(Call& call, sql::Transaction& tx, const ListOsTypes& r) {
  Where where;
  where.equal("id", r.id)
      .any_of("id", r.ids)
      .equal("os_category_id", r.os_category_id)
      .equal("display", r.for_display)
      .keyword({"name", "description"}, r.keyword)
      .that("removed is null");
  if (r.description) where.that("description = $", *r.description);
  return answers_of<model::OsType>(tx, where, r, "name, id", [&](const model::OsType& os) {
    const auto* category = call.look(tx, os.os_category_id);
    return OsTypeAnswer{os.id,
                        os.os_category_id,
                        category ? category->name : "",
                        os.name,
                        os.description.empty() ? os.name : os.description,
                        os.is_user_defined,
                        os.display};
  });
}
struct OsCategoryAnswer {
  FIELDS(OsCategoryAnswer,
    (Id<model::OsCategory>, id, "The family."),
    (std::string, name, "Its name."),
    (bool, is_featured, "Shown first."),
    (Time, created, "When it was made."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"))
};
struct ListOsCategories : Listing {
  using Base = Listing;
  FIELDS(ListOsCategories,
    (std::optional<See<model::OsCategory>>, id, "Only this family."),
    (std::optional<std::string>, name, "Only the family of this name."),
    (std::optional<bool>, is_featured, "Only those shown first, or only the others."),
    (std::optional<See<model::Zone>>, zone_id, "Only families with a template in this zone."),
    (std::optional<model::Arch>, arch, "Only families with a template for this architecture."),
    (std::optional<bool>, is_iso, "false: only families with a template; there are no ISOs."),
    (std::optional<bool>, is_vnf, "Only families with a template of a network function, or with another one."),
    (bool, show_icon, "With icons."))
};
/// Families by the templates there are of them.
void with_templates(Where& where, const ListOsCategories& r) {
  if (!r.zone_id && !r.arch && !r.is_iso && !r.is_vnf) return;
  constexpr std::string_view families =
      "id in (select o.os_category_id from os_types o join templates t on t.os_type_id = o.id where t.removed is null";
  where.that(fmt::format("{})", families)).none_have(r.is_iso);
  if (r.arch) where.that(fmt::format("{} and t.arch = $)", families), *r.arch);
  if (r.is_vnf) where.that(fmt::format("{} and t.type {} 'VNF')", families, *r.is_vnf ? "=" : "<>"));
  if (r.zone_id)
    where.that(
        fmt::format(
            "{} and t.id in (select c.template_id from template_stores c join image_stores s on s.id = c.image_store_id where (s.zone_id is null or s.zone_id = $) and (c.zone_id is null or c.zone_id = $)))",
            families),
        r.zone_id->id());
}
Page<OsCategoryAnswer> list_categories(Call&, sql::Transaction& tx, const ListOsCategories& r) {
  Where where;
  where.equal("id", r.id).equal("name", r.name).equal("is_featured", r.is_featured).keyword({"name"}, r.keyword);
  with_templates(where, r);
  return answers_of<model::OsCategory>(tx, where, r, "sort_key, name", [](const model::OsCategory& c) {
    return OsCategoryAnswer{c.id, c.name, c.is_featured, c.created, {}};
  });
}
}  // namespace

std::vector<Command> os_type_commands() {
  return {
      reading<list_types>({"listOsTypes", "ostype", "Lists operating systems.", Audience::everyone}),
      reading<list_categories>(
          {"listOsCategories", "oscategory", "Lists families of operating systems.", Audience::everyone}),
  };
}

}  // namespace welkin::commands
