// Runs a command.
#include "cli/call.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "cli/answer.hpp"
#include "cli/arguments.hpp"
#include "cli/job.hpp"
#include "cli/render.hpp"
#include "cli/width.hpp"
#include "cli/words.hpp"

namespace welkin::cli {

namespace json = boost::json;

namespace {
constexpr std::size_t page_rows = 500;
constexpr std::size_t pages_max = 20'000;
constexpr std::size_t width_of_files = 140;  // for the choice of columns where there is no terminal

bool is_listing(const Api& api) { return api.verb() == "list" || api.verb() == "find"; }

/// A mistyped column is an empty one; the user shall know why.
void warn_of_unknown(const std::vector<std::string>& wanted, const Rows& rows, const Api& api) {
  auto known = all_columns(rows);
  if (known.empty()) return;
  known.insert(known.end(), api.fields.begin(), api.fields.end());
  for (const auto& column : wanted)
    if (std::ranges::find(known, column) == known.end())
      fmt::print(stderr, "welkin: the answer has no field '{}'.{}\n", column, suggestion(column, known));
}

std::string shown_as_table(const Answer& answer, const Options& options, std::size_t width) {
  if (!answer.is_list) {
    auto fields = flattened(answer.rows.front());
    if (!options.columns.empty()) {
      fields.clear();
      for (const auto& column : options.columns)
        fields.emplace_back(column, cell(answer.rows.front(), column));
    }
    return record_text(fields, 0);  // WHY uncut: there is room below, and a key that is cut is worth nothing
  }
  if (answer.rows.empty()) {
    if (answer.count > 0) return fmt::format("{}\n", answer.count);
    fmt::print(stderr, "Nothing found.\n");
    return "";
  }
  if (answer.count > std::ssize(answer.rows))
    fmt::print(stderr, "These are {} of {}; --all shows them all.\n", answer.rows.size(), answer.count);
  if (!options.columns.empty()) return table_text(answer.rows, options.columns, width);
  return table_text(answer.rows, telling_columns(answer.rows, width ? width : width_of_files), width);
}

std::string shown_as_csv(const Answer& answer, const Options& options, bool on_terminal) {
  return csv_text(answer.rows, options.columns.empty() ? all_columns(answer.rows) : options.columns,
                  on_terminal);
}

/// What is printed of a job that is not waited for.
std::string shown_job(const json::object& inside, const Options& options) {
  return options.format == Format::table  ? cell(inside, "jobid") + "\n"
         : options.format == Format::json ? json_text(inside)
                                          : csv_text({inside}, all_columns({inside}), false);
}

void check_pages(const Api& api, const net::TextPairs& parameters) {
  if (!api.find("page") || !api.find("pagesize"))
    throw Error(Fault::invalid, fmt::format("'{}' has no pages; leave --all out.", api.spoken()));
  for (const auto& [name, value] : parameters)
    if (name == "page" || name == "pagesize")
      throw Error(Fault::invalid, fmt::format("--all fetches every page; leave '{}' out.", name), name);
}

std::optional<std::chrono::duration<double>> limit_of(const Options& options) {
  if (options.timeout_seconds <= 0) return std::nullopt;
  return std::chrono::duration<double>(options.timeout_seconds);
}
}  // namespace

json::object all_pages(Cloud& cloud, const Api& api, const net::TextPairs& parameters) {
  json::array rows;
  std::string name;
  for (std::size_t page = 1; page <= pages_max; ++page) {
    auto asked = parameters;
    asked.emplace_back("page", std::to_string(page));
    asked.emplace_back("pagesize", std::to_string(page_rows));
    const auto answer = read_answer(cloud.call(api.name, asked), true);
    if (!answer.name.empty()) name = answer.name;
    rows.insert(rows.end(), answer.rows.begin(), answer.rows.end());
    if (answer.rows.size() < page_rows) break;
  }
  if (rows.empty()) return {};
  return {{"count", rows.size()}, {name, std::move(rows)}};
}

std::string shown(const json::object& inside, const Api& api, const Options& options, std::size_t width) {
  const auto answer = read_answer(inside, is_listing(api));
  warn_of_unknown(options.columns, answer.rows, api);
  switch (options.format) {
    case Format::json:
      return json_text(picked(inside, answer, options.columns));
    case Format::csv:
      return shown_as_csv(answer, options, width > 0);
    case Format::table:
      return shown_as_table(answer, options, width);
  }
  return "";
}

std::string run_command(Cloud& cloud, const Catalogue& catalogue, const Options& options, std::size_t width) {
  const auto [api, rest] = understand(catalogue, options.words);
  const auto parameters = read_arguments(*api, rest);
  check_required(*api, parameters);
  if (options.all) {
    check_pages(*api, parameters);
    return shown(all_pages(cloud, *api, parameters), *api, options, width);
  }
  auto inside = cloud.call(api->name, parameters);
  const auto job = cell(inside, "jobid");
  if (!api->is_async || job.empty()) return shown(inside, *api, options, width);
  if (!options.wait) return shown_job(inside, options);
  return shown(wait_for_job(cloud, api->name, job, limit_of(options)), *api, options, width);
}

}  // namespace welkin::cli
