// Pages of rows: conditions, scope and order become one indexed query.
#pragma once

#include "commands/command.hpp"
#include "commands/requests.hpp"
#include "model/tag.hpp"
#include "sql/many.hpp"

namespace welkin::commands {

/// Conditions of a list, joined by "and". Columns are ours, values are parameters: nothing from outside becomes SQL.
class Where {
 public:
  /// `column = value` when there is a value. References compare by id.
  template <class V>
  Where& equal(std::string_view column, const V& value) {
    if constexpr (requires { value.has_value(); }) {
      if (value) equal(column, *value);
    } else if constexpr (requires { value.row; }) {
      add(column, " = ", sql::cell(value.id()));
    } else {
      add(column, " = ", sql::cell(value));
    }
    return *this;
  }
  /// `column in (…)` when the list is not empty.
  template <class V>
  Where& any_of(std::string_view column, const std::vector<V>& values) {
    std::vector<Cell> cells;
    for (const auto& value : values) {
      if constexpr (requires { value.row; })
        cells.push_back(sql::cell(value.id()));
      else
        cells.push_back(sql::cell(value));
    }
    if (!values.empty()) in(column, cells);
    return *this;
  }
  /// The keyword stands in one of the columns, in any case.
  Where& keyword(std::initializer_list<std::string_view> columns, const std::optional<std::string>& word);
  /// A condition of our own; `$` in it becomes the place of `value`.
  Where& that(std::string_view condition);
  template <class V>
  Where& that(std::string_view condition, const V& value) {
    return with(condition, sql::cell(value));
  }
  /// Nothing at all: what is asked for does not exist.
  Where& nothing() { return that("1 = 0"); }
  /// What carries all these tags; one without a value is carried with any.
  Where& tagged(model::TaggedKind kind, const TextMap& tags);
  /// Nothing when `wanted` asks for what does not exist; the rest when it asks for the others.
  Where& none_have(const std::optional<bool>& wanted) { return wanted && *wanted ? nothing() : *this; }
  /// Its domain is the one at `path`, or beneath it.
  Where& within(const std::string& path);
  /// The oldest first, and in a branch of the domain tree domain by domain, as their paths are in order: an index on
  /// (domain_id, created, id) then answers a page without a look at the rest of the branch, or at the list of its domains.
  std::string_view order_of_branch() {
    by_domain_ = branch_ != 0;
    return by_domain_ ? "branch_path, created, id" : "created, id";
  }
  /// What the caller may see by ownership: columns account_id and domain_id. `named`: the request names rows by id. What is
  /// a project's is there only where projects are asked for, or rows by id.
  Where& scope(Call& call, sql::Transaction& tx, const AccountListing& request, bool named = false);
  Where& scope(Call& call, sql::Transaction& tx, const DomainListing& request, bool named = false);
  /// The column names a project, or a project's account, of which the caller is a member, and where the caller's role does
  /// not deny the command.
  Where& in_own_projects(std::string_view column, sql::Transaction& tx, const access::Caller& caller);

  /// How many match is known, and need not be counted.
  Where& known_to_be(std::int64_t count) {
    known_ = count;
    return *this;
  }
  std::optional<std::int64_t> known_count() const { return known_; }

  /// " where a = $1 and …" or nothing; what comes after the table's name.
  std::string text() const;
  const std::vector<Cell>& cells() const { return cells_; }

 private:
  Where& with(std::string_view condition, Cell value);
  void add(std::string_view column, std::string_view relation, Cell value);
  void in(std::string_view column, const std::vector<Cell>& values);
  void narrow_to_projects(sql::Transaction& tx, const access::Caller& caller, const DomainListing& request);
  std::string own_projects(const access::Caller& caller);
  void own_or_projects(const access::Caller& caller);
  void narrow(Call& call, sql::Transaction& tx, const DomainListing& request,
              const std::optional<std::string>& account, bool named);

  std::string text_;
  std::vector<Cell> cells_;
  std::size_t branch_ = 0;  ///< the place of the path whose branch the rows are in; 0 for anywhere
  bool by_domain_ = false;  ///< rows come domain by domain
  std::optional<std::int64_t> known_{};
};

/// Offset and length of the page a request asks for. Throws `invalid` for a page without a size, or one too large.
struct Slice {
  std::int64_t offset = 0;
  std::int64_t length = 500;
};
Slice slice_of(const Listing& request);
/// Nothing but the count, when that is all that is asked for.
Slice slice_of(const CountedListing& request);

namespace detail {
/// What comes after the select of a page.
std::string rest_of_page(const Where& where, const Slice& slice, std::string_view order);
/// How many rows match; the page has `seen`.
std::int64_t count_of(sql::Transaction& tx, const Where& where, const Slice& slice, std::string_view table,
                      std::size_t seen);
}  // namespace detail

/// The page of rows that match, and how many match in all.
template <sql::RowStruct T>
Page<T> page_of(sql::Transaction& tx, const Where& where, const Slice& slice, std::string_view order) {
  Page<T> page;
  if (slice.length > 0) page.rows = sql::all_with<T>(tx, detail::rest_of_page(where, slice, order), where.cells());
  page.count = detail::count_of(tx, where, slice, T::table, page.rows.size());
  return page;
}

template <sql::RowStruct T, std::derived_from<Listing> R>
Page<T> page_of(sql::Transaction& tx, const Where& where, const R& request, std::string_view order) {
  return page_of<T>(tx, where, slice_of(request), order);
}

/// The page, each row turned into an answer.
template <sql::RowStruct T, std::derived_from<Listing> R, class F>
auto answers_of(sql::Transaction& tx, const Where& where, const R& request, std::string_view order, F answer) {
  auto rows = page_of<T>(tx, where, slice_of(request), order);
  Page<std::invoke_result_t<F&, const T&>> page;
  page.count = rows.count;
  page.rows.reserve(rows.rows.size());
  for (const auto& row : rows.rows) page.rows.push_back(answer(row));
  return page;
}

using sql::all_in;
using sql::in_hundreds;

/// Whom the rows of a page are about.
template <class A>
std::vector<Uuid> ids_on(const Page<A>& page) {
  std::vector<Uuid> out;
  for (const auto& row : page.rows) out.push_back(row.id);
  return out;
}

/// Answers about things that journeys change.
struct UnderWay {
  FIELDS(UnderWay,
    (Id<model::Job>, job_id, "A job under way on it."),
    (std::optional<int>, job_status, "0: it is under way."))
};

/// The newest job under way on each of these, where the caller may ask for it: one query for a hundred.
std::unordered_map<Uuid, Id<model::Job>> jobs_under_way(Call& call, sql::Transaction& tx, std::span<const Uuid> ids);
void show_jobs(Call& call, sql::Transaction& tx, std::span<const FieldOf<UnderWay>> answers);

/// The page, each row with the job under way on it that the caller may ask for.
template <std::derived_from<UnderWay> A>
Page<A> with_jobs(Call& call, sql::Transaction& tx, Page<A> page) {
  std::vector<FieldOf<UnderWay>> answers;
  for (auto& row : page.rows) answers.push_back({row.id, &row});
  show_jobs(call, tx, answers);
  return page;
}

}  // namespace welkin::commands
