// Logins with a password, and the sessions they open.
#pragma once

#include "access/roles.hpp"
#include "api/cloudstack/envelope.hpp"

namespace welkin::api::cloudstack {

/// What a login answers. All texts, as CloudStack prints them.
struct LoginAnswer {
  FIELDS(LoginAnswer,
    (std::string, username, "The user's name."),
    (std::string, user_id, "The user."),
    (std::string, domain_id, "The user's domain."),
    (int, timeout, "Seconds without a request after which the session ends."),
    (std::string, account, "The user's account."),
    (std::string, firstname, "As known."),
    (std::string, lastname, "As known."),
    (std::string, type, "The account's type: 0 user, 1 root, 2 domain, 3 resource domain administrator."),
    (std::optional<std::string>, timezone, "As known."),
    (std::string, registered, "Always false: Welkin has no self-registration."),
    (std::string, sessionkey, "To be sent as a parameter with each request."),
    (std::string, is_2fa_enabled, "Whether a second factor is asked for.", .wire = "is2faenabled"),
    (std::string, is_2fa_verified, "Whether it has been given.", .wire = "is2faverified"),
    (std::optional<std::string>, provider_for_2fa, "The factor that is set up: totp or staticpin.", .wire = "providerfor2fa"),
    (std::optional<std::string>, issuer_for_2fa, "Under which name apps for codes show it.", .wire = "issuerfor2fa"),
    (std::optional<std::string>, management_server_id, "The server, for root administrators."),
    (std::optional<bool>, password_change_required, "Nothing else is answered before the password is changed."))
};

/// Who is logged in, and by which session.
struct LoggedIn {
  std::shared_ptr<const access::Identity> identity;
  Id<model::Session> session;
  bool factor_given = false;
};

class Sessions {
 public:
  Sessions(Cloud& cloud, access::Directory& directory) : cloud_(cloud), directory_(directory) {}

  Reply login(Format format, const Request& request);
  Reply logout(Format format, const Request& request);
  /// Who the request's session belongs to; nobody when it has none. Throws `unauthorized` when it has one that does not
  /// hold: the session is then over. The same for a request that a foreign page has made a browser send: it goes on then.
  LoggedIn find(const Request& request, bool changes);
  void end(const Id<model::Session>& session);
  /// Ends sessions unused for too long.
  void sweep();

 private:
  /// `hash` is of the password that was right a moment ago.
  Reply open_session(Format format, const Request& request, const Id<model::User>& user, const std::string& hash);
  LoginAnswer login_answer(sql::Transaction& tx, const model::User& user, const access::Identity& identity,
                           const std::string& key);
  std::optional<model::Session> session_of(const Request& request);

  Cloud& cloud_;
  access::Directory& directory_;
};

inline constexpr auto session_lifetime = 30min;

}  // namespace welkin::api::cloudstack
