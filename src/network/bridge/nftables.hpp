// The packet filter of the calling thread's namespace.
#pragma once

#include <string>
#include <string_view>

namespace welkin::network {

/// Applies all of the commands or none of them. Throws `internal` with the filter's words.
void apply_rules(const std::string& commands);
/// Makes the table be exactly this, at once: without a moment in which it has no rules. `body` is what stands
/// between its braces.
std::string whole_table(std::string_view family, std::string_view name, std::string_view body);
/// Command that removes a table, there or not.
std::string no_table(std::string_view family, std::string_view name);
bool has_table(std::string_view family, std::string_view name);

}  // namespace welkin::network
