// Keeps answers beside their tokens.
#include "commands/tokens.hpp"

#include "base/chain.hpp"
#include "commands/replay.hpp"

namespace welkin::commands {

namespace {
constexpr std::size_t token_bytes_max = 255;

[[noreturn]] void refuse(std::string message) {
  throw Error(Fault::invalid, std::move(message), std::string(token_parameter));
}

struct Content {
  FIELDS(Content,
    (std::string, digest, "Of what was asked."),
    (bool, is_list, "Of the answer."),
    (std::int64_t, count, "Of a list."),
    (bool, bare, "Of a list."),
    (std::string, text, "The answer as JSON; empty for one that only a job tells."),
    (std::string, made, "What is being made."))
};

Answer answer_from(const Content& content) {
  Answer out;
  out.is_list = content.is_list;
  out.count = content.count;
  out.bare = content.bare;
  if (content.text.empty()) return out;  // the job tells
  out.write = [text = content.text, list = content.is_list](Sink& sink) {
    const JsonDocument document(text);
    if (!list) return replay(sink, document.root());
    for (std::size_t i = 0; i < document.root().size(); ++i) replay(sink, document.root().at(i));
  };
  return out;
}
}  // namespace

std::optional<Token> token_in(const Command& command, const Call& call, const Parameters& parameters) {
  const auto* given = parameters.find(token_parameter);
  if (!given) return std::nullopt;
  const bool plain = std::ranges::all_of(*given, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (given->empty() || given->size() > token_bytes_max || !plain)
    refuse(fmt::format("A token has 1 to {} letters, digits and signs, and no blanks.", token_bytes_max));
  std::vector<std::string> texts = {std::string(command.facts.name)};
  auto pairs = parameters.all();
  std::ranges::sort(pairs);
  for (auto& [name, value] : pairs) {
    if (is_carriage(name)) continue;
    texts.push_back(std::move(name));
    texts.push_back(std::move(value));
  }
  return Token{call.caller.user, *given, chain_digest("", texts)};
}

std::optional<Kept> kept(sql::Transaction& tx, Cloud& cloud, const Token& token) {
  const auto row = sql::first<model::KeptAnswer>(tx, "where user_id = $1 and token = $2 and created >= $3", token.user,
                                                 token.text, cloud.now() - model::answers_kept_for);
  if (!row) return std::nullopt;
  const auto content = from_json<Content>(cloud.vault.open_sealed(row->sealed).reveal());
  if (content.digest != token.digest)
    refuse(fmt::format("The token {} belongs to another call of yours; give each call a token of its own.", token.text));
  return Kept{answer_from(content), row->job_id, content.made};
}

void keep(sql::Transaction& tx, Cloud& cloud, const Token& token, const Kept& answered) {
  tx.execute("delete from kept_answers where user_id = $1 and token = $2", sql::cells(token.user, token.text));
  model::KeptAnswer row;
  row.id = cloud.new_id<model::KeptAnswer>();
  row.user_id = token.user;
  row.token = token.text;
  row.job_id = answered.job;
  Content content;
  content.digest = token.digest;
  content.made = answered.id;
  if (!answered.job) {
    content.is_list = answered.answer.is_list;
    content.count = answered.answer.count;
    content.bare = answered.answer.bare;
    content.text = text_of(answered.answer);
  }
  row.sealed = cloud.vault.seal(Secret(to_json(content)));
  row.created = cloud.now();
  sql::insert(tx, row);
}

}  // namespace welkin::commands
