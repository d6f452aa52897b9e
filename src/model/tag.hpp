// Tags: words and values of their owners' choice on things. They go with their thing.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// What may carry tags, as clients name it.
CHOICES(TaggedKind, (instance, "UserVm"), (image, "Template"), (volume, "Volume"), (network, "Network"),
        (port_forwarding_rule, "PortForwardingRule"), (firewall_rule, "FirewallRule"),
        (public_address, "PublicIpAddress"), (project, "Project"), (account, "Account"), (user, "User"), (domain, "Domain"))

struct Tag {
  static constexpr std::string_view table = "tags";
  static constexpr std::string_view indexes[] = {
      "unique (resource_id, resource_kind, key)", "(resource_kind, key, value)", "(account_id, created, id)",
      "(domain_id, created, id)", "(created, id)"};
  FIELDS(Tag,
    (Id<Tag>, id, "The tag."),
    (TaggedKind, resource_kind, "What carries it."),
    (Uuid, resource_id, "Which of these."),
    (std::string, key, "Unique on the thing."),
    (std::string, value, "What it says."),
    (std::string, customer, "Whom it is for, in the owner's words; empty for nobody."),
    (Id<Account>, account_id, "Who owns the thing; nobody owns a domain."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (Time, created, "When it was put on."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Tag)
