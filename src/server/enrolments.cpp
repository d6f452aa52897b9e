// Tokens and admissions of agents.
#include "server/enrolments.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "base/log.hpp"
#include "link/enrolment.hpp"
#include "model/agent.hpp"
#include "model/revoked_certificate.hpp"

namespace welkin::server {

namespace {
constexpr auto token_lifetime = 24h;

std::string digest(const std::string& text) {
  unsigned char out[32];
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), out, &length, EVP_sha256(), nullptr);
  std::string hex;
  for (const auto byte : out) hex += fmt::format("{:02x}", byte);
  return hex;
}
}  // namespace

void Enrolments::open(Cloud& cloud, Link link) {
  cloud_ = &cloud;
  link_ = std::move(link);
  cloud.changes.add([this](std::span<const sql::Change> news) { hear(news); });
}

void Enrolments::hear(std::span<const sql::Change> news) {
  // No news is news that was lost.
  const bool concerns = news.empty() || std::ranges::any_of(news, [](const auto& change) {
    return change.noun == model::RevokedCertificate::table;
  });
  if (!concerns) return;
  cloud_->workers.post([this] {
    cloud_->database.read([&](sql::Transaction& tx) {
      for (const auto& row : sql::all<model::RevokedCertificate>(tx, "")) link_.cut(row.serial);
    });
  });
}

Secret Enrolments::new_token(Uuid agent) {
  const Secret secret(random_token(24));
  model::Agent row;
  row.id = Id<model::Agent>(agent);
  row.token_hash = digest(secret.reveal());
  row.created = cloud_->now();
  row.token_until = row.created + token_lifetime;
  cloud_->database.write([&](sql::Transaction& tx) { sql::insert(tx, row); });
  return link::token_text({secret, link_.authority, link_.servers});
}

void Enrolments::simulate(Uuid host, const std::string& name, int cpus, int cpu_mhz, std::int64_t memory_bytes) {
  simulated_.add(host, name, cpus, cpu_mhz, memory_bytes);
}
void Enrolments::forget(Uuid host) { simulated_.remove(host); }

std::optional<Uuid> Enrolments::enrol(const Secret& token, const std::string& key) {
  std::optional<Uuid> out;
  const auto hash = digest(token.reveal());
  cloud_->database.write([&](sql::Transaction& tx) {
    out.reset();
    auto row = sql::first<model::Agent>(tx, "where token_hash = $1 and removed is null", hash);
    const auto now = cloud_->now();
    if (!row || (row->token_until && *row->token_until < now)) return;
    // The same newcomer may ask again: the first answer may have been lost.
    if (row->enrolled && row->certificate_serial != key) return;
    row->enrolled = now;
    row->certificate_serial = key;
    sql::update(tx, *row);
    out = row->id;
  });
  log::info("{}", out ? "an agent has enrolled" : "an agent was refused: its token is unknown, used or too old");
  return out;
}

link::Admission Enrolments::admit(const link::AgentHello& hello) {
  link::Admission out;
  cloud_->database.write([&](sql::Transaction& tx) {
    out = {};
    auto row = sql::get<model::Agent>(tx, Id<model::Agent>(hello.agent));
    if (!row || row->removed || !row->enrolled || model::is_revoked(tx, hello.serial)) return;
    row->name = hello.machine;
    row->version = hello.version;
    row->last_seen = cloud_->now();
    sql::update(tx, *row);
    out.admitted = true;
    for (const auto& host : hello.hosts)
      if (host == hello.agent) out.hosts.push_back(host);
  });
  return out;
}

}  // namespace welkin::server
