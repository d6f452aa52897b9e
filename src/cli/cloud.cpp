// Calls by POST, so that nothing secret lies in a URL.
#include "cli/cloud.hpp"

#include <fmt/format.h>

#include "base/described.hpp"
#include "base/error.hpp"
#include "cli/signature.hpp"
#include "net/url.hpp"

namespace welkin::cli {

namespace json = boost::json;

namespace {
constexpr auto signature_life = std::chrono::minutes(10);

net::HttpClientOptions client_options(const Profile& profile, const Patience& patience) {
  net::HttpClientOptions options;
  options.connect_max = patience.connect;
  options.silence_max = options.total_max = patience.answer;
  options.redirects_max = 0;  // WHY: what is signed for one server is not another's business
  options.answer_bytes_max = 512 << 20;
  if (!profile.verify) options.tls = net::tls_client_unverified();
  return options;
}

std::string text_of(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

/// What to do about a server that cannot be talked to.
std::string advice(const Error& error) {
  if (error.message.contains("certificate"))
    return fmt::format(" ({}) Ask its operator, or accept any by verify=false in the profile.", error.cause);
  return " Is the endpoint right, and does the cloud run?";
}

[[noreturn]] void no_api(const Profile& profile, const std::string& what) {
  throw Error(Fault::unreachable,
              fmt::format("'{}' answers, but {}; is this the address of an API?", profile.endpoint, what),
              "endpoint");
}
}  // namespace

Refused::Refused(std::string command, int code, std::string text)
    : command(std::move(command)),
      code(code),
      text(std::move(text)),
      message(fmt::format("{} failed with {}: {}", this->command, code, this->text)) {}

Cloud::Cloud(Profile profile, Patience patience)
    : profile_(std::move(profile)), client_(client_options(profile_, patience)) {}
Cloud::~Cloud() { log_out(); }

bool Cloud::has_keys() const { return !profile_.api_key.empty() && !profile_.secret_key.empty(); }

json::object Cloud::call(const std::string& command, net::TextPairs parameters) {
  parameters.emplace_back("command", command);
  parameters.emplace_back("response", "json");
  if (has_keys()) {
    const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    parameters =
        with_signature(std::move(parameters), profile_.api_key, profile_.secret_key, now + signature_life);
  } else {
    if (session_key_.empty()) log_in();
    parameters.emplace_back("sessionkey", session_key_);
  }
  return unwrap(command, post(parameters));
}

net::ClientAnswer Cloud::post(const net::TextPairs& parameters) {
  net::Headers headers;
  if (!cookies_.empty()) headers.add("Cookie", cookies_);
  try {
    return client_.post(profile_.endpoint, net::query_of(parameters), "application/x-www-form-urlencoded",
                        headers);
  } catch (const Error& error) {
    if (!error.worth_retrying()) throw;
    throw Error(error.fault, error.message + advice(error), error.subject, error.cause);
  }
}

json::object Cloud::unwrap(const std::string& command, const net::ClientAnswer& answer) const {
  if (answer.status >= 300 && answer.status < 400)
    no_api(profile_, fmt::format("sends on to '{}'", answer.headers.get("Location")));
  json::error_code error;
  const auto parsed = json::parse(answer.body, error);
  if (error || !parsed.is_object() || parsed.get_object().size() != 1 ||
      !parsed.get_object().begin()->value().is_object())
    no_api(profile_, fmt::format("with status {} and no JSON envelope", answer.status));
  const auto& inside = parsed.get_object().begin()->value().get_object();
  if (answer.status < 400 && !inside.contains("errorcode")) return inside;
  const auto* code = inside.if_contains("errorcode");
  throw Refused(command, code && code->is_int64() ? int(code->get_int64()) : answer.status,
                text_of(inside, "errortext"));
}

void Cloud::log_in() {
  net::TextPairs parameters{{"command", "login"},
                            {"response", "json"},
                            {"username", profile_.username},
                            {"password", profile_.password.reveal()}};
  if (!profile_.domain.empty()) parameters.emplace_back("domain", profile_.domain);
  const auto answer = post(parameters);
  const auto inside = unwrap("login", answer);
  for (std::size_t i = 0; i < answer.headers.size(); ++i) {
    const auto [name, value] = answer.headers.at(i);
    if (!same_text_ignoring_case(name, "Set-Cookie")) continue;
    cookies_ += (cookies_.empty() ? "" : "; ") + std::string(value.substr(0, value.find(';')));
  }
  session_key_ = text_of(inside, "sessionkey");
  if (session_key_.empty()) no_api(profile_, "logs in without a session key");
}

void Cloud::log_out() noexcept {
  if (session_key_.empty()) return;
  try {
    post({{"command", "logout"}, {"response", "json"}, {"sessionkey", session_key_}});
  } catch (...) {
    // The server forgets sessions by itself; the answer that was asked for is there already.
  }
}

}  // namespace welkin::cli
