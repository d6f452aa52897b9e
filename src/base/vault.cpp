// Secrets at rest, passwords and tokens, on libsodium.
#include "base/vault.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/error.hpp"

namespace welkin {

namespace {
constexpr std::string_view mark = "v1:";

void ready() { must(sodium_init() >= 0, "libsodium starts"); }

std::string encode(const unsigned char* bytes, std::size_t count, int variant) {
  std::string out(sodium_base64_encoded_len(count, variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes, count, variant);
  out.pop_back();
  return out;
}

[[noreturn]] void unreadable(const char* why) {
  throw Error(Fault::internal, "A stored secret cannot be opened with this server's key file.", {}, why);
}
}  // namespace

Vault::~Vault() { sodium_memzero(key_.data(), key_.size()); }

Vault Vault::with_fresh_key() {
  ready();
  Vault vault;
  randombytes_buf(vault.key_.data(), vault.key_.size());
  return vault;
}

Vault Vault::open(const std::string& key_file) {
  auto vault = with_fresh_key();
  const int made = ::open(key_file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    const bool whole = ::write(made, vault.key_.data(), vault.key_.size()) == ssize_t(vault.key_.size()) && fsync(made) == 0;
    ::close(made);
    if (!whole) throw Error(Fault::internal, "The key file " + key_file + " could not be written.", key_file);
    return vault;
  }
  const int file = ::open(key_file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool whole = file >= 0 && ::read(file, vault.key_.data(), vault.key_.size()) == ssize_t(vault.key_.size());
  if (file >= 0) ::close(file);
  if (!whole)
    throw Error(Fault::internal, "The key file " + key_file + " cannot be read; it must hold 32 bytes.", key_file);
  return vault;
}

std::string Vault::seal(const Secret& secret) const {
  if (secret.empty()) return {};
  const auto& text = secret.reveal();
  std::vector<unsigned char> box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size());
  randombytes_buf(box.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(box.data() + crypto_secretbox_NONCEBYTES,
                        reinterpret_cast<const unsigned char*>(text.data()), text.size(), box.data(), key_.data());
  return std::string(mark) + encode(box.data(), box.size(), sodium_base64_VARIANT_ORIGINAL);
}

Secret Vault::open_sealed(std::string_view sealed) const {
  if (sealed.empty()) return {};
  if (!sealed.starts_with(mark)) unreadable("unknown form");
  sealed.remove_prefix(mark.size());
  std::vector<unsigned char> box(sealed.size());
  std::size_t length = 0;
  if (sodium_base642bin(box.data(), box.size(), sealed.data(), sealed.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      length < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
    unreadable("not base64 of a box");
  std::string text(length - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(text.data()),
                                 box.data() + crypto_secretbox_NONCEBYTES, length - crypto_secretbox_NONCEBYTES,
                                 box.data(), key_.data()) != 0)
    unreadable("another key, or altered");
  return Secret(std::move(text));
}

std::string hash_password(const Secret& password) {
  ready();
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  const auto& text = password.reveal();
  if (crypto_pwhash_argon2id_str(hash.data(), text.data(), text.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                 crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
    throw Error(Fault::internal, "There is not enough memory to hash a password.");
  hash.resize(std::char_traits<char>::length(hash.c_str()));
  return hash;
}

bool password_matches(const std::string& hash, const Secret& password) {
  ready();
  const auto& text = password.reveal();
  return crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0;
}

std::string random_text(int count) {
  ready();
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  for (int i = 0; i < count; ++i) out += letters[randombytes_uniform(std::uint32_t(letters.size()))];
  return out;
}

std::string random_digits(int count) {
  ready();
  std::string out;
  for (int i = 0; i < count; ++i) out += char('0' + randombytes_uniform(10));
  return out;
}

std::string random_token(int bytes) {
  ready();
  std::vector<unsigned char> raw(static_cast<std::size_t>(bytes));
  randombytes_buf(raw.data(), raw.size());
  return encode(raw.data(), raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

}  // namespace welkin
