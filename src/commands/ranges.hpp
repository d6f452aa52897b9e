// Ranges of addresses as requests give them.
#pragma once

#include "model/addresses.hpp"
#include "sql/database.hpp"

namespace welkin::commands {

/// The range, if it fits into the network around the gateway and is not larger than `most`. Throws `invalid`.
model::AddressRange checked_range(const std::string& first, const std::string& last, const std::string& gateway,
                                  const std::string& netmask, std::uint64_t most);
/// Throws `invalid` when the range shares an address with a portable one.
void check_apart_from_portable(sql::Transaction& tx, const model::AddressRange& range);

}  // namespace welkin::commands
