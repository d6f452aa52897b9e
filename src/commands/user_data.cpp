// Commands of user data: registered, linked to templates, and set anew for instances.
#include "commands/checks.hpp"
#include "commands/instances.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/templates.hpp"
#include "model/marks.hpp"
#include "model/template.hpp"
#include "model/user_data.hpp"
#include "net/base64.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;
using access::Using;

struct UserDataAnswer {
  FIELDS(UserDataAnswer,
    (Id<model::UserData>, id, "The entry."),
    (std::string, name, "Unique in the account."),
    (Id<model::Account>, account_id, "Its owner."),
    (std::optional<std::string>, account, "By name."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (std::string, userdata, "As given, base64."),
    (std::optional<std::string>, params, "Names it expects values for."),
    (bool, has_annotations, "Whether somebody has written a note."))
};
UserDataAnswer answer(Call& call, sql::Transaction& tx, const model::UserData& row) {
  UserDataAnswer out;
  out.id = row.id;
  out.name = row.name;
  name_owner(call, tx, row.account_id, out);
  name_domain(call, tx, row.domain_id, out);
  out.userdata = row.content;
  out.params = unless_empty(row.params);
  return out;
}
struct RegisterUserData : ForOwner {
  using Base = ForOwner;
  FIELDS(RegisterUserData,
    (std::string, name, "Unique in the account."),
    (std::string, userdata, "Base64.", .length = 1048576),
    (std::optional<std::string>, params, "Names it expects values for, between commas."))
};
UserDataAnswer register_named(Call& call, sql::Transaction& tx, const RegisterUserData& r) {
  const auto owner = owner_of(tx, call, r);
  if (!net::from_base64(r.userdata)) throw Error(Fault::invalid, "userdata is not base64.", "userdata");
  if (sql::first<model::UserData>(tx, "where account_id = $1 and name = $2", owner.id, r.name))
    throw Error(Fault::invalid, fmt::format("The account has user data called {} already.", r.name), "name");
  model::UserData row;
  row.id = call.cloud.new_id<model::UserData>();
  row.account_id = owner.id;
  row.domain_id = owner.domain_id;
  row.name = r.name;
  row.content = r.userdata;
  row.params = r.params.value_or("");
  row.created = call.cloud.now();
  sql::insert(tx, row);
  call.event_note = row.name;
  return answer(call, tx, row);
}
/// Instances and templates that bring it would not know any more what they brought.
void must_be_unused(sql::Transaction& tx, const model::UserData& data) {
  for (const std::string_view table : {"instances", "templates"})
    check_none_left(tx, "user data", data.name, table, "user_data_id = $1 and removed is null", data.id);
}

struct DeleteUserData : ForOwner {
  using Base = ForOwner;
  FIELDS(DeleteUserData,
    (End<model::UserData>, id, "The entry."))
};
Success remove(Call& call, sql::Transaction& tx, const DeleteUserData& r) {
  if ((r.account || r.project_id) && owner_of(tx, call, r).id != r.id->account_id)
    access::refuse_id("id", r.id.given);
  must_be_unused(tx, *r.id);
  model::forget_marks(tx, r.id.id());
  sql::erase(tx, r.id.id());
  return {true, {}};
}
struct ListUserData : AccountListing {
  using Base = AccountListing;
  FIELDS(ListUserData,
    (std::optional<See<model::UserData>>, id, "Only this entry."),
    (std::optional<std::string>, name, "Only the entry of this name."))
};
Page<UserDataAnswer> list(Call& call, sql::Transaction& tx, const ListUserData& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value()).equal("id", r.id).equal("name", r.name).keyword({"name"}, r.keyword);
  return answers_of<model::UserData>(tx, where, r, "created, id",
                                     [&](const auto& row) { return answer(call, tx, row); });
}

struct LinkUserDataToTemplate {
  FIELDS(LinkUserDataToTemplate,
    (std::optional<Operate<model::Template>>, template_id, "The template."),
    (std::optional<Operate<model::Template>>, iso_id, "The ISO, in place of templateid."),
    (std::optional<Using<model::UserData>>, user_data_id, "What comes with it from now on; nothing when absent."),
    (std::optional<model::UserDataPolicy>, user_data_policy,
     "What holds when an instance brings its own; ALLOWOVERRIDE when absent."))
};
TemplateAnswer link(Call& call, sql::Transaction& tx, const LinkUserDataToTemplate& r) {
  if (r.template_id.has_value() == r.iso_id.has_value())
    throw Error(Fault::invalid, "Give either templateid or isoid.", "templateid");
  auto image = r.template_id ? **r.template_id : **r.iso_id;
  if ((image.format == model::ImageFormat::iso) != r.iso_id.has_value())
    throw Error(Fault::invalid, fmt::format("{} is {} an ISO.", image.name, r.iso_id ? "not" : "no template but"),
                r.iso_id ? "isoid" : "templateid");
  image.user_data_id = r.user_data_id ? r.user_data_id->id() : Id<model::UserData>();
  image.user_data_policy = r.user_data_policy.value_or(model::UserDataPolicy::allow_override);
  sql::update(tx, image);
  call.event_note = image.name;
  return answer_template(call, tx, image);
}

struct ResetUserDataForVirtualMachine : ForOwner {
  using Base = ForOwner;
  FIELDS(ResetUserDataForVirtualMachine,
    (Operate<model::Instance>, id, "The instance; it is stopped."),
    (std::optional<std::string>, user_data, "For its next start, base64; none when userdataid is absent, too.", .length = 1048576),
    (std::optional<Using<model::UserData>>, user_data_id, "Registered user data, in place of userdata."),
    (TextMap, user_data_details, "Values for what the user data expects.", .length = 4096))
};
InstanceAnswer reset(Call& call, sql::Transaction& tx, const ResetUserDataForVirtualMachine& r) {
  auto instance = *r.id;
  if ((r.account || r.project_id) && owner_of(tx, call, r).id != instance.account_id) access::refuse_id("id", r.id.given);
  if (instance.state != model::InstanceState::stopped)
    throw Error(Fault::conflict,
                fmt::format("The instance {} is {}; stop it first.", instance.name, name_of(instance.state)),
                instance.id.text());
  instance.user_data.clear();
  instance.user_data_id = {};
  instance.user_data_values.clear();
  take_user_data(instance, r);
  follow_template(tx, instance, sql::need<model::Template>(tx, instance.template_id));
  sql::update(tx, instance);
  call.event_note = instance.name;
  return answer_instance(call, tx, instance.id);
}
}  // namespace

void follow_template(sql::Transaction& tx, model::Instance& instance, const model::Template& image) {
  if (!image.user_data_id) return;
  const auto own = sql::get<model::UserData>(tx, image.user_data_id);
  if (!own) return;
  instance.user_data_policy = image.user_data_policy;
  if (instance.user_data.empty()) {
    instance.user_data = own->content;
    instance.user_data_id = own->id;
    return;
  }
  switch (image.user_data_policy) {
    case model::UserDataPolicy::allow_override: return;
    case model::UserDataPolicy::append:
      instance.user_data = appended_user_data(own->content, instance.user_data);
      return;
    case model::UserDataPolicy::deny_override:
      throw Error(Fault::invalid,
                  fmt::format("The template {} brings its own user data and allows no other; leave out userdata and userdataid.",
                              image.name),
                  "userdata");
  }
}

namespace {
constexpr std::string_view boundary = "WelkinUserDataParts";

/// What cloud-init takes a text for, by its beginning.
std::string_view media_type_of(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> types[] = {
      {"#cloud-config", "text/cloud-config"},
      {"#cloud-boothook", "text/cloud-boothook"},
      {"#include-once", "text/x-include-once-url"},
      {"#include", "text/x-include-url"},
      {"#part-handler", "text/part-handler"},
      {"## template: jinja", "text/jinja2"},
      {"#!", "text/x-shellscript"},
      {"\x1f\x8b", "application/gzip"}};
  for (const auto& [beginning, type] : types)
    if (text.starts_with(beginning)) return type;
  return "text/plain";
}

/// One part of the message. What is a message of parts itself stays one within.
std::string part_of(const std::string& encoded) {
  const auto text = net::from_base64(encoded).value_or("");
  if (text.starts_with("Content-Type: multipart/") || text.starts_with("MIME-Version:")) return text;
  return fmt::format("Content-Type: {}; charset=\"utf-8\"\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n{}\n",
                     media_type_of(text), encoded);
}
}  // namespace

std::string appended_user_data(const std::string& first, const std::string& second) {
  auto out = fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\nMIME-Version: 1.0\n\n", boundary);
  for (const auto* part : {&first, &second}) out += fmt::format("--{}\n{}\n", boundary, part_of(*part));
  return net::base64(out + fmt::format("--{}--\n", boundary));
}

std::vector<Command> user_data_commands() {
  constexpr auto all = Audience::everyone;
  return {
      writing<register_named>(
          {"registerUserData", "userdata", "Registers user data under a name.", all, "REGISTER.USER.DATA"}),
      writing<remove>({"deleteUserData", "", "Forgets user data.", all}),
      reading<list>({"listUserData", "userdata", "Lists registered user data.", all}),
      writing<link>({"linkUserDataToTemplate", "template", "Has user data come with a template or an ISO.", all}),
      writing<reset>({"resetUserDataForVirtualMachine", "virtualmachine", "Sets a stopped instance's user data anew.", all,
                      "VM.RESETUSERDATA"}),
  };
}

}  // namespace welkin::commands
