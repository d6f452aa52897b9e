// Commands of how much an account may call.
#include "commands/listing.hpp"
#include "commands/throttle.hpp"

namespace welkin::commands {

namespace {
using access::Operate;

struct ApiLimitAnswer {
  FIELDS(ApiLimitAnswer,
    (Id<model::Account>, account_id, "The caller's account."),
    (std::string, account, "By name."),
    (int, api_issued, "Calls in the current while.", .wire = "apiIssued"),
    (int, api_allowed, "Calls that are left in it; -1 when there is no limit.", .wire = "apiAllowed"),
    (std::int64_t, expire_after, "Milliseconds until it begins anew.", .wire = "expireAfter"))
};
struct GetApiLimit {
  NO_FIELDS(GetApiLimit)
};
ApiLimitAnswer get_limit(Call& call, sql::Transaction& tx, const GetApiLimit&) {
  ApiLimitAnswer out;
  out.account_id = call.caller.account;
  out.account = call.caller.account_name;
  const auto limits = Throttle::limits_in(tx);
  const auto standing = call.throttle->standing(call.caller.account, limits);
  out.api_issued = int(standing.issued);
  out.api_allowed = limits.enabled && !call.caller.is_root() ? int(standing.allowed) : -1;
  out.expire_after = std::chrono::duration_cast<std::chrono::milliseconds>(standing.left).count();
  return out;
}

struct ResetApiLimit {
  FIELDS(ResetApiLimit, (std::optional<Operate<model::Account>>, account, "Only this account's; all when absent."))
};
Success reset_limit(Call& call, sql::Transaction&, const ResetApiLimit& r) {
  call.afterwards.emplace_back([throttle = call.throttle, account = r.account ? r.account->id() : Id<model::Account>()] {
    throttle->reset(account);
  });
  return {true, {}};
}
}  // namespace

std::vector<Command> api_limit_commands() {
  return {
      reading<get_limit>(
          {"getApiLimit", "apilimit", "Answers how much the caller's account may still call.", Audience::everyone}),
      writing<reset_limit>({"resetApiLimit", "", "Lets an account, or all, call as if it had not yet."}),
  };
}

}  // namespace welkin::commands
