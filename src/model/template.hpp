// A template: an image that root disks are made from, and who may see it.
#pragma once

#include "model/machine.hpp"
#include "model/transitions.hpp"
#include "model/nouns.hpp"
#include "model/resource.hpp"
#include "model/user_data.hpp"

namespace welkin::model {

CHOICES(TemplateState, (active, "Active"), (inactive, "Inactive"), (not_uploaded, "NotUploaded"),
        (upload_in_progress, "UploadInProgress"), (upload_error, "UploadError"),
        (upload_abandoned, "UploadAbandoned"))
CHOICES(TemplateEvent, (upload, "be uploaded"), (succeeded, "become active"), (failed, "fail"),
        (timed_out, "be given up"), (deactivate, "be deleted"))
CHOICES(TemplateType, (user, "USER"), (builtin, "BUILTIN"), (system, "SYSTEM"), (routing, "ROUTING"),
        (vnf, "VNF"), (data_disk, "DATADISK"))
CHOICES(ImageFormat, (qcow2, "QCOW2"), (raw, "RAW"), (iso, "ISO"), (vhd, "VHD"), (ova, "OVA"), (vmdk, "VMDK"))

struct Template {
  static constexpr std::string_view table = "templates";
  static constexpr std::string_view indexes[] = {
      "(account_id, created)", "(domain_id)", "(name)", "(sort_key, created)"};
  FIELDS(Template,
    (Id<Template>, id, "The template."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::string, name, "As the owner calls it."),
    (std::string, display_text, "What it is, in the owner's words."),
    (TemplateState, state, "Whether it can be used."),
    (TemplateType, type, "Where it comes from and what it is for."),
    (ImageFormat, format, "Form of the image."),
    (HypervisorType, hypervisor, "What runs it."),
    (Arch, arch, "Of the processors it is for."),
    (int, bits, "Word size of the guest: 32 or 64."),
    (Id<OsType>, os_type_id, "What it holds."),
    (std::string, url, "Where it came from.", .length = 2048),
    (std::string, checksum, "As given when it was registered; may be empty."),
    (bool, is_public, "Everyone may deploy it."),
    (bool, is_featured, "Shown first."),
    (bool, is_extractable, "Its image may be downloaded."),
    (bool, password_enabled, "Guests take a password from the router."),
    (bool, ssh_key_enabled, "Guests take an SSH key from the router."),
    (bool, is_dynamically_scalable, "Guests bear growth while they run."),
    (bool, requires_hvm, "Needs full virtualisation."),
    (bool, is_bootable, "A machine can start from it."),
    (bool, cross_zones, "It is in all zones."),
    (bool, direct_download, "Hosts fetch it themselves."),
    (bool, deploy_as_is, "Its own description of the machine holds."),
    (bool, for_cks, "For nodes of Kubernetes clusters."),
    (std::string, template_tag, "Only hosts with this tag run it; empty is all."),
    (Id<Template>, source_template_id, "The template of the instance it was made from; may be nil."),
    (Id<Volume>, source_volume_id, "The volume it was made from; may be nil."),
    (std::int64_t, virtual_bytes, "Size a guest sees; 0 until it is there."),
    (std::int64_t, physical_bytes, "Length of its file; 0 until it is there."),
    (Id<UserData>, user_data_id, "User data that comes with it; may be nil."),
    (UserDataPolicy, user_data_policy, "Whether instances may bring their own."),
    (int, sort_key, "Place in lists, smaller first."),
    (TextMap, details, "Wishes for its instances, by name."),
    (Time, created, "When it was registered."),
    (std::optional<Time>, removed, "When it was removed."))
  WELKIN_COUNTED
};

inline constexpr auto template_transitions = [] {
  using S = TemplateState;
  using E = TemplateEvent;
  return table_of<S, E>({
      {S::not_uploaded, E::upload, S::upload_in_progress},
      {S::not_uploaded, E::succeeded, S::active},
      {S::not_uploaded, E::failed, S::upload_error},
      {S::not_uploaded, E::timed_out, S::upload_abandoned},
      {S::not_uploaded, E::deactivate, S::inactive},
      {S::upload_in_progress, E::succeeded, S::active},
      {S::upload_in_progress, E::failed, S::upload_error},
      {S::upload_in_progress, E::timed_out, S::upload_error},
      {S::upload_error, E::deactivate, S::inactive},
      {S::upload_abandoned, E::deactivate, S::inactive},
      {S::active, E::deactivate, S::inactive},
  });
}();
constexpr std::optional<TemplateState> next(TemplateState state, TemplateEvent event) {
  return next_in(template_transitions, state, event);
}
static_assert(is_deterministic(template_transitions));

/// An account with which a template that is not public is shared.
struct TemplatePermission {
  static constexpr std::string_view table = "template_permissions";
  static constexpr std::string_view indexes[] = {"unique (template_id, account_id)", "(account_id)"};
  FIELDS(TemplatePermission,
    (Id<TemplatePermission>, id, "The entry."),
    (Id<Template>, template_id, "What is shared."),
    (Id<Account>, account_id, "With whom."),
    (Time, created, "Since when."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Template)
ROW_ELSEWHERE(welkin::model::TemplatePermission)
