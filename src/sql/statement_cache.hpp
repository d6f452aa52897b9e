// A bounded map from a statement's text to what a connection has prepared for it; the least used goes first.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace welkin::sql {

template <class Prepared>
class StatementCache {
 public:
  explicit StatementCache(std::size_t limit) : limit_(limit) {}

  /// Null when it is not kept. The address holds until the next `keep` or `forget`.
  Prepared* find(std::string_view text) {
    const auto at = by_text_.find(text);
    if (at == by_text_.end()) return nullptr;
    by_age_.splice(by_age_.begin(), by_age_, at->second);
    return &at->second->second;
  }
  /// Keeps a text that is not kept yet. Answers what had to go for it.
  std::optional<Prepared> keep(std::string_view text, Prepared prepared) {
    by_age_.emplace_front(std::string(text), std::move(prepared));
    by_text_.emplace(by_age_.front().first, by_age_.begin());
    if (by_age_.size() <= limit_) return std::nullopt;
    std::optional<Prepared> oldest(std::move(by_age_.back().second));
    by_text_.erase(by_age_.back().first);
    by_age_.pop_back();
    return oldest;
  }
  void forget(std::string_view text) {
    const auto at = by_text_.find(text);
    if (at == by_text_.end()) return;
    const auto entry = at->second;
    by_text_.erase(at);
    by_age_.erase(entry);
  }
  std::size_t size() const { return by_age_.size(); }

 private:
  using Entry = std::pair<std::string, Prepared>;
  std::size_t limit_;
  std::list<Entry> by_age_;
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> by_text_;
};

}  // namespace welkin::sql
