// Writes envelopes. The shapes are those of facts/cloudstack-protocol.md §4.
#include "api/cloudstack/envelope.hpp"

#include "api/cloudstack/codes.hpp"
#include "commands/replay.hpp"
#include "net/xml.hpp"

namespace welkin::api::cloudstack {

namespace {
using Inside = std::function<void(Sink&)>;

Reply enveloped(Format format, std::string_view name, const Inside& inside, std::string_view version) {
  Reply reply;
  if (format == Format::json) {
    JsonSink sink(reply.body, JsonSink::Names::wire);
    sink.begin_object();
    sink.key(name, name);
    inside(sink);
    sink.end_object();
    return reply;
  }
  reply.content_type = "text/xml; charset=UTF-8";
  reply.body = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  net::XmlSink sink(reply.body);
  if (version.empty())
    sink.open(name);
  else
    sink.open(name, {{"cloud-stack-version", version}});
  inside(sink);
  sink.close(name);
  return reply;
}

void write_list(Sink& sink, const commands::Command& command, const commands::Answer& answer) {
  sink.begin_object();
  if (answer.count > 0) {
    sink.key("count", "count");
    sink.integer(answer.count);
    if (!answer.bare) {
      sink.key(command.facts.object, command.facts.object);
      sink.begin_list();
      answer.write(sink);
      sink.end_list();
    }
  }
  sink.end_object();
}

void write_started(Sink& sink, const commands::Reply& result) {
  sink.begin_object();
  if (!result.id.empty()) {
    sink.key("id", "id");
    sink.text(result.id);
  }
  sink.key("jobid", "jobid");
  sink.text(result.job.text());
  sink.end_object();
}

void write_object(Sink& sink, const commands::Command& command, const commands::Answer& answer) {
  if (command.facts.object.empty()) {
    answer.write(sink);
    return;
  }
  sink.begin_object();
  sink.key(command.facts.object, command.facts.object);
  answer.write(sink);
  sink.end_object();
}

void write_answer(Sink& sink, const commands::Command& command, const commands::Reply& result) {
  command.is_list ? write_list(sink, command, result.answer) : write_object(sink, command, result.answer);
}

/// What the answer would be, and beside it that it is none.
void write_rehearsed(Sink& sink, const commands::Command& command, const commands::Reply& result) {
  sink.begin_object();
  sink.key("dryrun", "dryrun");
  write(sink, *result.foreseen);
  if (result.answer.write) {
    std::string text;
    JsonSink json(text, JsonSink::Names::wire);
    write_answer(json, command, result);
    const JsonDocument document(text);
    commands::replay_members(sink, document.root());
  }
  sink.end_object();
}

/// A header must stay one line, whatever the text holds.
std::string header_text(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 1000)) out += std::uint8_t(c) < 0x20 || c == 0x7f ? ' ' : c;
  return out;
}
}  // namespace

Reply answer(Format format, const commands::Command& command, const commands::Reply& result, std::string_view version) {
  return enveloped(
      format, command.response_name(),
      [&](Sink& sink) {
        if (result.job)
          write_started(sink, result);
        else if (result.foreseen)
          write_rehearsed(sink, command, result);
        else
          write_answer(sink, command, result);
      },
      version);
}

Reply flat_text(Format format, std::string_view name, const Inside& members, std::string_view version) {
  return enveloped(format, name, members, version);
}

Reply failure(Format format, std::string_view name, int status, int detail, std::string_view text, bool plain) {
  auto reply = enveloped(
      format, name,
      [&](Sink& sink) {
        sink.begin_object();
        if (format == Format::json) {
          sink.key("uuidList", "uuidList");
          sink.begin_list();
          sink.end_list();
        }
        sink.key("errorcode", "errorcode");
        sink.integer(status);
        if (!plain) {
          sink.key("cserrorcode", "cserrorcode");
          sink.integer(detail);
        }
        sink.key("errortext", "errortext");
        sink.text(text);
        sink.end_object();
      },
      {});
  reply.status = status;
  if (!plain) reply.headers.emplace_back("X-Description", header_text(text));
  return reply;
}

Reply failure(Format format, std::string_view name, const Error& error, bool plain) {
  const auto code = code_of(error);
  return failure(format, name, code.status, code.detail, error.message, plain);
}

}  // namespace welkin::api::cloudstack
