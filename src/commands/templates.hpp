// What is answered about templates.
#pragma once

#include "commands/command.hpp"
#include "commands/listing.hpp"
#include "commands/tags.hpp"
#include "model/image_store.hpp"
#include "model/template.hpp"

namespace welkin::commands {

struct DownloadDetail {
  FIELDS(DownloadDetail,
    (std::string, datastore, "The image store."),
    (Id<model::ImageStore>, datastore_id, "The image store.", .wire = "datastoreId"),
    (std::string, datastore_role, "Image.", .wire = "datastoreRole"),
    (std::string, download_percent, "How far.", .wire = "downloadPercent"),
    (std::string, download_state, "How it stands.", .wire = "downloadState"))
};
struct TemplateAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(TemplateAnswer,
    (Id<model::Template>, id, "The template."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"),
    (std::string, name, "Its name."),
    (std::string, display_text, "What it is."),
    (bool, is_public, "Everyone may deploy it."),
    (Time, created, "When it was registered."),
    (std::optional<Time>, removed, "When it was removed."),
    (bool, is_ready, "It can be deployed."),
    (bool, password_enabled, "Guests take a password from the router."),
    (std::string, format, "QCOW2 …"),
    (bool, is_featured, "Shown first."),
    (bool, cross_zones, "It is in all zones.", .wire = "crossZones"),
    (Id<model::OsType>, os_type_id, "What it holds."),
    (std::string, os_type_name, "By name."),
    (Id<model::Account>, account_id, "Its owner."),
    (std::optional<std::string>, account, "By name."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Zone>, zone_id, "Where it is."),
    (std::string, zone_name, "By name."),
    (std::optional<std::string>, status, "How the download stands."),
    (std::optional<std::int64_t>, size, "Bytes a guest sees."),
    (std::optional<std::int64_t>, physical_size, "Bytes of its file."),
    (std::string, template_type, "USER, BUILTIN …"),
    (std::string, hypervisor, "What runs it."),
    (std::string, domain, "The owner's domain."),
    (std::string, domain_path, "By path."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (bool, is_extractable, "Its image may be downloaded."),
    (std::optional<std::string>, checksum, "As given."),
    (std::optional<std::string>, template_tag, "Only hosts with this tag run it."),
    (TextMap, details, "Its details.", .keep_empty = true),
    (std::vector<DownloadDetail>, download_details, "How each copy stands.", .keep_empty = true),
    (std::string, arch, "Of the processors it is for."),
    (int, bits, "32 or 64."),
    (bool, ssh_key_enabled, "Guests take an SSH key from the router."),
    (bool, is_dynamically_scalable, "Guests bear growth."),
    (bool, direct_download, "Hosts fetch it themselves."),
    (bool, deploy_as_is, "Its own description of the machine holds."),
    (bool, for_cks, "For nodes of Kubernetes clusters."),
    (bool, requires_hvm, "Needs full virtualisation."),
    (bool, bootable, "A machine can start from it."),
    (std::string, url, "Where it came from.", .admin = true),
    (Id<model::Template>, source_template_id, "The template of the instance it was made from."),
    (Id<model::UserData>, user_data_id, "User data that comes with it."),
    (std::optional<std::string>, user_data_name, "By name."),
    (std::optional<std::string>, user_data_policy, "Whether instances may bring their own."),
    (std::optional<std::string>, user_data_params, "Names it expects values for."),
    (std::vector<TagAnswer>, tags, "Its tags.", .keep_empty = true),
    (bool, has_annotations, "Whether somebody has written a note."))
};
/// The template, in all zones at once.
TemplateAnswer answer_template(Call& call, sql::Transaction& tx, const model::Template& image);

}  // namespace welkin::commands
