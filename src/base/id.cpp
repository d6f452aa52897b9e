// Makes, prints and reads UUIDs.
#include "base/id.hpp"

#include <sys/random.h>

#include "base/error.hpp"

namespace welkin {

namespace {
constexpr char hex[] = "0123456789abcdef";

/// Values of hexadecimal digits, by character; not_hex for others. Pages of rows hold tens of thousands of ids.
constexpr std::uint8_t not_hex = 0x80;
constexpr auto nibbles = [] {
  std::array<std::uint8_t, 256> out{};
  out.fill(not_hex);
  for (std::uint8_t i = 0; i < 16; ++i) out[std::uint8_t(hex[i])] = i;
  for (std::uint8_t i = 10; i < 16; ++i) out[std::uint8_t(hex[i] - 'a' + 'A')] = i;
  return out;
}();

/// Both digits of each byte's value.
constexpr auto digit_pairs = [] {
  std::array<std::array<char, 2>, 256> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = {hex[i >> 4], hex[i & 15]};
  return out;
}();

/// Where each byte's two digits stand in the 8-4-4-4-12 form.
constexpr std::uint8_t places[] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::uint8_t dashes[] = {8, 13, 18, 23};

struct MachineRandom final : Random {
  void fill(std::span<std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const auto got = getrandom(bytes.data(), bytes.size(), 0);
      must(got > 0, "the kernel gives random bytes");
      bytes = bytes.subspan(std::size_t(got));
    }
  }
};
}  // namespace

PrintedUuid Uuid::printed() const {
  PrintedUuid out;
  if (!*this) return out;
  out.length = out.characters.size();
  for (const auto at : dashes) out.characters[at] = '-';
  for (std::size_t i = 0; i < 16; ++i) std::memcpy(&out.characters[places[i]], digit_pairs[bytes[i]].data(), 2);
  return out;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  for (const auto at : dashes)
    if (text[at] != '-') return std::nullopt;
  Uuid id;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const auto high = nibbles[std::uint8_t(text[places[i]])], low = nibbles[std::uint8_t(text[places[i] + 1UL])];
    seen |= high | low;
    id.bytes[i] = std::uint8_t(high << 4 | (low & 15));
  }
  return seen & not_hex ? std::nullopt : std::optional<Uuid>(id);
}

std::uint64_t Random::below(std::uint64_t bound) {
  std::array<std::uint8_t, 8> bytes{};
  fill(bytes);
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = value << 8 | byte;
  return bound == 0 ? 0 : value % bound;
}

Random& machine_random() {
  static MachineRandom random;
  return random;
}

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
  for (auto& byte : bytes) {
    // splitmix64, Steele et al., "Fast splittable pseudorandom number generators", 2014.
    state_ += 0x9e3779b97f4a7c15;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    byte = std::uint8_t((z ^ (z >> 31)) >> 24);
  }
}

Uuid new_uuid(Clock& clock, Random& random) {
  Uuid id;
  random.fill(id.bytes);
  const auto micros = std::uint64_t(clock.now().time_since_epoch().count());
  const auto millis = micros / 1000;
  for (int i = 0; i < 6; ++i) id.bytes[std::size_t(i)] = std::uint8_t(millis >> (40 - 8 * i));
  // Sub-millisecond fraction in rand_a (RFC 9562 §6.2, method 3) keeps ids of one millisecond in order.
  const auto fraction = (micros % 1000) * 4096 / 1000;
  id.bytes[6] = std::uint8_t(0x70 | fraction >> 8);
  id.bytes[7] = std::uint8_t(fraction);
  id.bytes[8] = std::uint8_t(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

}  // namespace welkin
