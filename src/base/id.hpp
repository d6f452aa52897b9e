// Ids: UUIDs that know what they name, so that a host's id cannot stand where a zone's belongs.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace welkin {

/// A UUID's text, without an allocation.
struct PrintedUuid {
  std::array<char, 36> characters;
  std::size_t length = 0;
  std::string_view view() const { return {characters.data(), length}; }
};

/// A UUID without a noun. The nil value stands for "none".
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  explicit operator bool() const { return bytes != decltype(bytes){}; }
  /// Lower-case 8-4-4-4-12 form; empty for nil.
  std::string text() const { return std::string(printed().view()); }
  PrintedUuid printed() const;
  /// Reads the 8-4-4-4-12 form in any case; nothing for other text.
  static std::optional<Uuid> parse(std::string_view text);
};

/// The id of one `Noun`.
template <class Noun>
struct Id : Uuid {
  Id() = default;
  explicit Id(const Uuid& uuid) : Uuid(uuid) {}
  auto operator<=>(const Id&) const = default;
  static std::optional<Id> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
  }
};

/// Where unpredictable bytes come from; seeded in simulation.
struct Random {
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
  /// A number in [0, bound).
  std::uint64_t below(std::uint64_t bound);
};

/// The kernel's cryptographic source.
Random& machine_random();

/// A source that repeats itself for the same seed. Never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::uint64_t state_;
};

/// A fresh UUIDv7 (RFC 9562 §5.7): ordered by time of making, so that new rows stand together in an index.
Uuid new_uuid(Clock& clock, Random& random);
template <class Noun>
Id<Noun> new_id(Clock& clock, Random& random) {
  return Id<Noun>(new_uuid(clock, random));
}

}  // namespace welkin

template <>
struct std::hash<welkin::Uuid> {
  std::size_t operator()(const welkin::Uuid& id) const {
    std::uint64_t halves[2];
    std::memcpy(halves, id.bytes.data(), sizeof halves);
    // Either half alone may be the same for many: ids of one moment, or of another's making.
    return std::size_t((halves[0] ^ (halves[1] >> 29)) * 0x9e3779b97f4a7c15 + halves[1]);
  }
};
template <class Noun>
struct std::hash<welkin::Id<Noun>> : std::hash<welkin::Uuid> {};
