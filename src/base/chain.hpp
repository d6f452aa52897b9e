// Digests of texts, and of records that each follow the one before: a chain in which nothing can be changed unseen.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace welkin {

/// SHA-256 in lower-case hex.
std::string sha256_of(std::string_view text);

/// What an audit record says, by the names of its fields in an answer: these are what its digest is over, in this order.
inline constexpr std::string_view chained_fields[] = {
    "serverid", "sequence",  "id",         "instant",       "request", "userid", "username",
    "accountid", "account",  "domainid",   "credential",    "source",  "command", "parameters",
    "code",      "outcome",   "jobid", "microseconds"};

/// The digest of a record that follows the one with the digest `previous`: over each text with its length before it, so that
/// no two records are the same bytes.
std::string chain_digest(std::string_view previous, std::span<const std::string> texts);

}  // namespace welkin
