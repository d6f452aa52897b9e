// The rules of placement.
#include "placement/place.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ranges.hpp"

namespace welkin::placement {

namespace {
constexpr std::size_t ranked_max = 20;
constexpr std::size_t reasons_max = 10;

bool has_all(const std::vector<std::string>& have, const std::vector<std::string>& want) {
  return std::ranges::all_of(want, [&](const auto& tag) { return contains(have, tag); });
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

std::string megabytes(std::int64_t bytes) { return fmt::format("{} MB", bytes >> 20); }

std::optional<std::string> refuse(const Affinities& affinities, const Uuid& host) {
  if (affinities.apart.contains(host)) return "runs an instance of an anti-affinity group that this one is in";
  for (const auto& others : affinities.together)
    if (!others.contains(host)) return "the others of an affinity group run elsewhere";
  return std::nullopt;
}

/// Why this host is out of the question, or nothing.
std::optional<std::string> refuse(const Wish& wish, const HostView& host, const KeptPlaces& kept) {
  if (host.zone != wish.zone || host.hypervisor != wish.hypervisor) return std::string();
  if (wish.host && host.id != wish.host) return std::string();
  if (wish.cluster && host.cluster != wish.cluster) return std::string();
  if (wish.pod && host.pod != wish.pod) return std::string();
  if (wish.avoid.contains(host.id) || wish.avoid.contains(host.cluster) || wish.avoid.contains(host.pod))
    return "to be avoided";
  if (!host.up) return "not heard of";
  if (!host.enabled) return host.why_disabled;
  if (!wish.arch.empty() && host.arch != wish.arch) return fmt::format("runs {}, not {}", host.arch, wish.arch);
  if (wish.uefi && !host.uefi) return "cannot boot by UEFI";
  if (!has_all(host.tags, wish.tags)) return fmt::format("lacks a tag of: {}", joined(wish.tags));
  if (auto reason = why_kept(wish, {host.id, host.cluster, host.pod, host.zone}, kept)) return reason;
  if (auto reason = refuse(wish.affinities, host.id)) return reason;
  if (host.instances_max > 0 && host.instances_reserved >= host.instances_max)
    return fmt::format("has {} instances, as many as it may", host.instances_reserved);
  const auto cpu_left = host.cpu_mhz - host.cpu_mhz_reserved;
  if (cpu_left < wish.cpu_mhz)
    return fmt::format("has {} MHz left of {}, {} are needed", cpu_left, host.cpu_mhz, wish.cpu_mhz);
  const auto memory_left = host.memory_bytes - host.memory_bytes_reserved;
  if (memory_left < wish.memory_bytes)
    return fmt::format("has {} of memory left of {}, {} are needed", megabytes(memory_left),
                       megabytes(host.memory_bytes), megabytes(wish.memory_bytes));
  return std::nullopt;
}

bool reaches(const PoolView& pool, const HostView& host) {
  return pool.zone == host.zone && (!pool.pod || pool.pod == host.pod) &&
         (!pool.cluster || pool.cluster == host.cluster) && (!pool.host || pool.host == host.id);
}

/// The pools a host may use, and what the disks placed so far take of each.
struct Shelf {
  const PoolView* pool;
  std::int64_t left;
};
std::vector<Shelf> shelves_of(const HostView& host, const Snapshot& snapshot) {
  std::vector<Shelf> out;
  for (const auto& pool : host.pools) out.push_back({&pool, pool.bytes - pool.bytes_reserved});
  for (const auto& pool : snapshot.pools)
    if (reaches(pool, host)) out.push_back({&pool, pool.bytes - pool.bytes_reserved});
  return out;
}

/// Why the disk cannot lie there, or nothing.
std::optional<std::string> refuse(const DiskWish& disk, const Shelf& shelf) {
  const auto& pool = *shelf.pool;
  if (!pool.up) return fmt::format("its pool {} is not up", pool.name);
  if (!has_all(pool.tags, disk.tags)) return fmt::format("its pool {} lacks a tag of: {}", pool.name, joined(disk.tags));
  if (shelf.left < disk.bytes)
    return fmt::format("its pool {} has {} left, {} are needed", pool.name, megabytes(shelf.left),
                       megabytes(disk.bytes));
  return std::nullopt;
}

/// A pool for each disk, or why there is none.
std::optional<std::string> place_disks(const Wish& wish, const HostView& host, const Snapshot& snapshot,
                                       Choice& choice) {
  auto shelves = shelves_of(host, snapshot);
  for (const auto& disk : wish.disks) {
    if (disk.pool) {
      if (std::ranges::none_of(shelves, [&](const auto& shelf) { return shelf.pool->id == disk.pool; }))
        return "does not reach the pool of one of the disks";
      choice.pools.push_back(disk.pool);
      continue;
    }
    const bool local = disk.local || (snapshot.local_will_do && snapshot.pools.empty());
    Shelf* best = nullptr;
    std::string nearest = local ? "no local pool" : "no shared pool";
    for (auto& shelf : shelves) {
      if (shelf.pool->local != local) continue;
      if (auto reason = refuse(disk, shelf)) nearest = std::move(*reason);
      else if (!best || shelf.left > best->left) best = &shelf;
    }
    if (!best) return nearest;
    best->left -= disk.bytes;
    choice.pools.push_back(best->pool->id);
  }
  return std::nullopt;
}

/// Smaller is liked better.
int liking(const Affinities& affinities, const Uuid& host) {
  return int(affinities.rather_apart.contains(host)) - int(affinities.rather_together.contains(host));
}

/// Share of the scarcer resource that stays free.
double room(const Wish& wish, const HostView& host) {
  const auto share = [](std::int64_t reserved, std::int64_t more, std::int64_t all) {
    return all <= 0 ? 0.0 : 1.0 - double(reserved + more) / double(all);
  };
  return std::min(share(host.cpu_mhz_reserved, wish.cpu_mhz, host.cpu_mhz),
                  share(host.memory_bytes_reserved, wish.memory_bytes, host.memory_bytes));
}
}  // namespace

std::string Verdict::reasons() const {
  if (refused.empty()) return "there is no host of this kind in the zone";
  std::string out;
  for (std::size_t i = 0; i < refused.size() && i < reasons_max; ++i)
    out += fmt::format("{}host {}: {}", i ? "; " : "", refused[i].host, refused[i].reason);
  if (refused.size() > reasons_max) out += fmt::format("; and {} more", refused.size() - reasons_max);
  return out;
}

std::optional<std::string> why_kept(const Wish& wish, const std::array<Uuid, 4>& places, const KeptPlaces& kept) {
  const auto& groups = wish.affinities.dedicated;
  const auto place = std::ranges::find_if(places, [&](const auto& id) { return kept.contains(id); });
  if (place == places.end())
    return groups.empty() ? std::nullopt : std::optional<std::string>("is not kept for the instance's group");
  const auto& whose = kept.at(*place);
  if (groups.contains(whose.group)) return std::nullopt;
  if (!groups.empty()) return "is not kept for the instance's group";
  const bool included = whose.account ? whose.account == wish.account : wish.domain_path.starts_with(whose.domain_path);
  if (*place == places.back() && included) return std::nullopt;
  return "is kept for those in an affinity group that the instance is not in";
}

Verdict place(const Wish& wish, const Snapshot& snapshot) {
  Verdict verdict;
  struct Candidate {
    int liking;  ///< smaller is liked better
    bool preferred;
    double room;
    Choice choice;
  };
  std::vector<Candidate> candidates;
  for (const auto& host : snapshot.hosts) {
    Choice choice{host.id, host.pod, host.cluster, {}};
    auto reason = refuse(wish, host, snapshot.kept);
    if (!reason) reason = place_disks(wish, host, snapshot, choice);
    if (!reason)
      candidates.push_back(
          {liking(wish.affinities, host.id), host.id == wish.preferred_host, room(wish, host), std::move(choice)});
    else if (!reason->empty())
      verdict.refused.push_back({host.name, *reason});
  }
  const auto best = [](const Candidate& a, const Candidate& b) {
    const auto key = [](const Candidate& c) { return std::tuple(c.liking, !c.preferred, -c.room, c.choice.host); };
    return key(a) < key(b);
  };
  const auto kept = std::min(candidates.size(), ranked_max);
  std::ranges::partial_sort(candidates, candidates.begin() + std::ptrdiff_t(kept), best);
  for (std::size_t i = 0; i < kept; ++i) verdict.ranked.push_back(std::move(candidates[i].choice));
  return verdict;
}

}  // namespace welkin::placement
