// Records of calls, and the groups they are written in.
#include "commands/audit.hpp"

#include "base/log.hpp"
#include "model/settings.hpp"
#include "net/utf8.hpp"

namespace welkin::commands {

namespace {
constexpr std::size_t group_max = 256;
constexpr std::size_t waiting_max = 4096;
constexpr int strangers_in_a_group = 100;
constexpr auto group_every = 1s;
constexpr std::size_t value_bytes_max = 256;
constexpr std::size_t record_bytes_max = 8192;
constexpr int bulk_length = 4096;  ///< what may be longer than this is no word of a command but a load: user data, keys
constexpr std::string_view struck = "***";

/// An address without the user, password and query that it may carry.
std::string bare_address(std::string_view value) {
  const auto scheme = value.find("://");
  if (scheme == std::string_view::npos) return std::string(value);
  std::string out(value.substr(0, scheme + 3));
  auto rest = value.substr(scheme + 3);
  const auto at = rest.substr(0, rest.find_first_of("/?#")).rfind('@');
  if (at != std::string_view::npos) {
    out += struck;
    rest.remove_prefix(at);
  }
  const auto query = rest.find('?');
  out += rest.substr(0, query);
  if (query != std::string_view::npos) out.append("?").append(struck);
  return out;
}

std::string shown(const Field& field, std::string_view value) {
  if (field.type->kind == Kind::secret) return std::string(struck);
  if (field.notes.length > bulk_length) return fmt::format("({} bytes)", value.size());
  auto text = bare_address(value);
  if (text.size() > value_bytes_max) text = fmt::format("{}… ({} bytes)", text.substr(0, value_bytes_max), value.size());
  return text;
}

/// Of a list of objects: by the member's declaration. Of free names and values: the names alone.
std::string shown_entry(const Field& field, std::string_view name, std::string_view value) {
  const auto dot = name.find("].");
  const auto member = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 2);
  if (field.type->kind == Kind::map) return std::string(member == "key" ? value.substr(0, value_bytes_max) : struck);
  const auto* known = field.type->shape ? field.type->shape().by_wire(lowered(member)) : nullptr;
  return known ? shown(*known, value) : std::string(struck);
}

std::string shown(const Command* command, std::string_view name, std::string_view value) {
  if (is_of_every_change(name)) return std::string(value.substr(0, value_bytes_max));
  const auto open = name.find('[');
  const auto* field = command ? command->request().by_wire(name.substr(0, open)) : nullptr;
  if (!field) return std::string(struck);
  return open == std::string_view::npos ? shown(*field, value) : shown_entry(*field, name, value);
}

/// A text of the caller's that the database takes.
std::string tame(std::string_view text) {
  auto out = net::well_formed(std::string(text.substr(0, value_bytes_max)));
  std::erase(out, '\0');
  return out;
}
}  // namespace

std::string audited(const Command* command, const Parameters& parameters) {
  std::string out = "{";
  for (const auto& [name, value] : parameters.all()) {
    if (is_carriage(name)) continue;
    if (out.size() > 1) out += ',';
    if (out.size() > record_bytes_max) {
      out += R"("…":"more")";
      break;
    }
    append_json_string(out, std::string_view(name).substr(0, value_bytes_max));
    out += ':';
    append_json_string(out, shown(command, name, value));
  }
  return out + '}';
}

model::AuditRecord AuditLog::begun(const Call& call, std::string_view name, const Command* command,
                                   const Parameters& parameters) const {
  model::AuditRecord record;
  record.id = cloud_.new_id<model::AuditRecord>();
  record.server_id = cloud_.server;
  record.instant = cloud_.now().time_since_epoch().count();
  record.request = call.request_id;
  record.user_id = call.caller.user;
  record.user_name = tame(call.caller.user_name);
  record.account_id = call.caller.account;
  record.account = call.caller.account_name;
  record.domain_id = call.caller.domain;
  record.credential = call.credential;
  record.source = tame(call.source_address);
  record.command = tame(name);
  record.parameters = audited(command, parameters);
  return record;
}

void AuditLog::conclude(model::AuditRecord& record, const Error* error, int code) const {
  record.code = code;
  record.outcome = error ? fault_name(error->fault) : "ok";
  record.microseconds = std::int64_t(cloud_.now().time_since_epoch().count()) - record.instant;
}

void AuditLog::note(model::AuditRecord record) {
  std::size_t waiting = 0;
  {
    const std::lock_guard lock(mutex_);
    fresh_.push_back(std::move(record));
    waiting = fresh_.size() + stored_.size();
    if (waiting > 4 * waiting_max) {  // the database has been away for long
      log::error("an audit record is lost: {}", to_json(fresh_.front()));
      fresh_.erase(fresh_.begin());
    }
  }
  schedule(waiting);
}

void AuditLog::note_stranger(model::AuditRecord record) {
  {
    const std::lock_guard lock(mutex_);
    if (++strangers_ > strangers_in_a_group) return;
  }
  note(std::move(record));
}

void AuditLog::committed(model::AuditRecord record) {
  std::size_t waiting = 0;
  {
    const std::lock_guard lock(mutex_);
    stored_.push_back(std::move(record));
    waiting = fresh_.size() + stored_.size();
  }
  schedule(waiting);
}

void AuditLog::schedule(std::size_t waiting) {
  if (waiting >= waiting_max) return flush();
  {
    const std::lock_guard lock(mutex_);
    if (scheduled_ && waiting != group_max) return;
    scheduled_ = true;
  }
  const auto at_work = [this] { cloud_.workers.post([this] { flush(); }); };
  waiting >= group_max ? at_work() : void(cloud_.loop.after(group_every, at_work));
}

void AuditLog::flush() {
  const std::lock_guard alone(flushing_);
  std::vector<model::AuditRecord> fresh, stored;
  {
    const std::lock_guard lock(mutex_);
    scheduled_ = false;
    std::swap(fresh, fresh_);
    std::swap(stored, stored_);
    if (strangers_ > strangers_in_a_group && !fresh.empty()) {
      auto& sum = fresh.emplace_back(fresh.back());
      sum.id = cloud_.new_id<model::AuditRecord>();
      sum.request = sum.user_name = sum.command = sum.source = "";
      sum.parameters = fmt::format(R"({{"further":"{}"}})", strangers_ - strangers_in_a_group);
      sum.outcome = fault_name(Fault::unauthorized);
    }
    strangers_ = 0;
  }
  if (fresh.empty() && stored.empty()) return;
  try {
    bool tampered = false, caught_up = false;
    auto end = end_;
    cloud_.database.write([&](sql::Transaction& tx) {
      auto left = caught_up_ ? std::vector<model::AuditRecord>{} : model::unchained(tx, cloud_.server, since_);
      caught_up = left.empty();
      left.insert(left.end(), stored.begin(), stored.end());
      end = end_;
      tampered = model::extend_chain(tx, cloud_.vault, cloud_.server, end, left, fresh, cloud_.now());
    });
    end_ = end;
    caught_up_ = caught_up;
    if (tampered) log::error("somebody has changed the audit log in the database; `welkin audit verify` tells what");
  } catch (const Error& error) {
    log::error("the audit log cannot be written; it waits: {} {}", error.message, error.cause);
    const std::lock_guard lock(mutex_);
    fresh_.insert(fresh_.begin(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
    stored_.insert(stored_.begin(), std::make_move_iterator(stored.begin()), std::make_move_iterator(stored.end()));
  }
}

}  // namespace welkin::commands
