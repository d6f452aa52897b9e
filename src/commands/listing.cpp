// Conditions and scopes of lists.
#include "commands/listing.hpp"

#include "access/door.hpp"
#include "commands/checks.hpp"
#include "sql/like.hpp"

namespace welkin::commands {

namespace {
constexpr std::int64_t page_size_max = 500;
/// The row is a project's: a project and its account have one id.
constexpr std::string_view of_a_project = "exists (select 1 from projects where projects.id = account_id)";

/// The domain lies at or beneath the path at this place among the parameters.
std::string beneath(std::size_t place) { return model::lies_beneath("path", fmt::format("cast(${} as text)", place)); }
std::string in_branch_of(std::size_t place) {
  return fmt::format("domain_id in (select id from domains where {})", beneath(place));
}

/// What answers say of jobs.
struct JobUnderWay {
  static constexpr std::string_view table = model::Job::table;
  FIELDS(JobUnderWay,
    (Id<model::Job>, id, "The job."),
    (Uuid, instance_id, "What it is about."),
    (Id<model::Account>, account_id, "Who began it."),
    (Id<model::Domain>, domain_id, "That one's domain."))
};
}  // namespace

Where& Where::that(std::string_view condition) {
  text_ += fmt::format("{}({})", text_.empty() ? "" : " and ", condition);
  return *this;
}

Where& Where::with(std::string_view condition, Cell value) {
  cells_.push_back(std::move(value));
  std::string text;
  for (const char c : condition) text += c == '$' ? fmt::format("${}", cells_.size()) : std::string(1, c);
  return that(text);
}

void Where::add(std::string_view column, std::string_view relation, Cell value) {
  with(fmt::format("{}{}$", column, relation), std::move(value));
}

void Where::in(std::string_view column, const std::vector<Cell>& values) {
  std::string places;
  for (const auto& value : values) {
    cells_.push_back(value);
    places += fmt::format("{}${}", places.empty() ? "" : ", ", cells_.size());
  }
  that(fmt::format("{} in ({})", column, places));
}

Where& Where::keyword(std::initializer_list<std::string_view> columns, const std::optional<std::string>& word) {
  if (!word || word->empty()) return *this;
  cells_.push_back(Cell::of(sql::like_with(lowered(*word))));
  std::string any;
  for (const auto column : columns)
    any += fmt::format("{}lower({}) like ${} escape '!'", any.empty() ? "" : " or ", column, cells_.size());
  return that(any);
}

Where& Where::tagged(model::TaggedKind kind, const TextMap& tags) {
  for (const auto& [key, value] : tags) {
    cells_.push_back(sql::cell(kind));
    cells_.push_back(sql::cell(key));
    auto rest = fmt::format("resource_kind = ${} and key = ${}", cells_.size() - 1, cells_.size());
    if (!value.empty()) {
      cells_.push_back(sql::cell(value));
      rest += fmt::format(" and value = ${}", cells_.size());
    }
    that(fmt::format("id in (select resource_id from tags where {})", rest));
  }
  return *this;
}

Where& Where::scope(Call& call, sql::Transaction& tx, const AccountListing& request, bool named) {
  if (request.project_id && request.account)
    throw Error(Fault::invalid, "What is a project's has no account: give account or projectid, not both.", "projectid");
  if (!request.project_id) narrow(call, tx, request, request.account, named);
  else if (const auto& project = request.project_id->row) equal("account_id", model::account_of(project->id));
  else
    narrow_to_projects(tx, call.caller, request);
  return *this;
}

Where& Where::within(const std::string& path) {
  cells_.push_back(Cell::of(path));
  if (branch_) return that(in_branch_of(cells_.size()));
  branch_ = cells_.size();
  return *this;
}

std::string Where::text() const {
  auto conditions = text_;
  if (branch_ && !by_domain_) conditions += fmt::format("{}({})", text_.empty() ? "" : " and ", in_branch_of(branch_));
  const auto tables =
      by_domain_ ? fmt::format(" join (select id as branch_id, path as branch_path from domains where {}) branch "
                               "on branch_id = domain_id",
                               beneath(branch_))
                 : std::string();
  return tables + (conditions.empty() ? std::string() : " where " + conditions);
}

Where& Where::scope(Call& call, sql::Transaction& tx, const DomainListing& request, bool named) {
  narrow(call, tx, request, std::nullopt, named);
  return *this;
}

// The rules are those of facts/cloudstack-protocol.md §1.5.
void Where::narrow(Call& call, sql::Transaction& tx, const DomainListing& request,
                   const std::optional<std::string>& account, bool named) {
  const auto& caller = call.caller;
  if (account) {
    const auto domain = request.domain_id ? request.domain_id->id() : caller.domain;
    const auto row = model::account_named(tx, domain, *account);
    if (!row || !access::commands_account(tx, caller, row->id, row->domain_id, access::Use::see))
      throw Error(Fault::invalid, fmt::format("Unable to find account {} in the domain {}.", *account, domain.text()),
                  "account");
    add("account_id", " = ", sql::cell(row->id));
    return;
  }
  if (!caller.is_admin()) {
    if (named) own_or_projects(caller);
    else
      add("account_id", " = ", sql::cell(caller.account));
    return;
  }
  // Where there are no projects, nothing has to be left out.
  if (!named && sql::count(tx, "select 1 from projects limit 1") > 0) that(fmt::format("not {}", of_a_project));
  if (request.domain_id) {
    const auto& domain = **request.domain_id;
    if (!request.is_recursive)
      add("domain_id", " = ", sql::cell(domain.id));
    else
      within(domain.path);
    return;
  }
  if (!request.list_all && !named) {
    add("account_id", " = ", sql::cell(caller.account));
    return;
  }
  if (caller.is_domain_admin()) within(caller.domain_path);
}

/// What stands between the brackets of `in (…)` for the projects of which the caller is a member.
std::string Where::own_projects(const access::Caller& caller) {
  cells_.push_back(sql::cell(caller.account));
  cells_.push_back(sql::cell(caller.user));
  return fmt::format("select project_id from project_members where account_id = ${} and (user_id is null or user_id = ${})",
                     cells_.size() - 1, cells_.size());
}

Where& Where::in_own_projects(std::string_view column, sql::Transaction& tx, const access::Caller& caller) {
  for (const auto& closed : access::closed_projects(tx, caller)) add(column, " <> ", sql::cell(closed));
  return that(fmt::format("{} in ({})", column, own_projects(caller)));
}

void Where::own_or_projects(const access::Caller& caller) {
  const auto projects = own_projects(caller);
  cells_.push_back(sql::cell(caller.account));
  that(fmt::format("account_id = ${} or account_id in ({})", cells_.size(), projects));
}

// projectid=-1: what projects own, and with listall all that may be seen.
void Where::narrow_to_projects(sql::Transaction& tx, const access::Caller& caller, const DomainListing& request) {
  if (request.domain_id && caller.is_admin()) {
    if (request.is_recursive) within((*request.domain_id)->path);
    else
      equal("domain_id", request.domain_id);
  }
  if (caller.is_root()) {
    if (!request.list_all) that(of_a_project);
  } else if (!request.list_all) {
    in_own_projects("account_id", tx, caller);
  } else if (caller.is_domain_admin()) {
    within(caller.domain_path);
  } else {
    for (const auto& closed : access::closed_projects(tx, caller)) add("account_id", " <> ", sql::cell(closed));
    own_or_projects(caller);
  }
}

Slice slice_of(const Listing& request) {
  if (request.page_size && *request.page_size == -1 && !request.page) return {0, 1'000'000'000};
  if (request.page.has_value() != request.page_size.has_value())
    throw Error(Fault::invalid, "The parameters page and pagesize belong together; give both or neither.", "page");
  if (!request.page) return {0, page_size_max};
  if (*request.page < 1)
    throw Error(Fault::invalid, fmt::format("Page {} does not exist; pages begin at 1.", *request.page), "page");
  if (*request.page_size < 1 || *request.page_size > page_size_max)
    throw Error(Fault::invalid,
                fmt::format("A page of {} rows is not possible; pagesize is at least 1 and at most {}.",
                            *request.page_size, page_size_max),
                "pagesize");
  return {std::int64_t(*request.page_size) * (*request.page - 1), *request.page_size};
}

Slice slice_of(const CountedListing& request) {
  const auto slice = slice_of(static_cast<const Listing&>(request));
  return request.retrieve_only_resource_count ? Slice{0, 0} : slice;
}

std::string detail::rest_of_page(const Where& where, const Slice& slice, std::string_view order) {
  return fmt::format("{} order by {} limit {} offset {}", where.text(), order, slice.length, slice.offset);
}

std::int64_t detail::count_of(sql::Transaction& tx, const Where& where, const Slice& slice, std::string_view table,
                              std::size_t seen) {
  auto count = std::int64_t(seen) + slice.offset;
  const bool is_last = std::int64_t(seen) < slice.length && (seen > 0 || slice.offset == 0);
  if (is_last) return count;
  // What is known may be a commit old; it is for pages that do not show the end.
  if (where.known_count()) return seen > 0 ? std::max(count, *where.known_count()) : *where.known_count();
  tx.query(fmt::format("select count(*) from {}{}", table, where.text()), where.cells(),
           [&](const sql::Row& row) { count = row[0].integer; });
  return count;
}

std::unordered_map<Uuid, Id<model::Job>> jobs_under_way(Call& call, sql::Transaction& tx, std::span<const Uuid> ids) {
  // The newest last.
  std::unordered_map<Uuid, Id<model::Job>> jobs;
  for (const auto& job : all_in<JobUnderWay>(tx, "status = 0 and instance_id", ids, "created"))
    if (access::commands_account(tx, call.caller, job.account_id, job.domain_id, access::Use::see))
      jobs[job.instance_id] = job.id;
  return jobs;
}

void show_jobs(Call& call, sql::Transaction& tx, std::span<const FieldOf<UnderWay>> answers) {
  const auto jobs = jobs_under_way(call, tx, things_in(answers));
  for (const auto& answer : answers)
    if (const auto at = jobs.find(answer.thing); at != jobs.end()) {
      answer.field->job_id = at->second;
      answer.field->job_status = 0;
    }
}

}  // namespace welkin::commands
