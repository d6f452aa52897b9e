// Follows the chains of audit records.
#include "cli/audit.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "base/chain.hpp"
#include "base/error.hpp"
#include "cli/answer.hpp"
#include "cli/render.hpp"
#include "cli/words.hpp"

namespace welkin::cli {

namespace json = boost::json;

namespace {
constexpr auto page_rows = "500";
using Rows = std::vector<json::object>;

[[noreturn]] void tampered(const std::string& server, std::string what) {
  throw Error(Fault::internal, fmt::format("The audit log of server {} has been tampered with: {}", server, what));
}

std::int64_t number(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out < 0)
    throw Error(Fault::invalid, fmt::format("'{}' is no place in a chain.", text), std::string(text));
  return out;
}

/// A place in a chain that somebody has noted, or where one has come to.
struct Head {
  std::int64_t sequence = 0;
  std::string digest;
};

std::map<std::string, Head> noted(const std::vector<std::string>& words) {
  std::map<std::string, Head> out;
  for (const auto& word : words) {
    const auto parts = split(word, ':');
    if (parts.size() != 3 || parts[2].size() != 64)
      throw Error(Fault::invalid, fmt::format("'{}' is not SERVER:SEQUENCE:DIGEST, as `welkin audit verify` prints it.", word),
                  word);
    if (!out.emplace(parts[0], Head{number(parts[1]), parts[2]}).second)
      throw Error(Fault::invalid, fmt::format("'{}' is the second head of that server.", word), word);
  }
  return out;
}

class Chain {
 public:
  Chain(Cloud& cloud, json::object row) : cloud_(cloud), server_(cell(row, "id")) { learn(row); }

  /// Up to where the chain ended when it was asked for; more may have come since.
  Head follow(const Head* noted) {
    const auto last = number(cell(row_, "lastsequence"));
    const auto sealed_end = cell(row_, "lastdigest");
    if (noted && noted->sequence > last)
      tampered(server_, fmt::format("it ends at record {}; record {} was there once.", last, noted->sequence));
    while (at_.sequence < last) {
      const auto page = read_answer(cloud_.call("listAuditRecords", {{"serverid", server_},
                                                                      {"aftersequence", std::to_string(at_.sequence)},
                                                                      {"page", "1"},
                                                                      {"pagesize", page_rows}}),
                                    true);
      if (page.rows.empty()) tampered(server_, fmt::format("records after {} are missing.", at_.sequence));
      for (const auto& record : page.rows) {
        if (at_.sequence == last) break;
        check_noted(noted);
        take(record);
      }
    }
    check_noted(noted);
    if (at_.sequence == last && at_.digest != sealed_end)
      tampered(server_, "its end is not the one that was sealed.");
    return at_;
  }

 private:
  void learn(const json::object& row) {
    row_ = row;
    if (cell(row, "sealed") != "true") tampered(server_, "its begin and end are not as the server has sealed them.");
    at_ = {number(cell(row, "firstsequence")) - 1, cell(row, "firstprevious")};
  }
  void check_noted(const Head* noted) const {
    if (noted && noted->sequence == at_.sequence && noted->digest != at_.digest)
      tampered(server_, fmt::format("record {} is not the one that was there once.", at_.sequence));
  }
  void take(const json::object& record) {
    const auto sequence = number(cell(record, "sequence"));
    if (sequence != at_.sequence + 1) skip_to(sequence);
    std::vector<std::string> texts;
    for (const auto field : chained_fields) texts.push_back(cell(record, field));
    const auto digest = chain_digest(at_.digest, texts);
    if (cell(record, "previous") != at_.digest || cell(record, "digest") != digest)
      tampered(server_, fmt::format("record {} is not as it was written.", sequence));
    at_ = {sequence, digest};
  }
  /// Records may have been taken away meanwhile because they were kept long enough; then the seal knows where they end.
  void skip_to(std::int64_t sequence) {
    const auto missing = at_.sequence + 1;
    const auto now = read_answer(cloud_.call("listAuditChains", {{"id", server_}}), true);
    if (now.rows.size() == 1 && number(cell(now.rows[0], "firstsequence")) == sequence) return learn(now.rows[0]);
    tampered(server_, fmt::format("record {} is missing.", missing));
  }

  Cloud& cloud_;
  json::object row_;
  std::string server_;
  Head at_;
};
}  // namespace

std::string audit_command(Cloud& cloud, const Options& options, const std::vector<std::string>& words,
                          std::size_t width) {
  if (words.empty() || lower_case(words[0]) != "verify")
    throw Error(Fault::invalid, "`welkin audit` can verify: `welkin audit verify [SERVER:SEQUENCE:DIGEST …]`.");
  auto known = noted({words.begin() + 1, words.end()});
  Rows rows;
  for (const auto& row : read_answer(cloud.call("listAuditChains", {{"page", "1"}, {"pagesize", page_rows}}), true).rows) {
    const auto server = cell(row, "id");
    const auto at = known.find(server);
    const auto first = cell(row, "firstsequence");
    const auto end = Chain(cloud, row).follow(at == known.end() ? nullptr : &at->second);
    known.erase(server);
    rows.push_back({{"server", server},
                    {"records", fmt::format("{}–{}", first, end.sequence)},
                    {"head", fmt::format("{}:{}:{}", server, end.sequence, end.digest)}});
  }
  for (const auto& [server, head] : known) tampered(server, "its chain is gone.");
  if (options.format == Format::json) return json_text(json::array(rows.begin(), rows.end()));
  const auto columns = options.columns.empty() ? std::vector<std::string>{"records", "head"} : options.columns;
  return options.format == Format::csv ? csv_text(rows, columns, width > 0) : table_text(rows, columns, 0);
}

}  // namespace welkin::cli
