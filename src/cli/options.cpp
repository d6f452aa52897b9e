// The options, read by CLI11.
#include "cli/options.hpp"

#include <CLI/CLI.hpp>

#include "base/version.hpp"
#include "cli/words.hpp"

namespace welkin::cli {

namespace {
constexpr auto synopsis = "welkin VERB NOUN [name=value …] [options]";

const std::map<std::string, Format> formats{
    {"table", Format::table}, {"json", Format::json}, {"csv", Format::csv}};

bool is_seconds(const std::string& word) {
  double seconds = 0;
  return CLI::detail::lexical_cast(word, seconds) && seconds >= 0 && seconds <= 1e9;
}

/// A check whose complaint is a sentence.
CLI::Validator said_so(std::function<bool(const std::string&)> holds, std::string complaint) {
  return {[holds = std::move(holds), complaint = std::move(complaint)](std::string& word) {
            return holds(word) ? "" : "'" + word + "' " + complaint;
          },
          ""};
}

/// Declared in one place for parsing, help and completion alike.
void declare(CLI::App& app, Options& out, std::string& filter, bool& no_wait) {
  app.set_help_flag();
  app.set_version_flag("--version", "welkin " + std::string(version), "Print the version");
  app.add_option("words", out.words)->group("");
  app.add_flag("-h,--help", out.help, "Explain; behind a command, explain the command");
  app.add_option_function<std::string>(
         "-o,--output", [&out](const std::string& word) { out.format = formats.at(word); },
         "table, json or csv")
      ->type_name("FORMAT")
      ->check(said_so([](const std::string& word) { return formats.contains(word); },
                      "is not table, json or csv"));
  app.add_option("-f,--filter", filter, "Only these fields, in this order: name,id,state")
      ->type_name("FIELDS");
  app.add_flag("-a,--all", out.all, "Fetch all pages of a list");
  app.add_flag("--no-wait", no_wait, "Print the job's id instead of waiting for its end");
  app.add_option("--timeout", out.timeout_seconds, "Wait no longer than this for a job")
      ->type_name("SECONDS")
      ->check(said_so(is_seconds, "is no number of seconds"));
  app.add_option("-p,--profile", out.profile, "Use this profile")->type_name("NAME");
  app.add_option("--admin-file", out.admin_file, "Use a cloud's own admin.json in place of a profile")
      ->type_name("FILE");
}
}  // namespace

std::optional<Options> read_options(int count, const char* const* arguments, int& status) {
  Options out;
  std::string filter;
  bool no_wait = false;
  CLI::App app("", "welkin");
  declare(app, out, filter, no_wait);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "welkin: " + std::string(error.what()) + "; `welkin --help` lists the options.\n";
  });
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    status = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  out.columns = split(filter, ',');
  out.wait = !no_wait;
  return out;
}

std::vector<std::pair<std::string, std::string>> option_names() {
  Options unused;
  std::string filter;
  bool no_wait = false;
  CLI::App app("", "welkin");
  declare(app, unused, filter, no_wait);
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto* option : app.get_options())
    if (!option->get_lnames().empty())
      out.emplace_back("--" + option->get_lnames().front(), option->get_description());
  return out;
}

std::string options_help() {
  Options unused;
  std::string filter;
  bool no_wait = false;
  CLI::App app("", "welkin");
  declare(app, unused, filter, no_wait);
  std::string out = std::string("Usage: ") + synopsis + "\n\nOptions:\n";
  for (const auto* option : app.get_options()) {
    if (option->get_lnames().empty()) continue;
    auto names = (option->get_snames().empty() ? "    " : "-" + option->get_snames().front() + ", ") + "--" +
                 option->get_lnames().front();
    if (option->get_items_expected() > 0 && option->get_type_size() > 0)
      names += " " + option->get_type_name();
    out += "  " + names + std::string(names.size() < 26 ? 26 - names.size() : 1, ' ') +
           option->get_description() + "\n";
  }
  return out;
}

}  // namespace welkin::cli
