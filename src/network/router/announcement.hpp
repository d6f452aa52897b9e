// Tells neighbours on a link that an address is here now, so that they do not ask where it was.
#pragma once

#include <string>

namespace welkin::network {

/// Sends a gratuitous ARP (RFC 5227 §3) from the calling thread's namespace. Neighbours that miss it ask
/// later.
void announce(const std::string& link, const std::string& address, const std::string& mac);

}  // namespace welkin::network
