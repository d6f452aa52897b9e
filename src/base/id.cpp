// Makes, prints and reads UUIDs.
#include "base/id.hpp"

#include <sys/random.h>

#include "base/error.hpp"

namespace welkin {

namespace {
constexpr char hex[] = "0123456789abcdef";

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool dash_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

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

std::string Uuid::text() const {
  if (!*this) return {};
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += hex[bytes[i] >> 4];
    out += hex[bytes[i] & 15];
  }
  return out;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t out = 0;
  for (std::size_t i = 0; i < 36;) {
    if (dash_at(i)) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    const int high = nibble(text[i]), low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[out++] = std::uint8_t(high << 4 | low);
    i += 2;
  }
  return id;
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
