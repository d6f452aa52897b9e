// What a row of each counted noun counts for its account. Narrow structs read no more than that takes.
#include "model/account.hpp"
#include "model/account.hpp"
#include "model/instance.hpp"
#include "model/network.hpp"
#include "model/project.hpp"
#include "model/public_address.hpp"
#include "model/template.hpp"
#include "model/template_copy.hpp"
#include "model/user.hpp"
#include "model/volume.hpp"

namespace welkin::model {

namespace {
struct InstanceColumns {
  static constexpr std::string_view table = Instance::table;
  FIELDS(InstanceColumns,
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (InstanceState, state, "Where it stands."),
    (int, cpus, "Virtual processors."),
    (int, memory_mb, "Memory in MiB."),
    (std::optional<Time>, removed, "When it was expunged."))
};
struct VolumeColumns {
  static constexpr std::string_view table = Volume::table;
  FIELDS(VolumeColumns,
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (VolumeState, state, "Where it stands."),
    (std::int64_t, bytes, "Size the guest sees."),
    (std::optional<Time>, removed, "When it was expunged."))
};
struct NetworkColumns {
  static constexpr std::string_view table = Network::table;
  FIELDS(NetworkColumns,
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::optional<Time>, removed, "When it was removed."))
};
struct AddressColumns {
  static constexpr std::string_view table = PublicAddress::table;
  FIELDS(AddressColumns,
    (Id<Account>, account_id, "Who holds it."),
    (Id<Domain>, domain_id, "The account's domain."),
    (AddressState, state, "Whether it is held."))
};
struct TemplateColumns {
  static constexpr std::string_view table = Template::table;
  FIELDS(TemplateColumns,
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::optional<Time>, removed, "When it was removed."))
};
struct AccountColumns {
  static constexpr std::string_view table = Account::table;
  FIELDS(AccountColumns,
    (Id<Account>, id, "The account."),
    (Id<Domain>, domain_id, "Its domain."),
    (AccountType, type, "Whether it is a project's."),
    (std::optional<Time>, removed, "When it was removed."))
};
struct UserColumns {
  static constexpr std::string_view table = User::table;
  FIELDS(UserColumns,
    (Id<Account>, account_id, "The account they act for."),
    (Id<Domain>, domain_id, "The account's domain."),
    (std::optional<Time>, removed, "When it was removed."))
};
struct StoreColumns {
  static constexpr std::string_view table = TemplateStore::table;
  FIELDS(StoreColumns,
    (Id<Template>, template_id, "What it is."),
    (CopyState, state, "Where it stands."),
    (std::int64_t, physical_bytes, "Length of its file."))
};
struct MemberColumns {
  static constexpr std::string_view table = ProjectMember::table;
  FIELDS(MemberColumns,
    (Id<Account>, account_id, "Whose."),
    (ProjectRank, rank, "Admin owns the project."))
};

template <class Row>
Share owned(const Row& row) {
  Share out{row.account_id, row.domain_id};
  if constexpr (requires { row.service_offering_id; }) {
    out.row = row.id;
    out.service_offering = row.service_offering_id;
  }
  if constexpr (requires { row.disk_offering_id; }) out.disk_offering = row.disk_offering_id;
  return out;
}

/// These take a whole row or its columns.
template <class Row>
Share instance_share(const Row& row) {
  using enum InstanceState;
  if (row.removed || row.state == destroyed || row.state == expunging || row.state == error) return {};
  auto out = owned(row);
  out.with(Resource::instance, 1).with(Resource::cpu, row.cpus).with(Resource::memory, row.memory_mb);
  out.running = row.state == running;
  out.stopped = row.state == stopped;
  return out;
}
template <class Row>
Share volume_share(const Row& row) {
  using enum VolumeState;
  if (row.removed || row.state == destroyed || row.state == expunging || row.state == expunged) return {};
  return owned(row).with(Resource::volume, 1).with(Resource::primary_storage, row.bytes);
}
template <class Row>
Share network_share(const Row& row) {
  return row.removed ? Share{} : owned(row).with(Resource::network, 1);
}
template <class Row>
Share address_share(const Row& row) {
  return row.state == AddressState::free ? Share{} : owned(row).with(Resource::address, 1);
}
template <class Row>
Share template_share(const Row& row) {
  return row.removed ? Share{} : owned(row).with(Resource::template_, 1);
}
template <class Row>
Share account_share(const Row& row) {
  Share out{row.id, row.domain_id};
  out.accounts = !row.removed && row.type != AccountType::project;
  return out;
}
template <class Row>
Share user_share(const Row& row) {
  auto out = owned(row);
  out.users = !row.removed;
  return out;
}
template <class Row>
Share store_share(sql::Transaction& tx, const Row& row) {
  if (row.state != CopyState::ready) return {};
  const auto image = sql::first<TemplateColumns>(tx, "where id = $1", row.template_id);
  return image ? owned(*image).with(Resource::secondary_storage, row.physical_bytes) : Share{};
}
/// A project counts for the accounts that own it; its things count for its own account.
template <class Row>
Share member_share(sql::Transaction& tx, const Row& row) {
  const auto account = row.rank == ProjectRank::admin ? sql::get<Account>(tx, row.account_id) : std::nullopt;
  return account ? Share{account->id, account->domain_id}.with(Resource::project, 1) : Share{};
}

template <class Columns, class F>
Share in_records(sql::Transaction& tx, const Uuid& id, F share) {
  const auto row = sql::first<Columns>(tx, "where id = $1", id);
  return row ? share(*row) : Share{};
}
}  // namespace

Share Instance::share(sql::Transaction&) const { return instance_share(*this); }
Share Volume::share(sql::Transaction&) const { return volume_share(*this); }
Share Network::share(sql::Transaction&) const { return network_share(*this); }
Share PublicAddress::share(sql::Transaction&) const { return address_share(*this); }
Share Template::share(sql::Transaction&) const { return template_share(*this); }
Share Account::share(sql::Transaction&) const { return account_share(*this); }
Share User::share(sql::Transaction&) const { return user_share(*this); }
Share TemplateStore::share(sql::Transaction& tx) const { return store_share(tx, *this); }
Share ProjectMember::share(sql::Transaction& tx) const { return member_share(tx, *this); }

Share Instance::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<InstanceColumns>(tx, id, [](const auto& row) { return instance_share(row); });
}
Share Volume::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<VolumeColumns>(tx, id, [](const auto& row) { return volume_share(row); });
}
Share Network::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<NetworkColumns>(tx, id, [](const auto& row) { return network_share(row); });
}
Share PublicAddress::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<AddressColumns>(tx, id, [](const auto& row) { return address_share(row); });
}
Share Template::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<TemplateColumns>(tx, id, [](const auto& row) { return template_share(row); });
}
Share Account::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<AccountColumns>(tx, id, [](const auto& row) { return account_share(row); });
}
Share User::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<UserColumns>(tx, id, [](const auto& row) { return user_share(row); });
}
Share TemplateStore::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<StoreColumns>(tx, id, [&](const auto& row) { return store_share(tx, row); });
}
Share ProjectMember::share_in_records(sql::Transaction& tx, const Uuid& id) {
  return in_records<MemberColumns>(tx, id, [&](const auto& row) { return member_share(tx, row); });
}

}  // namespace welkin::model
