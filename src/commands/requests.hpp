// What list requests have in common.
#pragma once

#include "access/reference.hpp"

namespace welkin::commands {

/// Every list.
struct Listing {
  FIELDS(Listing,
    (std::optional<std::string>, keyword, "Lists what has this text in its name."),
    (std::optional<int>, page, "Which page, from 1; needs pagesize."),
    (std::optional<int>, page_size, "Rows of a page, at most 500."))
};

/// Lists of things that belong to a domain.
struct DomainListing : Listing {
  using Base = Listing;
  FIELDS(DomainListing,
    (std::optional<access::See<model::Domain>>, domain_id, "Lists what belongs to this domain."),
    (bool, is_recursive, "With domainid: also of the domains beneath it."),
    (bool, list_all, "Administrators: everything the caller may see, not only the own account's."))
};

/// Lists of things that belong to an account.
struct AccountListing : DomainListing {
  using Base = DomainListing;
  FIELDS(AccountListing,
    (std::optional<std::string>, account, "Lists what belongs to this account; needs domainid."),
    (std::optional<access::SeeProjects>, project_id, "Lists what belongs to this project, or with -1 to all the caller's projects."))
};

/// Commands that make things.
struct ForOwner {
  FIELDS(ForOwner,
    (std::optional<std::string>, account, "Its owner; needs domainid."),
    (std::optional<access::See<model::Domain>>, domain_id, "The owner's domain."),
    (std::optional<access::Using<model::Project>>, project_id, "The project it is for, in place of account."))
};

/// Lists of things that can carry tags.
struct TaggedListing : AccountListing {
  using Base = AccountListing;
  FIELDS(TaggedListing, (TextMap, tags, "Lists what carries all these tags: tags[0].key and tags[0].value."))
};

/// Lists of which only the number may be asked for.
struct CountedListing : TaggedListing {
  using Base = TaggedListing;
  FIELDS(CountedListing, (bool, retrieve_only_resource_count, "Answer only how many there are."))
};

}  // namespace welkin::commands
