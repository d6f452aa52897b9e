// The HTTP/1.1 client: blocking calls with a deadline, for worker threads and the command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/address.hpp"
#include "net/http.hpp"
#include "net/tls.hpp"
#include "net/web_address.hpp"

namespace welkin::net {

struct HttpClientOptions {
  std::chrono::milliseconds connect_max{
      10'000};  ///< for the look-up of the name, the connection and its handshake
  std::chrono::milliseconds silence_max{60'000};  ///< longest wait for the next bytes
  std::chrono::milliseconds total_max{120'000};   ///< for the call as a whole, redirects included
  int redirects_max = 3;                          ///< 0: redirects are answers like others
  std::uint64_t answer_bytes_max = 16 << 20;      ///< longer bodies are refused
  TlsContext tls{};                               ///< whom to believe; the system's authorities when null
  std::shared_ptr<const AddressPolicy>
      policy{};                  ///< asked about every address, of redirects too; anywhere when null
  std::string agent = "welkin";  ///< User-Agent
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers{};
  std::string body{};
  std::string content_type{};  ///< of the body
};

struct ClientAnswer {
  int status = 0;
  Headers headers;
  std::string body;      ///< empty where it went to a `BodyTarget`
  std::string url;       ///< that answered, behind redirects
  bool gave_up = false;  ///< the `BodyTarget` wanted no more

  bool ok() const { return status >= 200 && status < 300; }
};

/// Where the body of a 2xx answer goes, in the calling thread. What these throw passes through the call.
struct BodyTarget {
  /// Told the body's length once, before the first piece, when it is announced.
  std::function<void(std::uint64_t bytes)> expect{};
  /// Takes the next piece; false gives up, and the call returns at once.
  std::function<bool(std::string_view piece)> take;
};

/// Safe to use from many threads at once. Each call makes a connection of its own. Proxies of the environment
/// are ignored. Calls throw `invalid` for a URL that is malformed or leads where the policy forbids,
/// `unreachable`, `timeout`, and `limited` for too long a body or too many redirects; a status of 400 or more
/// is an answer.
class HttpClient final {
 public:
  explicit HttpClient(HttpClientOptions options = {});

  ClientAnswer get(const std::string& url, Headers headers = {}) const;
  ClientAnswer post(const std::string& url, std::string body, std::string content_type,
                    Headers headers = {}) const;
  ClientAnswer send(const ClientRequest& request) const;
  /// The same, but a 2xx answer's body goes to `target` as it arrives; the body of others is kept up to 64
  /// KiB.
  ClientAnswer send(const ClientRequest& request, const BodyTarget& target) const;

 private:
  ClientAnswer follow(ClientRequest request, const BodyTarget* target) const;

  struct Trust;
  HttpClientOptions options_;
  std::shared_ptr<Trust> trust_;
};

}  // namespace welkin::net
