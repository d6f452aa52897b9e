// HOTP over time steps, with OpenSSL's HMAC.
#include "commands/one_time_codes.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <vector>

#include "base/error.hpp"

namespace welkin::commands {

namespace {
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t secret_bytes = 20;
constexpr std::int64_t step_seconds = 30;

std::vector<std::uint8_t> bytes_of(const Secret& secret) {
  std::vector<std::uint8_t> out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : secret.reveal()) {
    const auto value = letters.find(c);
    if (value == std::string_view::npos) throw Error(Fault::internal, "The secret of a second factor is no base32.");
    bits = bits << 5 | std::uint32_t(value);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out.push_back(std::uint8_t(bits >> count));
  }
  return out;
}
}  // namespace

Secret new_code_secret() {
  std::array<std::uint8_t, secret_bytes> raw{};
  if (RAND_bytes(raw.data(), int(raw.size())) != 1) throw Error(Fault::internal, "There are no random numbers.");
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const auto byte : raw) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 5; count -= 5) out += letters[bits >> (count - 5) & 31];
  }
  return Secret(std::move(out));
}

std::string code_of_step(const Secret& secret, std::int64_t step) {
  const auto key = bytes_of(secret);
  std::array<std::uint8_t, 8> message{};
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = std::uint8_t(std::uint64_t(step) >> (56 - 8 * i));
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha1(), key.data(), int(key.size()), message.data(), message.size(), digest.data(), &length);
  const auto at = std::size_t(digest[length - 1] & 15);
  const auto number = (std::uint32_t(digest[at] & 0x7f) << 24 | std::uint32_t(digest[at + 1]) << 16 |
                       std::uint32_t(digest[at + 2]) << 8 | digest[at + 3]) % 1'000'000;
  auto text = std::to_string(number);
  return std::string(6 - text.size(), '0') + text;
}

std::optional<std::int64_t> step_of_code(const Secret& secret, std::string_view code, Time now, std::int64_t last) {
  const auto present = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() / step_seconds;
  std::optional<std::int64_t> out;
  for (const auto step : {present - 1, present, present + 1})
    if (step > last && Secret(code_of_step(secret, step)).same_as(code)) out = step;
  return out;
}

}  // namespace welkin::commands
