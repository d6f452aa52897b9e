// Idempotency tokens: a call that carries one is done once, however often it arrives.
#pragma once

#include "commands/binder.hpp"
#include "commands/command.hpp"
#include "model/kept_answer.hpp"

namespace welkin::commands {

inline constexpr std::string_view token_parameter = "idempotencytoken";

/// A call's token, and what it stands for.
struct Token {
  Id<model::User> user;
  std::string text;
  std::string digest;  ///< of the command and all its parameters
};
/// Nothing when there is none. Throws `invalid` for one that is no token.
std::optional<Token> token_in(const Command& command, const Call& call, const Parameters& parameters);

/// What a call was answered.
struct Kept {
  Answer answer;
  Id<model::Job> job;
  std::string id;
};
/// What the token's first call was answered, within a day. Throws `invalid` when that was another call.
std::optional<Kept> kept(sql::Transaction& tx, Cloud& cloud, const Token& token);
/// In the transaction of the call's effect.
void keep(sql::Transaction& tx, Cloud& cloud, const Token& token, const Kept& answered);

}  // namespace welkin::commands
