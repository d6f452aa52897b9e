// Between HTTP and the dialect.
#include "api/cloudstack/http.hpp"

#include "api/cloudstack/envelope.hpp"
#include "api/cloudstack/signature.hpp"
#include "net/url.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr std::string_view api_path = "/client/api";

/// What is signed names the command: a signature of one is of no use on the path of another.
void name_by_path(Request& request, std::string_view path) {
  const auto name = path.size() > api_path.size() + 1 && is_api_path(path) ? path.substr(api_path.size() + 1) : "";
  if (name.empty()) return;
  const auto* given = find(request.parameters, "command");
  if (given && *given != name)
    throw Error(Fault::invalid, "The path names another command than the parameter command: leave out one of them.", "command");
  request.named_by_path = true;
  if (!given) request.parameters.emplace_back("command", name);
}
}  // namespace

Request request_of(const net::HttpRequest& http) {
  Request out;
  out.post = http.method == "POST";
  net::QueryLimits limits;
  limits.value_bytes_max = 1 << 20;
  if (out.post && http.headers.get("content-type").starts_with("application/x-www-form-urlencoded"))
    out.parameters = net::parse_query(http.body, limits);
  limits.value_bytes_max = 64 << 10;
  for (auto& pair : net::parse_query(http.query(), limits)) {
    // What the query names, the body does not: it would be signed twice.
    std::erase_if(out.parameters, [&](const auto& known) { return known.first == pair.first; });
    out.parameters.push_back(std::move(pair));
  }
  name_by_path(out, http.path());
  out.cookies = http.cookies();
  out.source = http.peer;
  out.origin = http.headers.get("origin");
  out.host = http.headers.get("host");
  out.referer = http.headers.get("referer");
  out.fetch_site = http.headers.get("sec-fetch-site");
  out.agent = http.headers.get("user-agent");
  out.fields = http.headers;
  out.secure = http.secure;
  return out;
}

net::HttpResponse response_of(Reply reply) {
  net::HttpResponse out;
  out.status = reply.status;
  out.content_type = std::move(reply.content_type);
  out.headers.add("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) out.headers.add(name, value);
  out.body = std::move(reply.body);
  return out;
}

Reply unreadable(const net::HttpRequest& http, const Error& error) {
  // What the parameters say is not known; how the answer is to look may be seen all the same.
  const bool json = http.path().starts_with("/client/api/") || http.query().contains("response=json");
  return failure(json ? Format::json : Format::xml, "errorresponse", error);
}

namespace {
// Much longer than what differs between refusals takes; a wrong password costs a slow hash besides.
constexpr Duration beat = 5ms, beat_of_logins = 250ms;
}  // namespace

Duration held_back(const Request& request, const Reply& reply, Duration taken) {
  if (reply.status < 400) return Duration::zero();
  const auto* command = find(request.parameters, "command");
  const auto step = command && same_text_ignoring_case(*command, "login") ? beat_of_logins : beat;
  return step - taken % step;
}

bool is_api_path(std::string_view path) {
  return path.starts_with(api_path) && (path.size() == api_path.size() || path[api_path.size()] == '/');
}

}  // namespace welkin::api::cloudstack
