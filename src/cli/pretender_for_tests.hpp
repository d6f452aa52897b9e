// A server for tests that says what it is told.
#pragma once

#include <map>
#include <mutex>

#include "cli/profile.hpp"
#include "net/server.hpp"
#include "net/url.hpp"

namespace welkin::cli {

/// A cloud of one function: parameters in, status and body out.
class Pretender {
 public:
  using Parameters = std::map<std::string, std::string>;
  using Say = std::function<net::HttpResponse(const Parameters&)>;

  explicit Pretender(Say say, net::TlsContext tls = {})
      : say_(std::move(say)),
        secure_(tls != nullptr),
        server_({.tls = std::move(tls)},
                [this](net::HttpRequest request, net::Responder respond) { respond(answer(request)); }) {}

  Profile profile(bool keys = true) const {
    const auto endpoint = std::string(secure_ ? "https" : "http") +
                          "://127.0.0.1:" + std::to_string(server_.port()) + "/client/api";
    Profile out{"test", endpoint, "", Secret(), "admin", Secret("password"), "", true};
    if (keys) out.api_key = "key", out.secret_key = Secret("secret");
    return out;
  }
  std::vector<net::HttpRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  net::HttpResponse answer(const net::HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    Parameters parameters;
    for (auto& [name, value] : net::parse_query(request.body)) parameters[name] = value;
    return say_(parameters);
  }

  std::mutex mutex_;
  std::vector<net::HttpRequest> requests_;
  Say say_;
  bool secure_;
  net::HttpServer server_;
};

inline net::HttpResponse says(std::string body, int status = 200) {
  net::HttpResponse out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

}  // namespace welkin::cli
