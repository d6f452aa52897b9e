// Codes that change every half minute (RFC 6238, with SHA-1 and six digits, as apps for phones make them).
#pragma once

#include <optional>
#include <string>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace welkin::commands {

/// A fresh secret of 160 bits, in base32, as apps take it.
Secret new_code_secret();
/// The code of a time step. Throws `internal` for a secret that is no base32.
std::string code_of_step(const Secret& secret, std::int64_t step);
/// The step whose code this is: the present one, the one before or the one after, but none up to `last`. Nothing for a wrong
/// code.
std::optional<std::int64_t> step_of_code(const Secret& secret, std::string_view code, Time now, std::int64_t last);

}  // namespace welkin::commands
