// The API described for machines: an OpenAPI 3.1 document, printed from the commands' declarations.
#pragma once

#include <memory>

#include "commands/command.hpp"
#include "net/http.hpp"

namespace welkin::api::cloudstack {

/// The document, as JSON. It has all commands, whoever may call them (decision 0080).
std::string openapi_of(std::span<const commands::Command> commands);

/// Serves the document, which is the same as long as the server runs.
class Description {
 public:
  explicit Description(std::span<const commands::Command> commands);

  /// A client that has this document already is told so.
  net::HttpResponse answer(const net::HttpRequest& request) const;

  static constexpr std::string_view path = "/openapi.json";

 private:
  std::shared_ptr<const std::string> text_, small_;
  std::string tag_;
};

}  // namespace welkin::api::cloudstack
