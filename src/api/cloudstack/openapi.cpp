// The OpenAPI document: a path for each command.
#include "api/cloudstack/openapi.hpp"

#include <set>

#include "api/cloudstack/codes.hpp"
#include "api/cloudstack/schemas.hpp"
#include "api/cloudstack/sessions.hpp"
#include "base/version.hpp"
#include "commands/binder.hpp"
#include "commands/second_factors.hpp"
#include "commands/unanswered.hpp"
#include "net/digest.hpp"
#include "net/gzip.hpp"

namespace welkin::api::cloudstack {

namespace {
using commands::Command;

/// What a login takes, and what a logout answers.
struct LoginRequest {
  FIELDS(LoginRequest,
    (std::string, username, "The user's name."),
    (std::string, password, "The user's password."),
    (std::optional<std::string>, domain, "The path of the user's domain; the root domain if neither is given."),
    (std::optional<Uuid>, domain_id, "The user's domain, in place of its path."))
};
struct LogoutAnswer {
  FIELDS(LogoutAnswer, (std::string, description, "success"))
};

std::string_view name_of_audience(commands::Audience audience) {
  switch (audience) {
    case commands::Audience::root: return "root";
    case commands::Audience::admins: return "admins";
    case commands::Audience::everyone: break;
  }
  return "everyone";
}

/// All statuses that a refusal can have.
std::set<int> refusals() {
  std::set<int> out = {401, 429, 432, 503};
  for (int fault = 0; fault <= int(Fault::internal); ++fault) {
    out.insert(code_of(Error(Fault(fault), {})).status);
    out.insert(code_of(Error(Fault(fault), {}, std::string(commands::malformed_name))).status);
    out.insert(code_of(Error(Fault(fault), {}, std::string(commands::wrong_factor))).status);
  }
  return out;
}

void describe_info(Sink& sink) {
  object(sink, "info", [&] {
    member(sink, "title", "Welkin");
    member(sink, "version", version);
    member(sink, "description",
           "Apache CloudStack's API, a path for each command: /client/api/NAME is /client/api?command=NAME, and is answered as JSON "
           "unless response=xml asks for XML. Each command takes GET and POST, with parameters in the query or as a form; of "
           "those that change something POST is described here. A signature is of all parameters, command=NAME with them, as "
           "CloudStack has it. Lists of objects and maps are sent as several parameters: details[0].key=a&details[0].value=b. "
           "x-audience says who may call a command where the caller's role has no rule for it; listApis answers what the "
           "caller may call. x-asynchronous commands answer with a job, and x-job-result is what queryAsyncJobResult then has of it.");
  });
}

void describe_scheme(Sink& sink, std::string_view name, std::string_view place, std::string_view parameter,
                     std::string_view documentation) {
  object(sink, name, [&] {
    member(sink, "type", "apiKey");
    member(sink, "in", place);
    member(sink, "name", parameter);
    member(sink, "description", documentation);
  });
}
void describe_schemes(Sink& sink) {
  object(sink, "securitySchemes", [&] {
    describe_scheme(sink, "key", "query", "apiKey", "The public key of a user's pair; the signature goes with it.");
    describe_scheme(sink, "signature", "query", "signature",
                    "Base64 of the HMAC-SHA1, or HMAC-SHA256, under the secret key of the lower-cased, sorted, "
                    "percent-encoded parameters, apiKey and command with them.");
    describe_scheme(sink, "session", "cookie", "JSESSIONID", "What login has set; the session's key goes with it.");
    describe_scheme(sink, "sessionkey", "query", "sessionkey", "What login has answered.");
  });
}
void require_schemes(Sink& sink) {
  const auto both = [&](std::string_view one, std::string_view other) {
    object(sink, [&] {
      list(sink, one, [] {});
      list(sink, other, [] {});
    });
  };
  list(sink, "security", [&] {
    both("key", "signature");
    both("session", "sessionkey");
  });
}

void describe_contents(Sink& sink, const std::function<void()>& schema) {
  object(sink, "content", [&] {
    object(sink, "application/json", [&] { object(sink, "schema", schema); });
    object(sink, "text/xml", [&] { object(sink, "schema", [] {}); });
  });
}

void describe_refusal(Sink& sink) {
  object(sink, "RefusalAnswer", [&] {
    member(sink, "type", "object");
    object(sink, "properties", [&] {
      object(sink, "errorcode", [&] {
        member(sink, "description", "The status of HTTP once more.");
        list(sink, "enum", [&] {
          for (const int status : refusals()) sink.integer(status);
        });
      });
      object(sink, "cserrorcode", [&] {
        member(sink, "type", "integer");
        member(sink, "description", "CloudStack's code of what is wrong.");
      });
      object(sink, "errortext", [&] {
        member(sink, "type", "string");
        member(sink, "description", "What is wrong, with which value, and what to do.");
      });
      object(sink, "uuidList", [&] { member(sink, "type", "array"); });
    });
    list(sink, "required", [&] {
      sink.text("errorcode");
      sink.text("errortext");
    });
  });
}
void describe_common_schemas(Sink& sink) {
  describe_refusal(sink);
  object(sink, "StartedAnswer", [&] {
    member(sink, "type", "object");
    object(sink, "properties", [&] {
      for (const std::string_view name : {"id", "jobid"})
        object(sink, name, [&] { describe_answered(sink, type_of<Uuid>()); });
    });
    list(sink, "required", [&] { sink.text("jobid"); });
  });
  object(sink, "RehearsedAnswer", [&] {
    member(sink, "type", "object");
    member(sink, "description", "Of a call with dryrun=true: nothing has changed. What the answer would be stands beside, where it is known.");
    object(sink, "properties", [&] { object(sink, "dryrun", [&] { reference(sink, "schemas", "Foreseen"); }); });
    list(sink, "required", [&] { sink.text("dryrun"); });
  });
}

Shapes shapes_of(std::span<const Command> commands) {
  Shapes out;
  for (const auto& command : commands) collect(out, command.answer());
  collect(out, shape_of<flows::Foreseen>());
  collect(out, shape_of<LoginAnswer>());
  collect(out, shape_of<LogoutAnswer>());
  return out;
}

void describe_components(Sink& sink, std::span<const Command> commands) {
  object(sink, "components", [&] {
    object(sink, "schemas", [&] {
      describe_common_schemas(sink);
      for (const auto& [name, shape] : shapes_of(commands)) {
        const auto gaps = commands::unanswered().find(name);
        object(sink, name, [&] {
          describe_shape(sink, *shape, gaps == commands::unanswered().end() ? nullptr : &gaps->second);
        });
      }
    });
    object(sink, "responses", [&] {
      object(sink, "Refused", [&] {
        member(sink, "description", "The call is refused, and nothing has changed. The member is named as the answer would be, or errorresponse.");
        describe_contents(sink, [&] {
          member(sink, "type", "object");
          member(sink, "minProperties", 1);
          member(sink, "maxProperties", 1);
          object(sink, "additionalProperties", [&] { reference(sink, "schemas", "RefusalAnswer"); });
        });
      });
    });
    object(sink, "parameters", [&] {
      object(sink, "response", [&] {
        member(sink, "name", "response");
        member(sink, "in", "query");
        object(sink, "schema", [&] {
          member(sink, "type", "string");
          list(sink, "enum", [&] {
            sink.text("json");
            sink.text("xml");
          });
          member(sink, "default", "json");
        });
      });
    });
    describe_schemes(sink);
  });
}

/// What stands in a command's envelope when it is done.
void describe_done(Sink& sink, const Command& command) {
  const auto& answer = command.answer();
  if (!command.is_list && command.facts.object.empty()) return reference(sink, "schemas", answer.name);
  member(sink, "type", "object");
  object(sink, "properties", [&] {
    if (command.is_list) object(sink, "count", [&] { describe_answered(sink, type_of<std::int64_t>()); });
    object(sink, command.facts.object, [&] {
      if (!command.is_list) return reference(sink, "schemas", answer.name);
      member(sink, "type", "array");
      object(sink, "items", [&] { reference(sink, "schemas", answer.name); });
    });
  });
  if (!command.is_list) list(sink, "required", [&] { sink.text(command.facts.object); });
}
/// What stands in the envelope at once.
void describe_answer(Sink& sink, const Command& command) {
  if (command.manner == commands::Manner::reading) return describe_done(sink, command);
  list(sink, "anyOf", [&] {
    object(sink, [&] {
      command.is_async() ? reference(sink, "schemas", "StartedAnswer") : describe_done(sink, command);
    });
    object(sink, [&] { reference(sink, "schemas", "RehearsedAnswer"); });
  });
}

void describe_responses(Sink& sink, std::string_view envelope, const std::function<void()>& inside) {
  object(sink, "responses", [&] {
    object(sink, "200", [&] {
      member(sink, "description", "Done.");
      describe_contents(sink, [&] {
        member(sink, "type", "object");
        object(sink, "properties", [&] { object(sink, envelope, inside); });
        list(sink, "required", [&] { sink.text(envelope); });
      });
    });
    for (const std::string_view statuses : {"4XX", "5XX"})
      object(sink, statuses, [&] { reference(sink, "responses", "Refused"); });
  });
}

void describe_parameter(Sink& sink, const Field& field) {
  object(sink, [&] {
    member(sink, "name", field.wire);
    member(sink, "in", "query");
    member(sink, "description", field.documentation);
    mark(sink, "required", commands::is_required(field));
    if (field.notes.admin) member(sink, "x-audience", "root");
    if (is_spread(field)) {
      // The parameters are named by the object's members, not by its own name.
      member(sink, "style", "form");
      mark(sink, "explode", true);
      object(sink, "schema", [&] {
        member(sink, "type", "object");
        object(sink, "patternProperties", [&] { describe_parts(sink, field); });
        begin(sink, "additionalProperties");
        sink.boolean(false);
      });
      return;
    }
    if (field.type->kind == Kind::list) {
      member(sink, "style", "form");
      begin(sink, "explode");
      sink.boolean(false);
    }
    object(sink, "schema", [&] { describe_asked(sink, field); });
  });
}
void describe_query(Sink& sink, const Shape& request) {
  list(sink, "parameters", [&] {
    object(sink, [&] { reference(sink, "parameters", "response"); });
    for (const auto& field : request.fields) describe_parameter(sink, field);
  });
}

void describe_form_members(Sink& sink, const Shape& request, bool changes) {
  object(sink, "properties", [&] {
    for (const auto& field : request.fields)
      if (!is_spread(field))
        object(sink, field.wire, [&] {
          describe_asked(sink, field);
          member(sink, "description", field.documentation);
          if (field.notes.admin) member(sink, "x-audience", "root");
        });
    if (changes)
      for (const auto& extra : commands::of_every_change)
        object(sink, extra.wire, [&] {
          member(sink, "type", extra.type);
          if (extra.type == "string") member(sink, "maxLength", FieldNotes{}.length);
          member(sink, "description", extra.documentation);
        });
  });
  if (std::ranges::any_of(request.fields, is_spread))
    object(sink, "patternProperties", [&] {
      for (const auto& field : request.fields)
        if (is_spread(field)) describe_parts(sink, field);
    });
  const auto named = [](const Field& field) { return commands::is_required(field) && !is_spread(field); };
  if (std::ranges::any_of(request.fields, named))
    list(sink, "required", [&] {
      for (const auto& field : request.fields)
        if (named(field)) sink.text(field.wire);
    });
}
void describe_form(Sink& sink, const Shape& request, bool changes) {
  list(sink, "parameters", [&] { object(sink, [&] { reference(sink, "parameters", "response"); }); });
  const auto is_list = [](const Field& field) { return field.type->kind == Kind::list && !is_spread(field); };
  object(sink, "requestBody", [&] {
    mark(sink, "required", std::ranges::any_of(request.fields, commands::is_required));
    object(sink, "content", [&] {
      object(sink, "application/x-www-form-urlencoded", [&] {
        object(sink, "schema", [&] {
          member(sink, "type", "object");
          describe_form_members(sink, request, changes);
        });
        if (!std::ranges::any_of(request.fields, is_list)) return;
        object(sink, "encoding", [&] {
          for (const auto& field : request.fields)
            if (is_list(field))
              object(sink, field.wire, [&] {
                member(sink, "style", "form");
                begin(sink, "explode");
                sink.boolean(false);
              });
        });
      });
    });
  });
}

void describe_command(Sink& sink, const Command& command) {
  const auto& facts = command.facts;
  const bool changes = command.manner != commands::Manner::reading;
  object(sink, fmt::format("/client/api/{}", facts.name), [&] {
    object(sink, changes ? "post" : "get", [&] {
      member(sink, "operationId", facts.name);
      member(sink, "summary", facts.documentation);
      member(sink, "x-audience", name_of_audience(facts.audience));
      if (!facts.since.empty()) member(sink, "x-since", facts.since);
      if (!facts.event.empty()) member(sink, "x-event", facts.event);
      mark(sink, "x-asynchronous", command.is_async());
      if (command.is_async()) object(sink, "x-job-result", [&] { describe_done(sink, command); });
      if (!command.lacks.empty())
        object(sink, "x-lacks", [&] {
          for (const auto& [name, thing] : command.lacks) member(sink, name, thing);
        });
      changes ? describe_form(sink, command.request(), true) : describe_query(sink, command.request());
      describe_responses(sink, command.response_name(), [&] { describe_answer(sink, command); });
    });
  });
}

/// Login and logout are no commands: they make and end what commands are called by.
void describe_signing(Sink& sink, std::string_view name, std::string_view documentation, const Shape& request,
                      const Shape& answer) {
  object(sink, fmt::format("/client/api/{}", name), [&] {
    object(sink, "post", [&] {
      member(sink, "operationId", name);
      member(sink, "summary", documentation);
      member(sink, "x-audience", "everyone");
      list(sink, "security", [] {});
      describe_form(sink, request, false);
      describe_responses(sink, fmt::format("{}response", name), [&] { reference(sink, "schemas", answer.name); });
    });
  });
}
}  // namespace

std::string openapi_of(std::span<const Command> commands) {
  std::string out;
  JsonSink sink(out, JsonSink::Names::wire);
  object(sink, [&] {
    member(sink, "openapi", "3.1.0");
    describe_info(sink);
    list(sink, "servers", [&] { object(sink, [&] { member(sink, "url", "/"); }); });
    require_schemes(sink);
    object(sink, "paths", [&] {
      describe_signing(sink, "login", "Opens a session.", shape_of<LoginRequest>(), shape_of<LoginAnswer>());
      describe_signing(sink, "logout", "Ends the session.", shape_of<Nothing>(), shape_of<LogoutAnswer>());
      for (const auto& command : commands) describe_command(sink, command);
    });
    describe_components(sink, commands);
  });
  return out;
}

Description::Description(std::span<const Command> commands)
    : text_(std::make_shared<const std::string>(openapi_of(commands))),
      small_(std::make_shared<const std::string>(net::gzip(*text_))),
      tag_(fmt::format("\"{}\"", net::sha256_hex(*text_).substr(0, 32))) {}

net::HttpResponse Description::answer(const net::HttpRequest& request) const {
  net::HttpResponse out;
  out.headers.add("ETag", "W/" + tag_);  // weak: the same document, small or not
  out.headers.add("Vary", "Accept-Encoding");
  out.headers.add("Cache-Control", "no-cache");
  out.headers.add("X-Content-Type-Options", "nosniff");
  // Weak or strong, one of several or any: it is this text or another.
  const auto known = request.headers.get("if-none-match");
  if (known == "*" || known.contains(tag_)) {
    out.status = 304;
    out.content_type.clear();
    return out;
  }
  out.content_type = "application/json; charset=UTF-8";
  const bool small = net::takes_gzip(request.headers.get("accept-encoding"));
  if (small) out.headers.add("Content-Encoding", "gzip");
  out.shared_body = small ? small_ : text_;
  return out;
}

}  // namespace welkin::api::cloudstack
