// Between HTTP and the dialect.
#include "api/cloudstack/http.hpp"

#include <unordered_map>

#include "api/cloudstack/envelope.hpp"
#include "api/cloudstack/signature.hpp"
#include "net/url.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr std::string_view api_path = "/client/api";

/// Of several with one name the last stays: what the query names, the body does not, for it would be signed twice. There
/// may be thousands, from anybody: the time grows with their number, not with its square.
net::TextPairs last_of_each(net::TextPairs pairs) {
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < pairs.size(); ++i) last[pairs[i].first] = i;
  if (last.size() == pairs.size()) return pairs;
  std::vector<bool> stays(pairs.size());
  for (const auto& [name, at] : last) stays[at] = true;
  net::TextPairs out;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (stays[i]) out.push_back(std::move(pairs[i]));
  return out;
}

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
  std::ranges::move(net::parse_query(http.query(), limits), std::back_inserter(out.parameters));
  out.parameters = last_of_each(std::move(out.parameters));
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
