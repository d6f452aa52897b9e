// Tells the program's own words from the cloud's, and errors from each other.
#include "cli/run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "cli/audit.hpp"
#include "cli/call.hpp"
#include "cli/choice.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/job.hpp"
#include "cli/profile_commands.hpp"
#include "cli/render.hpp"
#include "cli/tab.hpp"
#include "cli/width.hpp"
#include "cli/words.hpp"

namespace welkin::cli {

namespace {
constexpr int done = 0, refused = 1, wrong_use = 2, no_answer = 3;
using Words = std::vector<std::string>;

/// Throws `internal` when the text has no place to go.
void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Error(Fault::internal, fmt::format("The answer cannot be written: {}.", std::strerror(errno)));
}

Words behind_first(const Words& words) { return {words.begin() + 1, words.end()}; }

std::string help(const Words& words, const Options& options, const Environment& environment,
                 std::size_t width) {
  if (words.empty()) return general_help();
  Cloud cloud(choose_profile(options, environment));
  const auto catalogue = catalogue_of(cloud, environment);
  if (words.size() == 1 && !catalogue.of_verb(words[0]).empty() && !catalogue.find(words[0]))
    return help_of_verb(catalogue, words[0], width);
  return help_of(*understand(catalogue, words).api, width);
}

std::string list_apis(const Options& options, const Environment& environment, std::size_t width) {
  Cloud cloud(choose_profile(options, environment));
  const auto catalogue = catalogue_of(cloud, environment);
  std::vector<const Api*> all;
  for (const auto& api : catalogue.all()) all.push_back(&api);
  const auto rows = rows_of(all);
  const auto columns = options.columns.empty() ? Words{"command", "async", "description"} : options.columns;
  if (options.format == Format::json) return json_text(boost::json::array(rows.begin(), rows.end()));
  return options.format == Format::csv ? csv_text(rows, columns, width > 0)
                                       : table_text(rows, columns, width);
}

std::string sync(const Options& options, const Environment& environment) {
  Cloud cloud(choose_profile(options, environment));
  return fmt::format("{} commands of {}\n", fetch_catalogue(cloud, environment).all().size(),
                     cloud.profile().endpoint);
}

std::string work(const Options& options, const Environment& environment) {
  const auto width = terminal_width();
  const auto first = options.words.empty() ? "help" : lower_case(options.words[0]);
  const auto rest = options.words.empty() ? Words{} : behind_first(options.words);
  if (first == "help") return help(rest, options, environment, width);
  if (first == "profile" && !options.help) return profile_command(options, rest, environment, width);
  if (first == "completion" && !options.help) return completion_script(rest.empty() ? "" : rest[0]);
  if (first == "api" && !options.help) return list_apis(options, environment, width);
  if (first == "sync" && !options.help) return sync(options, environment);
  if (first == "audit" && !options.help) {
    Cloud cloud(choose_profile(options, environment));
    return audit_command(cloud, options, rest, width);
  }
  for (const auto* own : {"profile", "completion", "api", "sync", "audit"})
    if (first == own) return general_help();
  if (options.help) return help(options.words, options, environment, width);
  Cloud cloud(choose_profile(options, environment));
  return run_command(cloud, catalogue_of(cloud, environment), options, width);
}

int complain(std::string_view message, int status) {
  fmt::print(stderr, "welkin: {}\n", harmless(message));
  return status;
}

int status_of(const Error& error) {
  switch (error.fault) {
    case Fault::unreachable:
    case Fault::timeout:
    case Fault::limited:
      return no_answer;
    case Fault::internal:
      return refused;
    default:
      return wrong_use;
  }
}
}  // namespace

int run(int count, const char* const* arguments, const Environment& environment) {
  // Before the options are read: what is being typed may be half an option.
  if (count > 1 && std::string_view(arguments[1]) == "complete") {
    const bool marked = count > 2 && std::string_view(arguments[2]) == "--";
    print(complete({arguments + (marked ? 3 : 2), arguments + count}, environment));
    return done;
  }
  int status = done;
  const auto options = read_options(count, arguments, status);
  if (!options) return status;
  try {
    print(work(*options, environment));
    return done;
  } catch (const Refused& error) {
    return complain(
        error.message + (error.code == 401 ? "; check the keys or the password of the profile." : ""),
        refused);
  } catch (const LeftAlone& left) {
    return complain(left.message, left.status);
  } catch (const Error& error) {
    return complain(error.message, status_of(error));
  } catch (const std::exception& error) {
    return complain(error.what(), refused);
  }
}

}  // namespace welkin::cli
