// A while of its own for each source.
#include "api/cloudstack/attempts.hpp"

#include "model/prefix.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr std::size_t sources_max = 10'000;

std::string whole_of(const std::string& source) {
  const auto address = model::AnyAddress::parse(source);
  if (!address || address->is_v4) return source;
  return {reinterpret_cast<const char*>(address->bytes.data()), address->bytes.size() / 2};
}
}  // namespace

bool Attempts::enter(const std::string& source, Time now) {
  const std::lock_guard lock(mutex_);
  if (counts_.size() >= sources_max) {
    std::erase_if(counts_, [&](const auto& entry) { return entry.second.until <= now; });
    if (counts_.size() >= sources_max) counts_.clear();
  }
  auto& count = counts_[whole_of(source)];
  if (count.until <= now) count = {0, now + interval_};
  return ++count.tried <= most_;
}

}  // namespace welkin::api::cloudstack
