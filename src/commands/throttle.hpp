// How much each account calls: no more in a while than the settings say, and never with all workers at once.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "access/caller.hpp"
#include "flows/cloud.hpp"

namespace welkin::commands {

/// What may be called, and what has been. Root administrators are counted nowhere.
class Throttle {
 public:
  explicit Throttle(Cloud& cloud);

  /// As the settings are now.
  struct Limits {
    bool enabled = false;
    std::int64_t most = 0;   ///< calls of an account
    Duration interval{};     ///< in such a while
  };
  /// Where an account stands in the current while.
  struct Standing {
    std::int64_t issued = 0;
    std::int64_t allowed = 0;  ///< still
    Duration left{};           ///< until it begins anew
  };

  /// A call under way; leaves when it goes.
  class Place {
   public:
    Place() = default;
    Place(Throttle& throttle, Id<model::Account> account) : throttle_(&throttle), account_(account) {}
    Place(Place&& other) noexcept : throttle_(std::exchange(other.throttle_, nullptr)), account_(other.account_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (throttle_) throttle_->leave(account_);
    }

   private:
    Throttle* throttle_ = nullptr;
    Id<model::Account> account_;
  };

  /// Why the account may not call now.
  struct Refusal {
    int status;  ///< 429 or 503
    std::string text;
    std::int64_t seconds;  ///< after which it is worth trying again
  };
  /// Counts the call. Throws `Refusal`.
  Place enter(const access::Caller& caller);

  static Limits limits_in(sql::Transaction& tx);
  Standing standing(const Id<model::Account>& account, const Limits& limits);
  /// Of one account, or of all where it is nil.
  void reset(const Id<model::Account>& account);

 private:
  struct Count {
    std::int64_t issued = 0;
    Time until{};
    int under_way = 0;
  };
  Limits limits();
  void leave(const Id<model::Account>& account);
  void sweep(Time now);

  Cloud& cloud_;
  /// The limits, until a setting changes. Who tells of changes may outlive us.
  struct Known {
    std::mutex mutex;
    std::optional<Limits> limits;
    std::uint64_t age = 0;
  };
  const std::shared_ptr<Known> known_ = std::make_shared<Known>();
  std::mutex mutex_;
  std::unordered_map<Uuid, Count> counts_;
};

}  // namespace welkin::commands
