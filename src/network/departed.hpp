// Names of things that were removed, with the revision that removed them: what is wished for with an older one comes late.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

namespace welkin::network {

class Departed {
 public:
  void note(const std::string& name, std::int64_t revision) {
    if (revision == 0) return;
    auto& known = revisions_[name];
    known = std::max(known, revision);
    // Words overtake each other by seconds; what lies longer back is of no interest.
    while (revisions_.size() > names_max)
      revisions_.erase(std::ranges::min_element(revisions_, {}, [](const auto& entry) { return entry.second; }));
  }
  bool is_late(const std::string& name, std::int64_t revision) const {
    const auto at = revisions_.find(name);
    return at != revisions_.end() && revision != 0 && revision < at->second;
  }

 private:
  static constexpr std::size_t names_max = 1024;
  std::map<std::string, std::int64_t> revisions_;
};

}  // namespace welkin::network
