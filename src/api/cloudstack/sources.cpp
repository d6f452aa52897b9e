// Reads the headers of trusted proxies, from the nearest hop outwards.
#include "api/cloudstack/sources.hpp"

#include <algorithm>

#include "base/described.hpp"
#include "model/settings.hpp"

namespace welkin::api::cloudstack {

namespace {
std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> out;
  TypeOf<std::vector<std::string>>::type.parse(&out, list);
  for (auto& word : out) std::erase(word, ' ');
  return out;
}
/// All fields of this name as one list, the nearest hop last.
std::string joined(const net::Headers& headers, std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [key, value] = headers.at(i);
    if (!same_text_ignoring_case(key, name)) continue;
    if (!out.empty()) out += ',';
    out += value;
  }
  return out;
}
}  // namespace

Sources::Sources(sql::Database& database, sql::Follower& changes) : database_(database) {
  changes.add([this](std::span<const sql::Change> news) {
    if (!news.empty() && std::ranges::none_of(news, [](const auto& change) { return change.noun == "settings"; })) return;
    const std::lock_guard lock(mutex_);
    known_.reset();
    ++age_;
  });
}

std::shared_ptr<const Sources::Rules> Sources::rules() {
  std::uint64_t age = 0;
  {
    const std::lock_guard lock(mutex_);
    if (known_) return known_;
    age = age_;
  }
  auto fresh = std::make_shared<Rules>();
  database_.read([&](sql::Transaction& tx) {
    *fresh = {};
    if (!model::value_of(tx, model::settings::proxies_are_heeded)) return;
    fresh->headers = words(model::value_of(tx, model::settings::proxy_headers));
    const auto proxies = model::prefixes_in(model::value_of(tx, model::settings::proxy_addresses));
    if (proxies) fresh->proxies = *proxies;
  });
  const std::lock_guard lock(mutex_);
  if (age == age_) known_ = fresh;
  return fresh;
}

std::optional<std::string> Sources::told_by_proxy(const Request& request) {
  const auto rules = this->rules();
  if (rules->headers.empty()) return std::nullopt;
  const auto is_proxy = [&](std::string_view text) {
    const auto address = model::AnyAddress::parse(text);
    return address && model::any_contains(rules->proxies, *address);
  };
  if (!is_proxy(request.source)) return std::nullopt;
  for (const auto& name : rules->headers) {
    const auto hops = words(joined(request.fields, name));
    if (hops.empty()) continue;
    // What lies beyond the first stranger is that stranger's word.
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
      if (!model::AnyAddress::parse(*hop)) return std::nullopt;
      if (!is_proxy(*hop)) return *hop;
    }
    return hops.front();
  }
  return std::nullopt;
}

}  // namespace welkin::api::cloudstack
