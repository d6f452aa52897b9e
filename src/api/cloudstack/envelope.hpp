// Answers in CloudStack's envelopes, as JSON or XML.
#pragma once

#include "api/cloudstack/exchange.hpp"
#include "base/error.hpp"
#include "commands/dispatcher.hpp"

namespace welkin::api::cloudstack {

enum class Format { xml, json };

/// A finished command.
Reply answer(Format format, const commands::Command& command, const commands::Reply& result, std::string_view version);
/// A failure. `name`: of the response; `plain`: without cserrorcode and header, as authentication failures are.
Reply failure(Format format, std::string_view name, const Error& error, bool plain = false);
Reply failure(Format format, std::string_view name, int status, int detail, std::string_view text, bool plain = false);
/// A flat object under a response name, such as a login's.
template <class T>
Reply flat(Format format, std::string_view name, const T& object);
Reply flat_text(Format format, std::string_view name, const std::function<void(Sink&)>& members,
                std::string_view version = {});

template <class T>
Reply flat(Format format, std::string_view name, const T& object) {
  return flat_text(format, name, [&](Sink& sink) { write(sink, object); });
}

}  // namespace welkin::api::cloudstack
