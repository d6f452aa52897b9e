// A domain's own servers come before those of the whole cloud; its settings follow it and those above.
#include "commands/directories.hpp"

#include "model/settings.hpp"

namespace welkin::commands {

namespace {
namespace settings = model::settings;

std::vector<directory::Address> servers_of(sql::Transaction& tx, const Id<model::Domain>& domain) {
  std::vector<model::LdapServer> rows;
  if (domain) rows = sql::all<model::LdapServer>(tx, "where domain_id = $1 order by created, id", domain);
  if (rows.empty()) rows = sql::all<model::LdapServer>(tx, "where domain_id is null order by created, id");
  std::vector<directory::Address> out;
  for (const auto& row : rows) out.push_back({row.host, row.port});
  return out;
}
}  // namespace

directory::Access directory_of(sql::Transaction& tx, const Vault& vault, const Id<model::Domain>& domain) {
  const auto value = [&](const auto& setting) { return model::value_for(tx, setting, {}, domain); };
  const auto places = model::places_of(tx, *model::declared_setting(settings::directory_password.name), {}, domain);
  directory::Access out;
  out.servers = servers_of(tx, domain);
  out.trust = value(settings::directory_trust);
  out.principal = value(settings::directory_principal);
  out.password = model::value_of(tx, settings::directory_password, vault, places);
  out.timeout = value(settings::directory_timeout);
  out.page = int(value(settings::directory_page));
  out.base = value(settings::directory_base);
  out.active_directory = lowered(value(settings::directory_provider)) == "microsoftad";
  out.nested_groups = value(settings::directory_groups_nest);
  out.user_class = value(settings::directory_user_class);
  out.user_name = value(settings::directory_user_name);
  out.first_name = value(settings::directory_first_name);
  out.last_name = value(settings::directory_last_name);
  out.email = value(settings::directory_email);
  out.member_of = value(settings::directory_member_of);
  out.group_class = value(settings::directory_group_class);
  out.group_member = value(settings::directory_group_member);
  out.required_group = value(settings::directory_required_group);
  return out;
}

directory::Access need_directory(Call& call, const Id<model::Domain>& domain) {
  auto access = sql::read(call.cloud.database,
                          [&](sql::Transaction& tx) { return directory_of(tx, call.cloud.vault, domain); });
  if (access.servers.empty()) bad("No LDAP server is known for this domain: addLdapConfiguration.", "domainid");
  return access;
}

directory::Wish wish_of(const model::LdapLink& link, const std::string& user_name) {
  directory::Wish wish{.name = user_name};
  if (link.kind == model::LdapLinkKind::group) wish.member_of = link.name;
  else wish.beneath = link.name;
  return wish;
}

model::User add_directory_user(Call& call, sql::Transaction& tx, const directory::Person& person,
                               const model::Account& account, const std::optional<std::string>& timezone,
                               const std::optional<std::string>& id) {
  NewUser user;
  user.username = person.user_name;
  user.firstname = person.first_name;
  user.lastname = person.last_name;
  user.email = person.email;
  user.timezone = timezone;
  user.user_id = id;
  check_name(user.username, "username");
  for (const auto* text : {&user.firstname, &user.lastname, &user.email})
    if (!text->empty()) check_name(*text, "username");
  check_time_zone(timezone);
  return add_user(call, tx, user, account, {}, model::UserSource::ldap);
}

}  // namespace welkin::commands
