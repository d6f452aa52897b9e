// The profile file, read and written by Boost's INI parser.
#include "cli/profile.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/property_tree/ini_parser.hpp>
#include <filesystem>
#include <sstream>

#include "base/error.hpp"
#include "base/json.hpp"
#include "cli/arguments.hpp"
#include "cli/files.hpp"
#include "cli/words.hpp"

namespace welkin::cli {

namespace tree = boost::property_tree;

namespace {
const std::vector<std::string> keys{"endpoint", "apikey", "secretkey", "username",
                                    "password", "domain", "verify"};

void check_name(const std::string& name) {
  const auto plain = [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) || letter == '-' || letter == '_';
  };
  if (name.empty() || name.size() > 64 || !std::ranges::all_of(name, plain))
    throw Error(Fault::invalid,
                fmt::format("'{}' cannot name a profile; use up to 64 letters, digits, - and _.", name),
                name);
}

void check_value(const std::string& key, const std::string& value) {
  if (std::ranges::find(keys, key) == keys.end())
    throw Error(
        Fault::invalid,
        fmt::format("A profile has no '{}'; it has {}.{}", key, fmt::join(keys, ", "), suggestion(key, keys)),
        key);
  if (key == "verify" && value != "true" && value != "false")
    throw Error(Fault::invalid, fmt::format("'{}' is no value for verify; give true or false.", value), key);
  if (std::ranges::any_of(value, [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; }))
    throw Error(
        Fault::invalid,
        fmt::format("The value of {} has a line end or another control character in it; leave it out.", key),
        key);
}

/// WHY not ptree's own paths: a dot in a name would be a step down.
std::string value(const tree::ptree& section, const std::string& key) {
  const auto at = section.find(key);
  return at == section.not_found() ? "" : at->second.data();
}
}  // namespace

Profiles::Profiles(std::string file) : file_(std::move(file)), tree_(std::make_unique<tree::ptree>()) {
  if (!std::filesystem::exists(file_)) return;
  std::istringstream in(read_whole_file(file_));
  try {
    tree::read_ini(in, *tree_);
  } catch (const tree::ini_parser_error& error) {
    throw Error(Fault::invalid,
                fmt::format("'{}' cannot be understood at line {}: {}; mend it or remove it.", file_,
                            error.line(), error.message()),
                file_);
  }
}
Profiles::~Profiles() = default;

std::vector<std::string> Profiles::names() const {
  std::vector<std::string> out;
  for (const auto& [name, section] : *tree_)
    if (section.data().empty()) out.push_back(name);
  return out;
}

bool Profiles::has(const std::string& name) const { return std::ranges::count(names(), name) > 0; }

void Profiles::must_have(const std::string& name) const {
  if (!has(name))
    throw Error(Fault::missing,
                fmt::format("There is no profile '{}'.{} `welkin profile list` shows them.", name,
                            suggestion(name, names())),
                name);
}

Profile Profiles::get(const std::string& name) const {
  must_have(name);
  const auto& section = tree_->find(name)->second;
  return {name,
          value(section, "endpoint"),
          value(section, "apikey"),
          Secret(value(section, "secretkey")),
          value(section, "username"),
          Secret(value(section, "password")),
          value(section, "domain"),
          value(section, "verify") != "false"};
}

std::string Profiles::current() const {
  if (const auto used = value(*tree_, "profile"); !used.empty()) return used;
  if (has("default")) return "default";
  const auto all = names();
  return all.size() == 1 ? all.front() : "";
}

void Profiles::use(const std::string& name) {
  must_have(name);
  // At the front: in the file, what precedes the first section belongs to none.
  tree_->erase("profile");
  tree_->push_front({"profile", tree::ptree(name)});
}

void Profiles::set(const std::string& name, const std::string& key, const std::string& text) {
  check_name(name);
  if (name == "profile")
    throw Error(Fault::invalid, "A profile cannot be named 'profile'; the file uses that word itself.", name);
  check_value(key, text);
  auto at = tree_->find(name);
  if (at == tree_->not_found()) {
    tree_->push_back({name, tree::ptree()});
    at = tree_->find(name);
  }
  at->second.erase(key);
  if (!text.empty()) at->second.push_back({key, tree::ptree(text)});
}

void Profiles::remove(const std::string& name) {
  must_have(name);
  tree_->erase(name);
  if (value(*tree_, "profile") == name) tree_->erase("profile");
}

void Profiles::save() const {
  std::ostringstream out;
  tree::write_ini(out, *tree_);
  replace_file(file_, out.str());
}

bool Profiles::is_open_to_others() const {
  struct stat found{};
  return ::stat(file_.c_str(), &found) == 0 && (found.st_mode & 0077) != 0;
}

Profile read_admin_file(const std::string& file) {
  const JsonDocument document(read_whole_file(file));
  const auto text = [root = document.root()](std::string_view key) { return std::string(root[key].text()); };
  Profile out{"admin",
              text("endpoint"),
              text("apikey"),
              Secret(text("secretkey")),
              text("username"),
              Secret(text("password")),
              "",
              true};
  if (out.endpoint.empty())
    throw Error(Fault::invalid, fmt::format("'{}' names no endpoint; give the admin.json of a cloud.", file),
                file);
  return out;
}

}  // namespace welkin::cli
