// Texts made small for those who take them so.
#pragma once

#include <string>
#include <string_view>

namespace welkin::net {

/// `text` as gzip writes it, as small as it gets: for texts that are sent often.
std::string gzip(std::string_view text);

/// Whether a client with this Accept-Encoding takes gzip.
bool takes_gzip(std::string_view accepted);

}  // namespace welkin::net
