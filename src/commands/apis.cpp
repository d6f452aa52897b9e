// listApis: what can be called, read from the declarations themselves.
#include "commands/binder.hpp"
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/unanswered.hpp"

namespace welkin::commands {

namespace {
struct ParameterAnswer {
  FIELDS(ParameterAnswer,
    (std::string, name, "Its name."),
    (std::string, description, "What it does."),
    (std::string, type, "Of its value."),
    (int, length, "Longest text accepted."),
    (bool, required, "Whether it must be given."),
    (std::optional<std::string>, since, "The version that brought it."),
    (std::optional<std::string>, related, "Commands that answer with what it names."))
};
struct InnerFieldAnswer {
  FIELDS(InnerFieldAnswer,
    (std::string, name, "Its name."),
    (std::string, description, "What it says."),
    (std::string, type, "Of its value."))
};
struct FieldAnswer : InnerFieldAnswer {
  using Base = InnerFieldAnswer;
  FIELDS(FieldAnswer, (std::vector<InnerFieldAnswer>, response, "Fields of its objects."))
};
struct ApiAnswer {
  FIELDS(ApiAnswer,
    (std::string, name, "The command."),
    (std::string, description, "What it does."),
    (std::optional<std::string>, since, "The version that brought it."),
    (bool, is_async, "It is answered by a job."),
    (std::string, http_request_type, "GET or POST."),
    (std::optional<std::string>, related, "Commands with the same answer."),
    (std::vector<ParameterAnswer>, params, "Its parameters.", .keep_empty = true),
    (std::vector<FieldAnswer>, response, "Fields of its answer.", .keep_empty = true))
};

std::string parameter_type(const Field& field) {
  if (!field.notes.type.empty()) return std::string(field.notes.type);
  if (field.type->kind == Kind::list && field.type->shape) return "map";
  return std::string(field.type->name);
}
std::string field_type(const Field& field) {
  if (!field.notes.type.empty()) return std::string(field.notes.type);
  return std::string(field.type->name == "uuid" ? "string" : field.type->name);
}

/// Which commands answer alike, and what each noun is listed as.
class Relations {
 public:
  explicit Relations(std::span<const Command> index) {
    for (const auto& command : index) {
      if (command.facts.object.empty()) continue;
      alike_[command.answer().name].push_back(command.facts.name);
      const auto* id = command.is_list ? command.request().by_wire("id") : nullptr;
      if (id && id->type->reference) listed_as_.try_emplace(noun_of(*id->type), command.answer().name);
    }
  }
  /// The others with the command's answer, between commas.
  std::optional<std::string> of(const Command& command) const {
    const auto at = alike_.find(command.answer().name);
    return command.facts.object.empty() || at == alike_.end() ? std::nullopt : joined_but(at->second, command.facts.name);
  }
  /// Those that answer with what the parameter names.
  std::optional<std::string> of(const Field& parameter) const {
    const auto* type = parameter.type;
    while (type && !type->reference) type = type->element;
    const auto listed = type ? listed_as_.find(noun_of(*type)) : listed_as_.end();
    return listed == listed_as_.end() ? std::nullopt : joined_but(alike_.at(listed->second), {});
  }

 private:
  static std::string_view noun_of(const Type& type) {
    return static_cast<const access::Resolver*>(type.reference)->noun;
  }
  static std::optional<std::string> joined_but(const std::vector<std::string_view>& names, std::string_view self) {
    std::vector<std::string> others;
    for (const auto name : names)
      if (name != self) others.emplace_back(name);
    return unless_empty(joined(others));
  }

  std::map<std::string_view, std::vector<std::string_view>> alike_;
  std::map<std::string_view, std::string_view> listed_as_;
};

void describe_parameters(const Call& call, const Command& command, const Relations& relations, ApiAnswer& out) {
  const auto since = [&](std::string_view name) {
    const auto at = command.since.find(name);
    return at == command.since.end() ? std::nullopt : std::optional(std::string(at->second));
  };
  for (const auto& field : command.request().fields)
    if (!field.notes.admin || call.caller.is_root())
      out.params.push_back({std::string(field.wire), std::string(field.documentation), parameter_type(field),
                            field.notes.length, is_required(field), since(field.wire), relations.of(field)});
  if (command.manner != Manner::reading)
    for (const auto& extra : of_every_change)
      out.params.push_back({std::string(extra.wire), std::string(extra.documentation), std::string(extra.type),
                            FieldNotes{}.length, false, {}, {}});
  for (const auto& [name, thing] : command.lacks)
    out.params.push_back({std::string(name), fmt::format("Not supported yet: {}.", thing), "string",
                          FieldNotes{}.length, false, since(name), {}});
}

void describe_answer(const Call& call, const Command& command, ApiAnswer& out) {
  const auto shown = [&](const Field& field) { return !field.notes.admin || call.caller.is_root(); };
  for (const auto& field : command.answer().fields) {
    if (!shown(field)) continue;
    FieldAnswer answer;
    answer.name = field.wire;
    answer.description = field.documentation;
    answer.type = field_type(field);
    if (field.type->shape)
      for (const auto& inner : field.type->shape().fields)
        if (shown(inner))
          answer.response.push_back({std::string(inner.wire), std::string(inner.documentation), field_type(inner)});
    out.response.push_back(std::move(answer));
  }
  const auto gaps = unanswered().find(command.answer().name);
  if (gaps == unanswered().end()) return;
  for (const auto& [name, thing] : gaps->second) {
    FieldAnswer answer;
    answer.name = name;
    answer.description = fmt::format("Not answered yet: {}.", thing);
    answer.type = "string";
    out.response.push_back(std::move(answer));
  }
}

ApiAnswer describe(const Call& call, const Command& command, const Relations& relations) {
  ApiAnswer out;
  out.name = command.facts.name;
  out.description = command.facts.documentation;
  out.since = unless_empty(std::string(command.facts.since));
  out.is_async = command.is_async();
  out.http_request_type = command.manner == Manner::reading || command.facts.get ? "GET" : "POST";
  out.related = relations.of(command);
  describe_parameters(call, command, relations, out);
  describe_answer(call, command, out);
  return out;
}

struct ListApis : Listing {
  using Base = Listing;
  FIELDS(ListApis,
    (std::optional<std::string>, name, "Only this command."),
    (bool, list_all, "Accepted; all that may be called are listed."),
    (std::optional<access::SeeProjects>, project_id, "Only what the caller may call in this project."))
};
/// What the caller's role in the project says; nothing denied to who is no member, but rules it.
access::Rules rules_in(Call& call, sql::Transaction& tx, const std::optional<access::SeeProjects>& project) {
  const auto member = project && project->row && !call.caller.is_admin()
                          ? access::membership(tx, call.caller, project->row->id)
                          : std::nullopt;
  return member ? access::rules_of(tx, *member) : access::Rules{.everything = true};
}
Page<ApiAnswer> list_apis(Call& call, sql::Transaction& tx, const ListApis& r) {
  const Relations relations(call.index);
  const auto rules = rules_in(call, tx, r.project_id);
  Page<ApiAnswer> page;
  for (const auto& command : call.index)
    if ((!r.name || *r.name == command.facts.name) && call.may_call(command) &&
        rules.decide(command.facts.name).value_or(true))
      page.rows.push_back(describe(call, command, relations));
  if (r.name && page.rows.empty())
    throw Error(Fault::internal, fmt::format("The command {} does not exist or may not be called.", *r.name), "name");
  page.count = std::ssize(page.rows);
  return page;
}
}  // namespace

std::vector<Command> api_commands() {
  return {reading<list_apis>({"listApis", "api", "Lists the commands the caller may call.", Audience::everyone})};
}

}  // namespace welkin::commands
