// Commands of templates.
#include <algorithm>
#include <map>

#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/templates.hpp"
#include "flows/hosts.hpp"
#include "model/os_type.hpp"
#include "model/storage_pool.hpp"
#include "model/template_copy.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;

std::string status_of(const model::TemplateStore& copy) {
  switch (copy.download) {
    case model::DownloadState::downloaded: return "Download Complete";
    case model::DownloadState::in_progress: return fmt::format("{}% Downloaded", copy.percent);
    case model::DownloadState::failed: return copy.message;
    default: return "";
  }
}

TemplateAnswer answer(Call& call, sql::Transaction& tx, const model::Template& t,
                      const std::vector<model::TemplateStore>& copies, const model::Zone* zone) {
  TemplateAnswer out;
  out.id = t.id;
  out.name = t.name;
  out.display_text = t.display_text;
  out.is_public = t.is_public;
  out.created = t.created;
  out.removed = t.removed;
  out.password_enabled = t.password_enabled;
  out.format = name_of(t.format);
  out.is_featured = t.is_featured;
  out.cross_zones = t.cross_zones;
  out.os_type_id = t.os_type_id;
  if (const auto* os = call.look(tx, t.os_type_id)) out.os_type_name = os->name;
  name_owner(call, tx, t.account_id, out);
  if (zone) {
    out.zone_id = zone->id;
    out.zone_name = zone->name;
  }
  for (const auto& copy : copies) {
    const auto* store = call.look(tx, copy.image_store_id);
    out.is_ready = out.is_ready || copy.state == model::CopyState::ready;
    out.download_details.push_back({store ? store->name : "", copy.image_store_id, "Image",
                                    fmt::format("{}", copy.percent), std::string(name_of(copy.download))});
    if (!out.status || copy.state == model::CopyState::ready) out.status = unless_empty(status_of(copy));
  }
  if (t.virtual_bytes) out.size = t.virtual_bytes;
  if (t.physical_bytes) out.physical_size = t.physical_bytes;
  out.template_type = name_of(t.type);
  out.hypervisor = name_of(t.hypervisor);
  name_domain(call, tx, t.domain_id, out);
  out.is_extractable = t.is_extractable;
  out.checksum = unless_empty(t.checksum);
  out.template_tag = unless_empty(t.template_tag);
  out.details = t.details;
  out.arch = name_of(t.arch);
  out.bits = t.bits;
  out.ssh_key_enabled = t.ssh_key_enabled;
  out.is_dynamically_scalable = t.is_dynamically_scalable;
  out.direct_download = t.direct_download;
  out.deploy_as_is = t.deploy_as_is;
  out.for_cks = t.for_cks;
  out.requires_hvm = t.requires_hvm;
  out.bootable = t.is_bootable;
  if (call.caller.is_root()) out.url = t.url;
  out.source_template_id = t.source_template_id;
  if (const auto* data = call.look(tx, t.user_data_id)) {
    out.user_data_id = data->id;
    out.user_data_name = data->name;
    out.user_data_policy = std::string(name_of(t.user_data_policy));
    out.user_data_params = unless_empty(data->params);
  }
  return out;
}

/// One answer for each zone a template is in, as clients expect.
std::vector<TemplateAnswer> answers(Call& call, sql::Transaction& tx, const std::vector<model::Template>& rows,
                                    const Id<model::Zone>& only) {
  std::vector<Uuid> ids;
  for (const auto& row : rows) ids.push_back(row.id);
  std::map<Uuid, std::vector<model::TemplateStore>> copies;
  if (!ids.empty())
    for (auto& copy : all_in<model::TemplateStore>(tx, "template_id", ids, "created"))
      copies[copy.template_id].push_back(std::move(copy));
  const auto zones = sql::all<model::Zone>(tx, "where removed is null order by created");
  std::vector<TemplateAnswer> out;
  for (const auto& row : rows) {
    const auto& mine = copies[row.id];
    for (const auto& zone : zones) {
      if (only && zone.id != only) continue;
      std::vector<model::TemplateStore> here;
      for (const auto& copy : mine) {
        const auto* store = call.look(tx, copy.image_store_id);
        if (store && (!store->zone_id || store->zone_id == zone.id) && (!copy.zone_id || copy.zone_id == zone.id))
          here.push_back(copy);
      }
      if (!here.empty()) out.push_back(answer(call, tx, row, here, &zone));
    }
    if (mine.empty() && !only) out.push_back(answer(call, tx, row, {}, nullptr));
  }
  add_tags(call, tx, model::TaggedKind::image, out);
  return out;
}

struct ListTemplates : TaggedListing {
  using Base = TaggedListing;
  FIELDS(ListTemplates,
    (std::string, template_filter, "featured, self, selfexecutable, sharedexecutable, executable, community or all."),
    (std::optional<access::Using<model::Template>>, id, "Only this template."),
    (std::vector<access::Using<model::Template>>, ids, "Only these templates."),
    (std::optional<std::string>, name, "Only templates with this name."),
    (std::optional<See<model::Zone>>, zone_id, "Only templates of this zone."),
    (std::optional<model::HypervisorType>, hypervisor, "Only templates it runs."),
    (std::optional<model::TemplateType>, template_type, "Only templates of this type."),
    (std::optional<model::Arch>, arch, "Only templates of this architecture."),
    (std::optional<bool>, is_ready, "Only templates that can be deployed, or only the others."),
    (bool, show_removed, "With those that are removed."),
    (bool, show_unique, "Once each, not once for each zone."),
    (std::vector<std::string>, details, "Accepted; all details are always answered."),
    (std::optional<See<model::OsCategory>>, os_category_id, "Only templates of this family of operating systems."),
    (std::optional<bool>, is_vnf, "Only templates of network functions, or only the others."),
    (std::optional<bool>, for_cks, "Only templates for nodes of Kubernetes clusters, or only the others."),
    (std::optional<See<model::ImageStore>>, image_store_id, "Only templates on this image store.", .admin = true),
    (std::optional<See<model::StoragePool>>, storage_id, "Only templates on this storage pool.", .admin = true),
    (std::optional<access::Using<model::Template>>, parent_template_id, "Only data disks of this template: there are none."),
    (bool, show_icon, "With icons."))
};
Page<TemplateAnswer> list(Call& call, sql::Transaction& tx, const ListTemplates& r) {
  Where where;
  const auto is = [&](std::string_view filter) { return same_text_ignoring_case(r.template_filter, filter); };
  const bool executable = is("selfexecutable") || is("executable") || is("sharedexecutable");
  const auto owner =
      r.project_id && r.project_id->row ? model::account_of(r.project_id->row->id) : call.caller.account;
  if (is("featured")) where.that("is_featured = 1 and is_public = 1");
  else if (is("community")) where.that("is_public = 1 and is_featured = 0");
  else if (is("self") || is("selfexecutable")) {
    where.scope(call, tx, r, r.id.has_value());
  } else if (is("executable")) {
    if (!call.caller.is_root()) where.that("is_public = 1 or account_id = $", owner);
  } else if (is("sharedexecutable") || is("shared"))
    where.that("id in (select template_id from template_permissions where account_id = $)", owner);
  else if (is("all")) {
    if (!call.caller.is_admin())
      throw Error(Fault::invalid, "Only administrators may list all templates; choose another templatefilter.",
                  "templatefilter");
    auto request = r;
    request.list_all = true;
    where.scope(call, tx, request, r.id.has_value());
  } else
    throw Error(
        Fault::invalid,
        fmt::format(
            "templatefilter cannot be {}; it is featured, self, selfexecutable, sharedexecutable, executable, community or all.",
            r.template_filter),
        "templatefilter");
  where.equal("id", r.id)
      .any_of("id", r.ids)
      .equal("name", r.name)
      .equal("hypervisor", r.hypervisor)
      .equal("type", r.template_type)
      .equal("arch", r.arch)
      .keyword({"name", "display_text"}, r.keyword);
  if (executable || (r.is_ready && *r.is_ready))
    where.that("id in (select template_id from template_stores where state = 'Ready')");
  if (r.is_ready && !*r.is_ready)
    where.that("id not in (select template_id from template_stores where state = 'Ready')");
  if (!r.show_removed) where.that("removed is null");
  where.equal("for_cks", r.for_cks);
  if (r.os_category_id)
    where.that("os_type_id in (select id from os_types where os_category_id = $)", r.os_category_id->id());
  if (r.is_vnf) where.that(*r.is_vnf ? "type = 'VNF'" : "type <> 'VNF'");
  if (r.image_store_id)
    where.that("id in (select template_id from template_stores where image_store_id = $)", r.image_store_id->id());
  if (r.storage_id) where.that("id in (select template_id from template_pools where pool_id = $)", r.storage_id->id());
  where.tagged(model::TaggedKind::image, r.tags);
  if (r.parent_template_id) where.nothing();
  const auto page = page_of<model::Template>(tx, where, r, "sort_key, created, id");
  auto rows = answers(call, tx, page.rows, r.zone_id ? r.zone_id->id() : Id<model::Zone>{});
  // Those of one template stand together.
  if (r.show_unique) rows.erase(std::ranges::unique(rows, {}, &TemplateAnswer::id).begin(), rows.end());
  return with_jobs(call, tx, Page{std::max<std::int64_t>(page.count, std::ssize(rows)), std::move(rows)});
}

struct RegisterTemplate : ForOwner {
  using Base = ForOwner;
  FIELDS(RegisterTemplate,
    (std::string, name, "As its owner calls it."),
    (std::optional<std::string>, display_text, "What it is; the name when absent."),
    (std::string, format, "QCOW2 or RAW."),
    (std::string, hypervisor, "What runs it: KVM or Simulator."),
    (std::string, url, "Where its image is: http, https, or file in a directory the operator allowed.", .length = 2048),
    (std::optional<See<model::OsType>>, os_type_id, "What it holds."),
    (std::optional<std::string>, zone_id, "Where it shall be; everywhere when absent, or -1.", .type = "uuid"),
    (std::vector<std::string>, zone_ids, "Where it shall be; -1 for everywhere."),
    (std::optional<std::string>, checksum, "Of the image: {ALGORITHM}HEX, or hex."),
    (bool, is_public, "Everyone may deploy it."),
    (bool, is_featured, "Shown first.", .admin = true),
    (bool, is_extractable, "Its image may be downloaded."),
    (bool, password_enabled, "Guests take a password from the router."),
    (std::optional<bool>, ssh_key_enabled, "Guests take an SSH key from the router."),
    (std::optional<bool>, requires_hvm, "Needs full virtualisation."),
    (std::optional<int>, bits, "32 or 64."),
    (std::optional<std::string>, arch, "x86_64 or aarch64."),
    (std::optional<std::string>, template_tag, "Only hosts with this tag run it."),
    (TextMap, details, "Wishes for its instances.", .length = 4096),
    (bool, is_dynamically_scalable, "Guests bear growth."),
    (bool, direct_download, "Hosts fetch it themselves: not supported yet."),
    (bool, for_cks, "For nodes of Kubernetes clusters."),
    (std::optional<std::string>, template_type, "USER."))
};
/// None for everywhere, which clients write as -1.
std::vector<Id<model::Zone>> zones_named(Call& call, sql::Transaction& tx, const std::vector<std::string>& texts,
                                         std::string_view parameter) {
  if (std::ranges::find(texts, "-1") != texts.end()) return {};
  return ids_of<model::Zone>(call, tx, texts, access::Use::use, parameter);
}
void check_type(const std::optional<std::string>& type) {
  if (choice(type, model::TemplateType::user, "templatetype") != model::TemplateType::user)
    throw Error(Fault::unsupported, fmt::format("Templates of the type {} are not supported yet; USER are.", *type),
                "templatetype");
}
/// A copy for each image store of the zones, all zones when none is named, and a journey that fetches it.
void order_copies(Call& call, sql::Transaction& tx, const model::Template& t, const std::vector<Id<model::Zone>>& zones) {
  bool stored = false;
  for (const auto& store :
       sql::all<model::ImageStore>(tx, "where removed is null and read_only = 0 order by created")) {
    if (!zones.empty() && store.zone_id && std::ranges::find(zones, store.zone_id) == zones.end()) continue;
    model::TemplateStore copy;
    copy.id = call.cloud.new_id<model::TemplateStore>();
    copy.template_id = t.id;
    copy.image_store_id = store.id;
    if (zones.size() == 1) copy.zone_id = zones.front();
    copy.state = model::CopyState::allocated;
    copy.created = copy.updated = t.created;
    sql::insert(tx, copy);
    call.launches.push_back(call.cloud.journeys->begin(tx, "download template", flows::TemplateOrder{t.id, copy.id}));
    stored = true;
  }
  if (!stored) throw Error(Fault::exhausted, "No image store of the zone takes templates; add one first.", "zoneid");
}
Page<TemplateAnswer> register_template(Call& call, sql::Transaction& tx, const RegisterTemplate& r) {
  if (r.direct_download)
    throw Error(Fault::unsupported,
                "Templates that hosts fetch themselves are not supported yet; leave directdownload out.",
                "directdownload");
  if (r.bits && *r.bits != 32 && *r.bits != 64)
    throw Error(Fault::invalid, fmt::format("bits cannot be {}; it is 32 or 64.", *r.bits), "bits");
  const auto owner = owner_of(tx, call, r);
  model::Template t;
  t.id = call.cloud.new_id<model::Template>();
  t.account_id = owner.id;
  t.domain_id = owner.domain_id;
  t.name = r.name;
  t.display_text = r.display_text.value_or(r.name);
  t.format = choice(std::optional(r.format), model::ImageFormat::qcow2, "format");
  if (t.format != model::ImageFormat::qcow2 && t.format != model::ImageFormat::raw)
    throw Error(Fault::unsupported,
                fmt::format("Images in the form {} are not supported; QCOW2 and RAW are.", r.format), "format");
  t.hypervisor = choice(std::optional(r.hypervisor), model::HypervisorType::none, "hypervisor");
  if (t.hypervisor != model::HypervisorType::kvm && t.hypervisor != model::HypervisorType::simulator)
    throw Error(Fault::unsupported,
                fmt::format("Templates for {} are not supported yet; KVM and Simulator are.", r.hypervisor),
                "hypervisor");
  if (!r.url.starts_with("http://") && !r.url.starts_with("https://") && !r.url.starts_with("file://"))
    throw Error(Fault::invalid, fmt::format("{} cannot be fetched; use http, https, or file.", r.url), "url");
  check_type(r.template_type);
  t.type = model::TemplateType::user;
  t.for_cks = r.for_cks;
  t.arch = choice(r.arch, model::Arch::x86_64, "arch");
  t.bits = r.bits.value_or(64);
  if (r.os_type_id) t.os_type_id = r.os_type_id->id();
  t.url = r.url;
  t.checksum = r.checksum.value_or("");
  t.is_public = r.is_public;
  t.is_featured = r.is_featured;
  t.is_extractable = r.is_extractable;
  t.password_enabled = r.password_enabled;
  t.ssh_key_enabled = r.ssh_key_enabled.value_or(true);
  t.requires_hvm = r.requires_hvm.value_or(true);
  t.template_tag = r.template_tag.value_or("");
  t.is_dynamically_scalable = r.is_dynamically_scalable;
  t.is_bootable = true;
  t.state = model::TemplateState::active;
  t.details = r.details;
  t.created = call.cloud.now();
  std::vector<Id<model::Zone>> zones;
  if (r.zone_id) zones = zones_named(call, tx, {*r.zone_id}, "zoneid");
  else zones = zones_named(call, tx, r.zone_ids, "zoneids");
  t.cross_zones = zones.empty();
  sql::insert(tx, t);
  order_copies(call, tx, t, zones);
  call.event_note = t.name;
  auto rows = answers(call, tx, {t}, {});
  const auto count = std::int64_t(rows.size());
  return {count, std::move(rows)};
}

struct UpdateTemplate {
  FIELDS(UpdateTemplate,
    (Operate<model::Template>, id, "The template."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, display_text, "What it is."),
    (std::optional<See<model::OsType>>, os_type_id, "What it holds."),
    (std::optional<bool>, password_enabled, "Guests take a password from the router."),
    (std::optional<bool>, ssh_key_enabled, "Guests take an SSH key from the router."),
    (std::optional<int>, sort_key, "Place in lists."),
    (std::optional<bool>, is_dynamically_scalable, "Guests bear growth."),
    (std::optional<bool>, requires_hvm, "Needs full virtualisation."),
    (TextMap, details, "Its details from now on."),
    (bool, cleanup_details, "Forget all details."),
    (std::optional<std::string>, template_tag, "Only hosts with this tag run it."),
    (std::optional<std::string>, arch, "x86_64 or aarch64."),
    (std::optional<bool>, bootable, "A machine can start from it."),
    (std::optional<bool>, for_cks, "For nodes of Kubernetes clusters."),
    (std::optional<std::string>, format, "Accepted when it is the template's."),
    (std::optional<std::string>, template_type, "USER; accepted when it is the template's."),
    (bool, force_update_os_type, "Accepted; ostypeid always takes effect."))
};
TemplateAnswer update(Call& call, sql::Transaction& tx, const UpdateTemplate& r) {
  auto t = *r.id;
  set(t.name, r.name);
  set(t.display_text, r.display_text);
  if (r.os_type_id) t.os_type_id = r.os_type_id->id();
  set(t.password_enabled, r.password_enabled);
  set(t.ssh_key_enabled, r.ssh_key_enabled);
  set(t.sort_key, r.sort_key);
  set(t.is_dynamically_scalable, r.is_dynamically_scalable);
  set(t.requires_hvm, r.requires_hvm);
  if (r.cleanup_details) t.details.clear();
  if (!r.details.empty()) t.details = r.details;
  set(t.template_tag, r.template_tag);
  t.arch = choice(r.arch, t.arch, "arch");
  set(t.is_bootable, r.bootable);
  set(t.for_cks, r.for_cks);
  if (choice(r.format, t.format, "format") != t.format)
    throw Error(Fault::unsupported,
                fmt::format("The image has the form {}; it is not turned into another.", name_of(t.format)), "format");
  if (choice(r.template_type, t.type, "templatetype") != t.type) check_type(r.template_type);
  sql::update(tx, t);
  call.event_note = t.name;
  return answer_template(call, tx, t);
}
struct DeleteTemplate {
  FIELDS(DeleteTemplate,
    (End<model::Template>, id, "The template."),
    (std::optional<See<model::Zone>>, zone_id, "Accepted; it is deleted everywhere."),
    (bool, forced, "Even if instances were made from it."))
};
Begun remove(Call& call, sql::Transaction& tx, const DeleteTemplate& r) {
  if (!r.forced)
    check_none_left(tx, "template", r.id->name, "instances", "template_id = $1 and removed is null", r.id.id());
  // A download under way would put back what is removed.
  if (sql::count(tx,
                 "select count(*) from template_stores where template_id = $1 and state in ('Allocated', 'Creating')",
                 r.id.id()) > 0)
    throw Error(Fault::conflict,
                fmt::format("The template {} is still being downloaded; delete it when that has ended.", r.id->name),
                "id");
  call.event_note = r.id->name;
  return begin(call, tx, "delete template", flows::TemplateOrder{r.id.id(), {}}, "Template", r.id.id());
}
}  // namespace

TemplateAnswer answer_template(Call& call, sql::Transaction& tx, const model::Template& image) {
  auto rows = answers(call, tx, {image}, {});
  // Its zones may be gone.
  return rows.empty() ? answer(call, tx, image, {}, nullptr) : std::move(rows.front());
}

std::vector<Command> template_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list>({"listTemplates", "template", "Lists templates.", all}),
      writing<register_template>(
          {"registerTemplate", "template", "Registers a template; its image is then fetched.", all, "TEMPLATE.CREATE"}),
      writing<update>(
          {"updateTemplate", "template", "Changes what is recorded of a template.", all, "TEMPLATE.UPDATE"}),
      journey<remove, succeeded>({"deleteTemplate", "", "Deletes a template.", all, "TEMPLATE.DELETE", "Template"}),
  };
}

}  // namespace welkin::commands
