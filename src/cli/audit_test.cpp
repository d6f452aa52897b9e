// Verifying the audit log against a server that may have lied.
#include "cli/audit.hpp"

#include <gtest/gtest.h>

#include "base/chain.hpp"
#include "base/fault_of_test.hpp"
#include "cli/answer.hpp"
#include "cli/catalogue_for_tests.hpp"
#include "cli/pretender_for_tests.hpp"

namespace welkin::cli {
namespace {

namespace json = boost::json;

constexpr auto server_id = "01a206e4-9867-7af5-a20d-e2216af28dde";

/// Records and a chain's ends as a server answers them.
struct Log {
  std::vector<json::object> records;
  json::object chain;

  explicit Log(int count) {
    std::string previous;
    for (int i = 1; i <= count; ++i) {
      json::object record{{"serverid", server_id}, {"sequence", i}, {"command", "listZones"}, {"code", 200}};
      std::vector<std::string> texts;
      for (const auto field : chained_fields) texts.push_back(cell(record, field));
      const auto digest = chain_digest(previous, texts);
      record["previous"] = previous;
      record["digest"] = previous = digest;
      records.push_back(std::move(record));
    }
    chain = {{"id", server_id}, {"firstsequence", 1}, {"lastsequence", count}, {"lastdigest", previous}, {"sealed", true}};
  }
  /// What the server has when the first ones have been kept long enough.
  void cut(int kept_from) {
    while (cell(records.front(), "sequence") != std::to_string(kept_from)) {
      chain["firstprevious"] = records.front()["digest"];
      records.erase(records.begin());
    }
    chain["firstsequence"] = kept_from;
  }
  std::string head(int sequence) const {
    return std::string(server_id) + ":" + std::to_string(sequence) + ":" +
           cell(records[std::size_t(sequence - 1)], "digest");
  }
};

net::HttpResponse told(const char* name, json::array rows) {
  const auto count = rows.size();
  return says(json::serialize(json::object{{"r", json::object{{"count", count}, {name, std::move(rows)}}}}));
}

std::string verify(const Log& log, std::vector<std::string> words = {}, std::function<void()> before_records = [] {}) {
  Pretender server([&](const Pretender::Parameters& parameters) {
    if (parameters.at("command") == "listAuditChains") return told("auditchain", {log.chain});
    before_records();
    json::array rows;
    const auto after = std::stoi(parameters.at("aftersequence"));
    for (const auto& record : log.records)
      if (std::stoi(cell(record, "sequence")) > after && rows.size() < 2) rows.push_back(record);
    return told("auditrecord", std::move(rows));
  });
  Cloud cloud(server.profile());
  words.insert(words.begin(), "verify");
  return audit_command(cloud, {}, words, 0);
}
std::string complaint(const Log& log, std::vector<std::string> words = {}) {
  return complaint_of([&] { verify(log, words); });
}

TEST(Audit, a_whole_log_is_told_with_its_head) {
  const Log log(5);
  EXPECT_NE(verify(log).find(log.head(5)), std::string::npos);
  EXPECT_NE(verify(log, {log.head(3)}).find("1–5"), std::string::npos);
}

TEST(Audit, what_was_altered_taken_out_or_put_in_another_order_is_found) {
  Log altered(5), removed(5), swapped(5), cut_off(5), unsealed(5), emptied(5);
  altered.records[2]["command"] = "deleteZone";
  EXPECT_NE(complaint(altered).find("record 3 is not as it was written"), std::string::npos);
  removed.records.erase(removed.records.begin() + 2);
  EXPECT_NE(complaint(removed).find("record 3 is missing"), std::string::npos);
  std::swap(swapped.records[1], swapped.records[2]);
  EXPECT_NE(complaint(swapped), "");
  cut_off.records.pop_back();
  EXPECT_NE(complaint(cut_off).find("records after 4 are missing"), std::string::npos);
  unsealed.chain["sealed"] = false;
  EXPECT_NE(complaint(unsealed).find("sealed"), std::string::npos);
  emptied.records.clear();
  EXPECT_NE(complaint(emptied), "");
}

TEST(Audit, a_chain_that_was_written_anew_is_found_by_a_head_that_was_noted) {
  const Log log(5), shorter(3);
  Log anew(6);
  EXPECT_NE(complaint(shorter, {log.head(5)}).find("record 5 was there once"), std::string::npos);
  auto head = log.head(2);
  head.back() = head.back() == '0' ? '1' : '0';
  EXPECT_NE(complaint(anew, {head}).find("record 2 is not the one"), std::string::npos);
  EXPECT_NE(complaint(log, {"elsewhere:1:" + std::string(64, 'a')}).find("its chain is gone"), std::string::npos);
  EXPECT_EQ(fault_of([&] { verify(log, {"nonsense"}); }), Fault::invalid);
}

TEST(Audit, records_that_were_kept_long_enough_may_go_even_while_it_is_verified) {
  Log log(9);
  log.cut(4);
  EXPECT_NE(verify(log).find("4–9"), std::string::npos);
  int asked = 0;
  EXPECT_NE(verify(log, {}, [&] { if (++asked == 2) log.cut(8); }).find("4–9"), std::string::npos);
}

}  // namespace
}  // namespace welkin::cli
