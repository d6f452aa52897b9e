// Tokens, and the agent's files.
#include "link/enrolment.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "link/files.hpp"
#include "link/stream.hpp"

namespace welkin::link {

namespace {
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t token_bytes_max = 8192;

void must_fit(const std::string& certificate_pem, const Secret& key_pem) {
  openssl_must(X509_check_private_key(certificate_of(certificate_pem).get(), key_of(key_pem).get()) == 1,
               "The server sent a certificate for another key.", Fault::invalid);
}
}  // namespace

Secret token_text(const JoinToken& token) {
  const auto json = Secret(to_json(token, true));
  std::string out(sodium_base64_encoded_len(json.reveal().size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(json.reveal().data()),
                    json.reveal().size(), variant);
  out.pop_back();  // its terminating zero
  return Secret(std::move(out));
}

JoinToken read_token(const Secret& text) {
  const auto& word = text.reveal();
  std::string json(word.size(), '\0');
  std::size_t length = 0;
  const bool good = word.size() <= token_bytes_max &&
                    sodium_base642bin(reinterpret_cast<unsigned char*>(json.data()), json.size(), word.data(),
                                      word.size(), " \n\r\t", &length, nullptr, variant) == 0;
  if (!good)
    throw Error(Fault::invalid, "The token is not the whole text that the server printed; copy it again.");
  json.resize(length);
  auto token = from_json<JoinToken>(json);
  if (token.secret.empty() || token.authority.empty())
    throw Error(Fault::invalid,
                "The token lacks its secret or the authority's fingerprint; ask for another.");
  return token;
}

AgentFiles::AgentFiles(std::string directory) : directory_(std::move(directory)) {
  make_private_directory(directory_);
}

std::string AgentFiles::file(std::string_view name) const { return fmt::format("{}/{}", directory_, name); }

bool AgentFiles::enrolled() const { return file_exists(file("agent.pem")); }

Credentials AgentFiles::credentials() const {
  // WHY key and certificate lie in one file: they must change together.
  auto both = read_secret_file(file("agent.pem"));
  return {both.reveal(), both, read_file(file("authority.pem"))};
}

Uuid AgentFiles::agent() const {
  const auto certificate = certificate_of(credentials().certificate);
  char name[64] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
  const auto id = Uuid::parse(name);
  if (!id) throw Error(Fault::internal, fmt::format("{} names no agent; enrol it again.", file("agent.pem")));
  return *id;
}

std::string AgentFiles::begin_renewal() {
  const auto waiting = file("next.key");
  if (!file_exists(waiting)) write_file(waiting, pem_of(*new_key()).reveal(), 0600);
  return certificate_request(read_secret_file(waiting));
}

void AgentFiles::finish_renewal(const std::string& certificate_pem) {
  const auto key = read_secret_file(file("next.key"));
  must_fit(certificate_pem, key);
  write_file(file("agent.pem"), certificate_pem + key.reveal(), 0600);
  remove_file(file("next.key"));
}

void AgentFiles::enrol(const JoinToken& token, std::vector<std::string> servers) {
  if (servers.empty()) servers = token.servers;
  const auto context = newcomer_context(token.authority);
  auto stream = Stream::dial(servers, *context);
  wire::Frame question;
  question.mutable_enrol()->set_token(token.secret.reveal());
  question.mutable_enrol()->set_request(begin_renewal());
  stream.send(question);
  const auto answer = stream.read();
  if (answer.has_refusal()) throw error_from_wire(answer.refusal());
  if (!answer.has_certificate())
    throw Error(Fault::internal, "The server did not answer the enrolment as expected.");
  const auto& authority = answer.certificate().authority();
  if (fingerprint_of(*certificate_of(authority)) != token.authority)
    throw Error(Fault::unauthorized, "The server sent another authority's certificate than the token names.");
  write_file(file("authority.pem"), authority, 0644);
  finish_renewal(answer.certificate().pem());
}

}  // namespace welkin::link
