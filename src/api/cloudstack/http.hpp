// HTTP requests as the CloudStack dialect takes them.
#pragma once

#include "api/cloudstack/exchange.hpp"
#include "base/error.hpp"
#include "net/http.hpp"

namespace welkin::api::cloudstack {

/// Query and form body become parameters; those of the query win. /client/api/NAME is /client/api?command=NAME. Throws
/// `invalid` beyond limits, and when the path and the parameters name different commands.
Request request_of(const net::HttpRequest& http);
net::HttpResponse response_of(Reply reply);
/// The answer to a request that `request_of` refused.
Reply unreadable(const net::HttpRequest& http, const Error& error);

/// How long an answer that took `taken` is held back. Refusals are given on a beat, so that their time does not tell what
/// their words do not: whether an id is another's or nobody's, whether a user exists (decision 0063).
Duration held_back(const Request& request, const Reply& reply, Duration taken);

/// True for the paths the API answers on: /client/api and beneath.
bool is_api_path(std::string_view path);

}  // namespace welkin::api::cloudstack
