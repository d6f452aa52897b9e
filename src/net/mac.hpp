// Hardware addresses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace welkin::net {

/// The address of one nic in lower case: six pairs of hex digits between colons, the first octet even, since an odd one
/// addresses a group (IEEE 802, 8.2). Nothing for other text.
std::optional<std::string> station_mac(std::string_view text);

}  // namespace welkin::net
