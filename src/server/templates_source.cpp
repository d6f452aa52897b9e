// Fetches templates over the web.
#include "server/templates_source.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace welkin::server {

void TemplatesSource::fetch(const std::string& url, const storage::FetchLimits& limits,
                            const storage::FetchTarget& target) {
  net::HttpClientOptions options;
  options.redirects_max = limits.redirects_max;
  options.silence_max = limits.silence_max;
  options.total_max = limits.total_max;
  options.answer_bytes_max = std::uint64_t(limits.bytes_max);
  options.policy = policy_;
  const net::HttpClient client(options);
  net::ClientRequest request;
  request.url = url;
  net::BodyTarget body;
  body.expect = [&](std::uint64_t bytes) { target.expect(std::int64_t(bytes)); };
  body.take = target.take;
  const auto answer = client.send(request, body);
  if (!answer.ok())
    throw Error(answer.status == 404 ? Fault::missing : Fault::unreachable,
                fmt::format("{} answers {} instead of an image.", url, answer.status), "url");
}

}  // namespace welkin::server
