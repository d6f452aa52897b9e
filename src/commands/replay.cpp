// From JSON into sinks.
#include "commands/replay.hpp"

namespace welkin::commands {

void replay_members(Sink& sink, Json object) {
  object.each_member([&](std::string_view key, Json value) {
    sink.key(key, key);
    replay(sink, value);
  });
}

void replay(Sink& sink, Json json) {
  if (json.is_object()) {
    sink.begin_object();
    replay_members(sink, json);
    sink.end_object();
  } else if (json.is_list()) {
    sink.begin_list();
    for (std::size_t i = 0; i < json.size(); ++i) replay(sink, json.at(i));
    sink.end_list();
  } else if (json.is_text()) {
    sink.text(json.text());
  } else if (json.is_bool()) {
    sink.boolean(json.boolean());
  } else if (json.is_number()) {
    json.number() == double(json.integer()) ? sink.integer(json.integer()) : sink.number(json.number());
  } else {
    sink.null();
  }
}

std::string text_of(const Answer& answer) {
  std::string out;
  JsonSink sink(out, JsonSink::Names::wire);
  if (answer.is_list) sink.begin_list();
  if (answer.write) answer.write(sink);
  if (answer.is_list) sink.end_list();
  return out;
}

}  // namespace welkin::commands
