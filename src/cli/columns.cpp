// Ranks fields by how much they tell a reader.
#include "cli/columns.hpp"

#include <algorithm>

#include "cli/answer.hpp"
#include "cli/width.hpp"

namespace welkin::cli {

namespace {
const std::vector<std::string> most_telling{"id",
                                            "name",
                                            "displayname",
                                            "state",
                                            "status",
                                            "resourcestate",
                                            "allocationstate",
                                            "jobid",
                                            "cmd",
                                            "jobstatus",
                                            "ipaddress",
                                            "publicipaddress",
                                            "type",
                                            "level",
                                            "value",
                                            "size",
                                            "cpunumber",
                                            "memory",
                                            "hypervisor",
                                            "networktype",
                                            "vmname",
                                            "virtualmachinename",
                                            "zonename",
                                            "hostname",
                                            "username",
                                            "account",
                                            "created",
                                            "description",
                                            "displaytext"};
constexpr std::size_t gap = 2;
constexpr std::size_t widest = 60;  // a longer text would push all others out

std::size_t rank(const std::string& column) {
  const auto at = std::ranges::find(most_telling, column) - most_telling.begin();
  if (at < std::ssize(most_telling)) return std::size_t(at);
  // Ids of other things tell people least.
  return most_telling.size() + (column.ends_with("id") ? 1 : 0);
}

bool is_plain(const Rows& rows, const std::string& column) {
  return std::ranges::none_of(rows, [&](const auto& row) {
    const auto* value = row.if_contains(column);
    return value && (value->is_object() || value->is_array());
  });
}

std::size_t width_in(const Rows& rows, const std::string& column) {
  auto out = column.size();
  for (const auto& row : rows) out = std::max(out, width_of(harmless(cell(row, column))));
  return out;
}

/// Those of one rank stay in their order.
std::vector<std::string> order_by_rank(std::vector<std::string> columns) {
  std::vector<std::string> out;
  for (std::size_t wanted = 0; wanted <= most_telling.size() + 1; ++wanted)
    std::ranges::copy_if(columns, std::back_inserter(out),
                         [&](const auto& column) { return rank(column) == wanted; });
  return out;
}

/// A display name that only repeats the name is no news.
bool repeats_name(const Rows& rows, const std::string& column) {
  if (column != "displayname" && column != "displaytext" && column != "description") return false;
  return std::ranges::all_of(rows, [&](const auto& row) { return cell(row, column) == cell(row, "name"); });
}
}  // namespace

std::vector<std::string> all_columns(const Rows& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows)
    for (const auto& member : row)
      if (std::ranges::find(out, member.key()) == out.end()) out.emplace_back(member.key());
  return out;
}

std::vector<std::string> telling_columns(const Rows& rows, std::size_t width) {
  auto candidates = all_columns(rows);
  std::erase_if(candidates,
                [&](const auto& column) { return !is_plain(rows, column) || repeats_name(rows, column); });
  const auto ordered = order_by_rank(std::move(candidates));
  std::vector<std::string> out;
  std::size_t used = 0;
  for (const auto& column : ordered) {
    const auto wanted = width_in(rows, column) + (out.empty() ? 0 : gap);
    const bool ranked = rank(column) < most_telling.size();
    if (!out.empty() && (used + wanted > width || (!ranked && wanted > widest))) {
      if (ranked) continue;
      break;
    }
    used += wanted;
    out.push_back(column);
  }
  if (out.empty()) out = all_columns(rows);
  return out;
}

}  // namespace welkin::cli
