// One exchange after another along redirects, each address checked before it is connected to.
#include "net/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/described.hpp"
#include "base/error.hpp"
#include "net/answer_parser.hpp"
#include "net/dialled.hpp"
#include "net/resolve.hpp"
#include "net/response_head.hpp"

namespace welkin::net {

namespace {
using Instant = Dialled::Instant;
constexpr std::size_t read_bytes = 64 << 10;
constexpr std::size_t kept_bytes_max = 64 << 10;  // of an answer that a target did not want

Instant now() { return std::chrono::steady_clock::now(); }

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_credential(std::string_view name) {
  return same_text_ignoring_case(name, "Authorization") || same_text_ignoring_case(name, "Cookie");
}

std::string request_text(const ClientRequest& request, const WebAddress& url, const std::string& agent) {
  std::string out = fmt::format("{} {} HTTP/1.1\r\n", request.method, url.target);
  append_field(out, "Host", url.authority());
  append_field(out, "User-Agent", agent);
  append_field(out, "Accept-Encoding", "identity");
  append_field(out, "Connection", "close");
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers.at(i);
    append_field(out, name, value);
  }
  if (!request.content_type.empty()) append_field(out, "Content-Type", request.content_type);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT")
    append_field(out, "Content-Length", std::to_string(request.body.size()));
  return out + "\r\n" + request.body;
}

/// RFC 9110 §15.4: what follows a 303, and by custom a POST's 301 or 302, is a GET.
void turn(ClientRequest& request, int status, bool same_origin) {
  const bool to_get = status == 303 || ((status == 301 || status == 302) && request.method == "POST");
  if (to_get && request.method != "HEAD") {
    request.method = "GET";
    request.body.clear();
    request.content_type.clear();
  }
  if (same_origin) return;
  Headers kept;
  for (std::size_t i = 0; i < request.headers.size(); ++i)
    if (const auto [name, value] = request.headers.at(i); !is_credential(name)) kept.add(name, value);
  request.headers = std::move(kept);
}

/// One request and its answer.
class Exchange {
 public:
  Exchange(const HttpClientOptions& options, const TlsContext& tls, const BodyTarget* target,
           Instant deadline)
      : options_(options), tls_(tls), target_(target), deadline_(deadline) {}

  ClientAnswer run(const ClientRequest& request, const WebAddress& url) {
    const auto connected_by = std::min(deadline_, now() + options_.connect_max);
    const auto addresses = resolve(url.host, connected_by);
    // One bad address spoils the name: which of them is used must not be a matter of luck.
    if (options_.policy)
      for (const auto& address : addresses) options_.policy->check(address, url.host);
    Dialled connection(url, addresses, tls_, connected_by);
    connection.write(request_text(request, url, options_.agent), next_deadline());
    AnswerParser parser({[this](const AnswerHead& head) { take_head(head); },
                         [this](std::string_view piece) { take(piece); }},
                        request.method == "HEAD");
    receive(connection, parser);
    answer_.url = url.text();
    return std::move(answer_);
  }

 private:
  struct GaveUp {};

  Instant next_deadline() const { return std::min(deadline_, now() + options_.silence_max); }

  void receive(Dialled& connection, AnswerParser& parser) try {
    std::vector<char> space(read_bytes);
    std::string input;
    while (!parser.complete()) {
      const auto piece = connection.read(space, next_deadline());
      if (piece.empty()) return parser.end();
      if (input.empty()) {
        input.append(piece.substr(parser.feed(piece)));
      } else {
        input += piece;
        input.erase(0, parser.feed(input));
      }
    }
  } catch (const GaveUp&) {
    answer_.gave_up = streams_;
  }

  void take_head(const AnswerHead& head) {
    answer_.status = head.status;
    answer_.headers = head.headers;
    streams_ = target_ && answer_.ok();
    if (head.length && !is_spare()) check_size(*head.length);
    if (streams_ && head.length && target_->expect) target_->expect(*head.length);
  }

  /// A body nobody asked for: kept for its message, up to a point.
  bool is_spare() const { return (target_ && !streams_) || is_redirect(answer_.status); }

  void take(std::string_view piece) {
    received_ += piece.size();
    if (is_spare()) {
      answer_.body += piece.substr(0, kept_bytes_max - std::min(kept_bytes_max, answer_.body.size()));
      if (received_ >= kept_bytes_max) throw GaveUp{};
      return;
    }
    check_size(received_);
    if (!streams_)
      answer_.body += piece;
    else if (!target_->take(piece))
      throw GaveUp{};
  }

  void check_size(std::uint64_t bytes) const {
    if (bytes > options_.answer_bytes_max)
      throw Error(Fault::limited,
                  fmt::format("The answer is longer than the {} bytes allowed.", options_.answer_bytes_max),
                  "url");
  }

  const HttpClientOptions& options_;
  const TlsContext& tls_;
  const BodyTarget* target_;
  Instant deadline_;
  ClientAnswer answer_;
  std::uint64_t received_ = 0;
  bool streams_ = false;
};
}  // namespace

/// Reading the system's authorities takes some 30 ms, so it waits for the first https.
struct HttpClient::Trust {
  std::once_flag once;
  TlsContext tls;
  const TlsContext& get() {
    std::call_once(once, [this] {
      if (!tls) tls = tls_client();
    });
    return tls;
  }
};

HttpClient::HttpClient(HttpClientOptions options)
    : options_(std::move(options)), trust_(std::make_shared<Trust>()) {
  trust_->tls = options_.tls;
}

ClientAnswer HttpClient::get(const std::string& url, Headers headers) const {
  return send({.method = "GET", .url = url, .headers = std::move(headers)});
}

ClientAnswer HttpClient::post(const std::string& url, std::string body, std::string content_type,
                              Headers headers) const {
  return send({"POST", url, std::move(headers), std::move(body), std::move(content_type)});
}

ClientAnswer HttpClient::send(const ClientRequest& request) const { return follow(request, nullptr); }

ClientAnswer HttpClient::send(const ClientRequest& request, const BodyTarget& target) const {
  return follow(request, &target);
}

ClientAnswer HttpClient::follow(ClientRequest request, const BodyTarget* target) const {
  if (!is_token(request.method)) throw Error(Fault::invalid, "The request's method is not a word.", "method");
  const auto deadline = now() + options_.total_max;
  auto url = parse_web_address(request.url);
  for (int redirects = 0;; ++redirects) {
    const auto tls = url.secure ? trust_->get() : TlsContext();
    auto answer = Exchange(options_, tls, target, deadline).run(request, url);
    const auto location = answer.headers.get("Location");
    if (!is_redirect(answer.status) || location.empty() || options_.redirects_max == 0) return answer;
    if (redirects == options_.redirects_max)
      throw Error(Fault::limited,
                  fmt::format("'{}' leads on more than {} times.", request.url, options_.redirects_max),
                  "url");
    auto next = resolve_location(url, location);
    if (url.secure && !next.secure)
      throw Error(Fault::invalid, fmt::format("'{}' leads from https to http.", request.url), "url");
    turn(request, answer.status, next.same_origin(url));
    url = std::move(next);
  }
}

}  // namespace welkin::net
