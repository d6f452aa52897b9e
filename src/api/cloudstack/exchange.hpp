// A request and its answer as the CloudStack dialect sees them, whatever carries them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace welkin::api::cloudstack {

/// Parameters are decoded; those of the query come after those of the body and win.
struct Request {
  bool post = false;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<std::pair<std::string, std::string>> cookies;
  std::string source;   ///< the caller's address
  std::string origin;   ///< the Origin header, if any
  std::string host;     ///< the Host header
  std::string referer;     ///< the Referer header, if any
  std::string fetch_site;  ///< the Sec-Fetch-Site header, if any: what a browser says of the page that sends
  std::string agent;       ///< the User-Agent header, if any
  net::Headers fields{};  ///< all headers
  bool secure = false;  ///< came over TLS
  bool named_by_path = false;  ///< the command is: it is among the parameters, too
  bool trusted = false; ///< came by the integration port: root administrator without a signature
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json; charset=UTF-8";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

}  // namespace welkin::api::cloudstack
