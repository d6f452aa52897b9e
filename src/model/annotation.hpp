// Annotations: notes that people leave on things.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// What may carry notes, as clients name it.
CHOICES(AnnotatedKind, (instance, "VM"), (volume, "VOLUME"), (instance_group, "INSTANCE_GROUP"),
        (ssh_key, "SSH_KEYPAIR"), (user_data, "USER_DATA"), (network, "NETWORK"),
        (public_address, "PUBLIC_IP_ADDRESS"), (image, "TEMPLATE"), (service_offering, "SERVICE_OFFERING"),
        (disk_offering, "DISK_OFFERING"), (network_offering, "NETWORK_OFFERING"), (zone, "ZONE"), (pod, "POD"),
        (cluster, "CLUSTER"), (host, "HOST"), (domain, "DOMAIN"), (pool, "PRIMARY_STORAGE"),
        (image_store, "SECONDARY_STORAGE"), (router, "VR"))

struct Annotation {
  static constexpr std::string_view table = "annotations";
  static constexpr std::string_view indexes[] = {"(entity_id, created, id)", "(user_id)",
                                                 "(account_id, created, id)", "(domain_id, created, id)",
                                                 "(created, id)"};
  FIELDS(Annotation,
    (Id<Annotation>, id, "The note."),
    (AnnotatedKind, kind, "What it is about."),
    (Uuid, entity_id, "Which of these."),
    (std::string, text, "What it says."),
    (Id<User>, user_id, "Who has written it."),
    (Id<Account>, account_id, "Who owns the thing; nil where nobody does."),
    (Id<Domain>, domain_id, "The owner's domain; nil where nobody owns the thing."),
    (bool, admins_only, "Only its writer and administrators see it."),
    (Time, created, "When it was written."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Annotation)
