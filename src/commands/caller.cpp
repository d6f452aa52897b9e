// Who a user is.
#include "access/roles.hpp"
#include "commands/dispatcher.hpp"

namespace welkin::commands {

access::Caller caller_of(sql::Transaction& tx, const Id<model::User>& id) {
  const auto user = sql::need<model::User>(tx, id);
  const auto account = sql::need<model::Account>(tx, user.account_id);
  const auto domain = sql::need<model::Domain>(tx, account.domain_id);
  return {user.id, account.id, domain.id, account.role_id, user.user_name, account.name, domain.path, account.type, {}};
}

const void* Call::look(sql::Transaction& tx, Fetch fetch, const Uuid& id) {
  if (!id) return nullptr;
  const auto [at, fresh] = looked_.try_emplace({fetch, id});
  if (fresh) at->second = fetch(tx, id);
  return at->second.get();
}

void Call::drop_looked_at(Fetch fetch, std::vector<Uuid>& ids) const {
  std::erase_if(ids, [&](const Uuid& id) { return !id || looked_.contains({fetch, id}); });
}

bool Call::demands_factor(sql::Transaction& tx, const Id<model::Domain>& domain) {
  const auto [at, fresh] = demanding_.try_emplace(domain);
  if (fresh) at->second = access::demands_factors(tx, domain);
  return at->second;
}

std::string Command::response_name() const {
  if (!facts.response.empty()) return std::string(facts.response);
  std::string out;
  for (const char c : facts.name) out += c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  return out + "response";
}

Answer detail::packed(std::shared_ptr<void> value, const Type& type) {
  return {[value = std::move(value), &type](Sink& sink) { type.write(sink, value.get()); }};
}

Answer detail::packed_rows(std::shared_ptr<void> kept, const void* first, std::size_t number, std::size_t size,
                           const Type& type, std::int64_t count) {
  return {[=, kept = std::move(kept), &type](Sink& sink) {
            for (std::size_t i = 0; i < number; ++i) type.write(sink, static_cast<const char*>(first) + i * size);
          },
          true, count, number == 0};
}

Success succeeded(Call&, sql::Transaction&, const model::Job&, const durable::FlowRow&) { return {true, {}}; }
template Answer detail::run_result<&succeeded>(Call&, sql::Transaction&, const model::Job&, const durable::FlowRow&);
template Answer detail::AnswerTraits<Success>::pack(Success);

}  // namespace welkin::commands
