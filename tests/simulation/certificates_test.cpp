// The cloud's own authority by commands: what it issues, what it takes back, and an agent that gets a fresh certificate.
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "door.hpp"
#include "link/authority.hpp"
#include "link/openssl.hpp"
#include "link/papers.hpp"
#include "model/host.hpp"
#include "net/base64.hpp"

namespace welkin::simulation {
namespace {


struct Issued {
  std::string certificate, key, authority;
};
Issued issue(World& world, const Pairs& parameters) {
  const auto heard = world.call("issueCertificate", parameters);
  const auto result = world.job(heard.job).result;
  const JsonDocument document(result);
  const auto made = document.root()["certificates"];
  return {std::string(made["certificate"].text()), std::string(made["privatekey"].text()),
          std::string(made["cacertificates"].text())};
}
bool is_signed_by(const std::string& certificate, const std::string& authority) {
  const auto issuer = link::certificate_of(authority);
  return X509_verify(link::certificate_of(certificate).get(), X509_get0_pubkey(issuer.get())) == 1;
}

/// A signing request in PEM for an RSA key of so many bits.
std::string request_for_rsa(unsigned bits) {
  const link::Key key(EVP_RSA_gen(bits));
  const link::CertificateRequest request(X509_REQ_new());
  X509_REQ_set_pubkey(request.get(), key.get());
  X509_REQ_sign(request.get(), key.get(), EVP_sha256());
  const link::Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_REQ(bio.get(), request.get());
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &text);
  return {text, std::size_t(length)};
}

TEST(Certificates, are_issued_for_names_and_addresses_by_the_authority_that_is_listed) {
  World world(1, 1);
  const auto text = world.call("listCaCertificate", {}).text;
  const JsonDocument listed(text);
  const std::string authority(listed.root()["certificate"].text());
  const auto made = issue(world, {{"domain", "db.example.org,*.db.example.org"}, {"ipaddress", "192.0.2.7"},
                                  {"duration", "30"}});
  EXPECT_EQ(made.authority, authority);
  EXPECT_TRUE(is_signed_by(made.certificate, authority));
  const auto certificate = link::certificate_of(made.certificate);
  EXPECT_EQ(X509_check_host(certificate.get(), "a.db.example.org", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "192.0.2.7", 0), 1);
  EXPECT_EQ(X509_check_private_key(certificate.get(), link::key_of(Secret(made.key)).get()), 1);
  const auto validity = link::validity_of(made.certificate);
  EXPECT_LE(validity.until - world.cloud().now(), std::chrono::days(30));
  EXPECT_GT(validity.until - world.cloud().now(), std::chrono::days(29));
}

TEST(Certificates, are_for_the_key_of_a_request_when_there_is_one) {
  World world(1, 1);
  const auto made = issue(world, {{"domain", "db.example.org"}, {"csr", request_for_rsa(2048)}});
  EXPECT_TRUE(is_signed_by(made.certificate, made.authority));
  EXPECT_EQ(made.key, "") << "the key is the asker's";
  EXPECT_TRUE(refusal(world, "issueCertificate", {{"domain", "db.example.org"}, {"csr", request_for_rsa(1024)}}));
  EXPECT_TRUE(refusal(world, "issueCertificate", {{"domain", "db.example.org"}, {"csr", "rubbish"}}));
}

TEST(Certificates, make_nobody_a_server_or_an_agent_of_the_cloud) {
  World world(1, 1);
  const auto refused = [&](const std::string& name) {
    return refusal(world, "issueCertificate", {{"domain", name}}).has_value();
  };
  EXPECT_TRUE(refused("a.example.org,URI:urn:welkin:server"));
  EXPECT_TRUE(refused("URI:urn:welkin:server"));
  EXPECT_TRUE(refused("a.example.org\nURI.1=urn:welkin:server"));
  EXPECT_TRUE(refused("urn:welkin:server"));
  EXPECT_TRUE(refusal(world, "issueCertificate", {{"ipaddress", "192.0.2.7/24"}}));
  EXPECT_TRUE(refusal(world, "issueCertificate", {{"duration", "30"}})) << "for nobody";
  EXPECT_TRUE(refusal(world, "issueCertificate", {{"domain", "a.example.org"}, {"duration", "36500"}}));
  EXPECT_TRUE(refusal(world, "issueCertificate", {{"domain", "a.example.org"}, {"provider", "other"}}));
  world.caller = make_person(world, "ann", "2").user;
  EXPECT_FALSE(refusal_of(world, "listCaCertificate", {})) << "it is no secret";
}

TEST(Certificates, that_are_revoked_are_known_by_their_number) {
  World world(1, 1);
  const auto made = issue(world, {{"domain", "db.example.org"}});
  const auto serial = link::serial_of(made.certificate);
  world.done("revokeCertificate", {{"serial", serial}, {"cn", "db.example.org"}});
  world.done("revokeCertificate", {{"serial", "00" + serial}});
  EXPECT_EQ(ids(world, "revoked_certificates").size(), 1u) << "a number is one number however it is written";
  EXPECT_EQ(ids(world, fmt::format("revoked_certificates where serial = '{}'", serial)).size(), 1u);
  EXPECT_TRUE(refusal(world, "revokeCertificate", {{"serial", "x' or '1'='1"}}));
  EXPECT_TRUE(refusal(world, "revokeCertificate", {{"serial", ""}}));
}

/// An agent's papers as the agent has them, without files.
struct TrialPapers final : link::Papers {
  const Secret key = link::pem_of(*link::new_key());
  std::string certificate;
  bool reconnects = false;

  link::SigningRequest begin_renewal(const Nothing&) override { return {net::base64(link::certificate_request(key))}; }
  Nothing finish_renewal(const link::NewCertificate& wish) override {
    certificate = wish.pem;
    reconnects = wish.reconnect;
    return {};
  }
};

TEST(Certificates, are_given_afresh_to_a_hosts_agent) {
  World world(1, 1);
  const auto& [id, host] = *world.hosts.begin();
  EXPECT_TRUE(refusal(world, "provisionCertificate", {{"hostid", id.text()}})) << "a simulated host has no agent";
  TrialPapers papers;
  world.agents.add(id, {host->hypervisor, host->pools, host->fabric, &papers});
  world.database->write([&, id = id](sql::Transaction& tx) {
    auto row = sql::need<model::Host>(tx, Id<model::Host>(id));
    row.agent_id = Id<model::Agent>(id);
    sql::update(tx, row);
  });
  world.done("provisionCertificate", {{"hostid", id.text()}, {"reconnect", "false"}});
  EXPECT_TRUE(is_signed_by(papers.certificate, world.cloud().authority->certificate()));
  EXPECT_EQ(X509_check_private_key(link::certificate_of(papers.certificate).get(), link::key_of(papers.key).get()), 1);
  EXPECT_FALSE(papers.reconnects);
  const auto first = papers.certificate;
  world.done("provisionCertificate", {{"hostid", id.text()}});
  EXPECT_NE(papers.certificate, first);
  EXPECT_TRUE(papers.reconnects);
}

}  // namespace
}  // namespace welkin::simulation
