// Rulesets of nftables, loaded whole by libnftables: all of a text or nothing of it.
#pragma once

#include <string>

#include "network/fabric.hpp"

namespace welkin::network {

/// Loads the text in the thread's namespace. Throws `internal` with nft's words as cause.
void load_ruleset(const std::string& text);

/// The guards of all instances as one bridge table.
std::string render_guards(const std::string& table, const std::vector<GuardSpec>& guards);
/// A router's translation and filters. Everything that is not let in is dropped.
std::string render_router(const RouterSpec& spec);
/// The same with every way closed: in force until the links stand.
std::string render_closed();

}  // namespace welkin::network
