// Conditions and scopes of lists.
#include "commands/listing.hpp"

#include "access/door.hpp"

namespace welkin::commands {

namespace {
constexpr std::int64_t page_size_max = 500;

/// For LIKE: the word's own wildcards are text.
std::string pattern_of(std::string_view word) {
  std::string out = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  }
  return out + "%";
}
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
  cells_.push_back(Cell::of(pattern_of(*word)));
  std::string any;
  for (const auto column : columns)
    any += fmt::format("{}lower({}) like ${} escape '!'", any.empty() ? "" : " or ", column, cells_.size());
  return that(any);
}

Where& Where::scope(Call& call, sql::Transaction& tx, const AccountListing& request, bool named) {
  if (request.project_id && *request.project_id != "-1")
    access::refuse_id("projectid", *request.project_id);
  if (request.project_id) nothing();
  narrow(call, tx, request, request.account, named);
  return *this;
}

Where& Where::within(const std::string& path) {
  static const auto condition = fmt::format("domain_id in (select id from domains where {})",
                                            model::lies_beneath("path", "cast($ as text)"));
  return with(condition, Cell::of(path));
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
    const auto row =
        sql::first<model::Account>(tx, "where domain_id = $1 and name = $2 and removed is null", domain, *account);
    if (!row || !access::commands_account(tx, caller, row->id, row->domain_id))
      throw Error(Fault::invalid, fmt::format("Unable to find account {} in the domain {}.", *account, domain.text()),
                  "account");
    add("account_id", " = ", sql::cell(row->id));
    return;
  }
  if (!caller.is_admin()) {
    add("account_id", " = ", sql::cell(caller.account));
    return;
  }
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

}  // namespace welkin::commands
