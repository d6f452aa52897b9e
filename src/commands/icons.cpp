// Commands of icons.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/things.hpp"
#include "net/base64.hpp"

namespace welkin::commands {

namespace {
constexpr std::size_t icon_bytes_max = std::size_t(1) << 20;

/// Pictures that a browser shows and never runs, by how their files begin. SVG is none of them: it carries scripts.
bool is_picture(std::string_view file) {
  using namespace std::string_view_literals;
  const bool webp = file.starts_with("RIFF"sv) && file.size() > 12 && file.substr(8, 4) == "WEBP"sv;
  return webp || file.starts_with("\x89PNG\r\n\x1a\n"sv) || file.starts_with("\xff\xd8\xff"sv) ||
         file.starts_with("GIF87a"sv) || file.starts_with("GIF89a"sv);
}

void check_picture(const std::string& text) {
  const auto bad = [](std::string message) { throw Error(Fault::invalid, std::move(message), "base64image"); };
  if (text.size() > icon_bytes_max * 4 / 3 + 4)
    bad(fmt::format("An icon has at most {} KiB.", icon_bytes_max >> 10));
  const auto file = net::from_base64(text);
  if (!file) bad("base64image is not base64.");
  if (!is_picture(*file)) bad("base64image is neither a PNG, a JPEG, a GIF nor a WebP picture.");
}

struct UploadResourceIcon {
  FIELDS(UploadResourceIcon,
    (std::vector<std::string>, resource_ids, "Which things.", .required = true),
    (model::IconKind, resource_type, "What kind of things: UserVm, Network, Zone …"),
    (std::string, base64image, "A PNG, JPEG, GIF or WebP picture, base64.", .length = 2097152))
};
Success upload(Call& call, sql::Transaction& tx, const UploadResourceIcon& r) {
  check_picture(r.base64image);
  for (const auto& thing : things_of(call, tx, r.resource_type, r.resource_ids, access::Use::operate)) {
    happens_to(call, tx, thing.owner);
    if (const auto before = sql::first<model::Icon>(tx, "where resource_id = $1", thing.id)) sql::erase(tx, before->id);
    model::Icon icon;
    icon.id = call.cloud.new_id<model::Icon>();
    icon.resource_kind = r.resource_type;
    icon.resource_id = thing.id;
    icon.image = r.base64image;
    icon.created = call.cloud.now();
    sql::insert(tx, icon);
    call.event_note = thing.name;
  }
  return {true, {}};
}

struct NamedIcons {
  FIELDS(NamedIcons,
    (std::vector<std::string>, resource_ids, "Which things.", .required = true),
    (model::IconKind, resource_type, "What kind of things: UserVm, Network, Zone …"))
};
Success remove(Call& call, sql::Transaction& tx, const NamedIcons& r) {
  for (const auto& thing : things_of(call, tx, r.resource_type, r.resource_ids, access::Use::operate)) {
    happens_to(call, tx, thing.owner);
    if (const auto icon = sql::first<model::Icon>(tx, "where resource_id = $1", thing.id)) sql::erase(tx, icon->id);
    call.event_note = thing.name;
  }
  return {true, {}};
}

Page<IconAnswer> list(Call& call, sql::Transaction& tx, const NamedIcons& r) {
  Page<IconAnswer> page;
  for (const auto& thing : things_of(call, tx, r.resource_type, r.resource_ids, access::Use::see))
    if (auto icon = sql::first<model::Icon>(tx, "where resource_id = $1", thing.id))
      page.rows.push_back({std::string(name_of(icon->resource_kind)), thing.id, std::move(icon->image)});
  page.count = std::ssize(page.rows);
  return page;
}
}  // namespace

std::vector<Command> icon_commands() {
  constexpr auto all = Audience::everyone;
  return {
      writing<upload>({"uploadResourceIcon", "", "Gives things an icon.", all, "UPLOAD.RESOURCE.ICON"}),
      writing<remove>({"deleteResourceIcon", "", "Takes things' icons away.", all, "DELETE.RESOURCE.ICON"}),
      reading<list>({"listResourceIcon", "icon", "Lists things' icons.", all}),
  };
}

}  // namespace welkin::commands
