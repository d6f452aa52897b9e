// What Welkin declares is what CloudStack's contract says: fields of answers, names of envelopes, manners of answering.
#include <gtest/gtest.h>

#include <set>

#include "base/json.hpp"
#include "commands/binder.hpp"
#include "commands/contract_for_tests.hpp"
#include "commands/index.hpp"
#include "commands/unanswered.hpp"
#include "commands/words.hpp"

namespace welkin::embedded {
extern const std::string_view event_types;
}

namespace welkin::commands {
namespace {

/// CloudStack documents these everywhere; they stand in answers about what journeys change.
const std::set<std::string_view> everywhere = {"jobid", "jobstatus"};

/// Calls `f` with each command and what the contract says of it.
template <class F>
void each_command(F f) {
  const auto text = contract();
  const JsonDocument document(text);
  for (const auto& command : commands_in(document.root())) {
    const auto wanted = document.root()[command.facts.name];
    f(command, wanted);
  }
}
/// Calls `f` with each field of each command's answer in the contract.
template <class F>
void each_field(F f) {
  each_command([&](const Command& command, Json wanted) {
    const auto fields = wanted["fields"];
    for (std::size_t i = 0; i < fields.size(); ++i) f(command, fields.at(i)["name"].text());
  });
}

bool is_known_lack(std::string_view answer, std::string_view field) {
  const auto at = unanswered().find(answer);
  return at != unanswered().end() && at->second.contains(field);
}

TEST(Contract, every_field_is_answered_or_its_lack_is_known) {
  each_field([&](const Command& command, std::string_view field) {
    EXPECT_TRUE(command.answer().by_wire(field) || everywhere.contains(field) ||
                is_known_lack(command.answer().name, field))
        << command.facts.name << " lacks " << field;
  });
}

TEST(Contract, nothing_is_lacking_that_is_answered_or_that_the_contract_lacks) {
  auto left = unanswered();
  each_field([&](const Command& command, std::string_view field) {
    const auto gaps = left.find(command.answer().name);
    if (gaps != left.end() && !command.answer().by_wire(field)) gaps->second.erase(field);
  });
  for (const auto& [answer, fields] : left)
    for (const auto& [field, thing] : fields)
      ADD_FAILURE() << answer << " has " << field << ", or need not have it";
}

TEST(Contract, answers_come_in_the_envelopes_that_clients_open) {
  each_command([&](const Command& command, Json wanted) {
    EXPECT_EQ(command.response_name(), wanted["response"].text()) << command.facts.name;
    EXPECT_EQ(command.facts.object, wanted["object"].text()) << command.facts.name;
  });
}

TEST(Contract, lists_jobs_and_creations_are_those_of_cloudstack) {
  each_command([&](const Command& command, Json wanted) {
    EXPECT_EQ(command.is_async(), wanted["async"].boolean()) << command.facts.name;
    EXPECT_EQ(command.creates, wanted["async_create"].boolean()) << command.facts.name;
    if (wanted["list"].boolean()) EXPECT_TRUE(command.is_list) << command.facts.name;
  });
}

TEST(Contract, no_command_has_a_parameter_of_its_own_that_every_call_carries) {
  for (const auto& command : all_commands())
    for (const auto& field : command.request().fields)
      EXPECT_FALSE(is_carriage(field.wire)) << command.facts.name << " cannot be told its " << field.wire;
}

TEST(Contract, events_are_of_types_that_clients_know) {
  std::set<std::string_view> known;
  each_word(embedded::event_types, [&](std::string_view type) { known.insert(type); }, '\n');
  EXPECT_EQ(known.size(), 574u);
  for (const auto& command : all_commands())
    if (!command.facts.event.empty()) EXPECT_TRUE(known.contains(command.facts.event)) << command.facts.name;
}

}  // namespace
}  // namespace welkin::commands
