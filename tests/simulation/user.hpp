// What users of a world do, in words.
#pragma once

#include "world.hpp"

namespace welkin::simulation {

std::string fresh_name(World& world, std::string_view kind);
std::string make_network(World& world);
Pairs deployment(World& world, const std::vector<std::string>& networks, bool with_disk = false);
std::string deploy(World& world, const std::vector<std::string>& networks, bool with_disk = false);
std::string make_volume(World& world);
/// An address of the network that is not its source NAT.
std::string take_address(World& world, const std::string& network);
std::string source_nat_of(World& world, const std::string& network);

/// The caller has something of most nouns.
void furnish(World& world);

/// Ids of the rows of a table, oldest first: `ids(world, "instances where removed is null")`.
std::vector<std::string> ids(World& world, std::string_view from);

/// What the command or its job is refused with; nothing when it is done.
std::optional<Error> refusal(World& world, std::string_view command, const Pairs& parameters);
/// The ids, or another member, of a list's rows, sorted, between commas.
std::string listed(World& world, std::string_view command, const Pairs& parameters, std::string_view member = "id");

/// Users take down all they have; what they cannot is a failed expectation.
void tear_down(World& world);

/// Fails the test for each ailment, with `when` beside it.
void expect_health(World& world, const std::string& when);

}  // namespace welkin::simulation
