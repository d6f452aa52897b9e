// Commands of SSH keys.
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "model/marks.hpp"
#include "model/ssh_key.hpp"
#include "net/base64.hpp"

namespace welkin::commands {

namespace {
using access::See;

struct KeyAnswer {
  FIELDS(KeyAnswer,
    (Id<model::SshKey>, id, "The key."),
    (std::string, name, "Unique in the account."),
    (std::optional<std::string>, account, "Its owner."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::string, domain, "By name."),
    (std::string, fingerprint, "MD5 of the public key."),
    (std::optional<std::string>, private_key, "Given out once."),
    (bool, has_annotations, "Whether somebody has written a note."))
};
KeyAnswer answer(Call& call, sql::Transaction& tx, const model::SshKey& key) {
  KeyAnswer out;
  out.id = key.id;
  out.name = key.name;
  name_owner(call, tx, key.account_id, out);
  out.domain_id = key.domain_id;
  if (const auto* domain = call.look(tx, key.domain_id)) out.domain = domain->name;
  out.fingerprint = key.fingerprint;
  return out;
}

std::string fingerprint_of(std::string_view public_key) {
  const auto first = public_key.find(' ');
  auto rest = first == std::string_view::npos ? std::string_view{} : public_key.substr(first + 1);
  rest = rest.substr(0, rest.find(' '));
  const auto blob = net::from_base64(rest);
  if (!blob || blob->size() < 16)
    throw Error(Fault::invalid, "This is not a public key in OpenSSH's form, such as `ssh-ed25519 AAAA… name`.",
                "publickey");
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(blob->data(), blob->size(), digest, &length, EVP_md5(), nullptr);
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += fmt::format("{}{:02x}", i ? ":" : "", digest[i]);
  return out;
}

model::SshKey key_of(Call& call, sql::Transaction& tx, const std::string& name, const std::string& public_key,
                     const model::Account& owner) {
  constexpr std::string_view kinds[] = {"ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-nistp256 ", "ecdsa-sha2-nistp384 ",
                                        "ecdsa-sha2-nistp521 "};
  if (std::ranges::none_of(kinds, [&](auto kind) { return public_key.starts_with(kind); }) ||
      public_key.find('\n') != std::string::npos)
    throw Error(Fault::invalid, "This is not one public key in OpenSSH's form, such as `ssh-ed25519 AAAA… name`.",
                "publickey");
  if (sql::first<model::SshKey>(tx, "where account_id = $1 and name = $2", owner.id, name))
    throw Error(Fault::invalid, fmt::format("The account has an SSH key called {} already.", name), "name");
  model::SshKey key;
  key.id = call.cloud.new_id<model::SshKey>();
  key.account_id = owner.id;
  key.domain_id = owner.domain_id;
  key.name = name;
  key.public_key = public_key;
  key.fingerprint = fingerprint_of(public_key);
  key.created = call.cloud.now();
  sql::insert(tx, key);
  call.event_note = key.name;
  return key;
}

/// RFC 4251 §5: a length in four bytes, then the bytes.
void append_string(std::string& out, std::string_view bytes) {
  for (const int shift : {24, 16, 8, 0}) out += char(bytes.size() >> shift);
  out += bytes;
}
std::string mpint(const BIGNUM* number) {
  std::string bytes(std::size_t(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  return (std::uint8_t(bytes.front()) & 0x80) ? std::string(1, '\0') + bytes : bytes;
}

struct Pair {
  std::string private_pem, public_line;
};
/// RSA, since that is what clients of this command have always been given.
Pair new_pair() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  must(key && memory &&
           PEM_write_bio_PrivateKey_traditional(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
       "an RSA key can be made");
  char* text = nullptr;
  const auto length = BIO_get_mem_data(memory.get(), &text);
  BIGNUM *modulus = nullptr, *exponent = nullptr;
  must(EVP_PKEY_get_bn_param(key.get(), "n", &modulus) == 1 && EVP_PKEY_get_bn_param(key.get(), "e", &exponent) == 1,
       "an RSA key has its numbers");
  std::string blob;
  append_string(blob, "ssh-rsa");
  append_string(blob, mpint(exponent));
  append_string(blob, mpint(modulus));
  BN_free(modulus);
  BN_free(exponent);
  return {std::string(text, std::size_t(length)), "ssh-rsa " + net::base64(blob)};
}

struct CreateKey : ForOwner {
  using Base = ForOwner;
  FIELDS(CreateKey,
    (std::string, name, "Unique in the account."))
};
/// The search for primes takes a while: it must not hold up other writers.
KeyAnswer create(Call& call, const CreateKey& r) {
  const auto pair = new_pair();
  return call.write([&](sql::Transaction& tx) {
    auto out = answer(call, tx, key_of(call, tx, r.name, pair.public_line, owner_of(tx, call, r)));
    out.private_key = pair.private_pem;
    return out;
  });
}
struct RegisterKey : ForOwner {
  using Base = ForOwner;
  FIELDS(RegisterKey,
    (std::string, name, "Unique in the account."),
    (std::string, public_key, "In OpenSSH's form.", .length = 16384))
};
KeyAnswer register_key(Call& call, sql::Transaction& tx, const RegisterKey& r) {
  auto text = r.public_key;
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.pop_back();
  return answer(call, tx, key_of(call, tx, r.name, text, owner_of(tx, call, r)));
}
struct DeleteKey : ForOwner {
  using Base = ForOwner;
  FIELDS(DeleteKey,
    (std::string, name, "The key."))
};
Success remove(Call& call, sql::Transaction& tx, const DeleteKey& r) {
  const auto owner = owner_of(tx, call, r);
  const auto key = sql::first<model::SshKey>(tx, "where account_id = $1 and name = $2", owner.id, r.name);
  if (!key) throw Error(Fault::invalid, fmt::format("The account has no SSH key called {}.", r.name), "name");
  model::forget_marks(tx, key->id);
  sql::erase(tx, key->id);
  return {true, {}};
}
struct ListKeys : AccountListing {
  using Base = AccountListing;
  FIELDS(ListKeys,
    (std::optional<See<model::SshKey>>, id, "Only this key."),
    (std::optional<std::string>, name, "Only the key of this name."),
    (std::optional<std::string>, fingerprint, "Only the key with this fingerprint."))
};
Page<KeyAnswer> list(Call& call, sql::Transaction& tx, const ListKeys& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value())
      .equal("id", r.id)
      .equal("name", r.name)
      .equal("fingerprint", r.fingerprint)
      .keyword({"name", "fingerprint"}, r.keyword);
  return answers_of<model::SshKey>(tx, where, r, "created, id", [&](const auto& key) { return answer(call, tx, key); });
}
}  // namespace

std::vector<Command> ssh_key_commands() {
  constexpr auto all = Audience::everyone;
  return {
      outside<create>({"createSSHKeyPair", "keypair", "Makes a pair of SSH keys; the private half is given out once.",
                       all, "REGISTER.SSH.KEYPAIR"}),
      writing<register_key>({"registerSSHKeyPair", "keypair", "Registers the public half of a pair of SSH keys.", all,
                             "REGISTER.SSH.KEYPAIR"}),
      writing<remove>({"deleteSSHKeyPair", "", "Forgets an SSH key.", all}),
      reading<list>({"listSSHKeyPairs", "sshkeypair", "Lists SSH keys.", all}),
  };
}

}  // namespace welkin::commands
