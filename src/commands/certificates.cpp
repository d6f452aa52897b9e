// Commands of the cloud's own certificate authority: agents are known by its certificates.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/offered.hpp"
#include "flows/certificates.hpp"
#include "link/authority.hpp"
#include "model/revoked_certificate.hpp"

namespace welkin::commands {

namespace {
using access::Operate;

constexpr std::string_view provider_name = "root";
constexpr std::size_t names_max = 50;
constexpr std::int64_t days_max = 3650;

void check_provider(const std::optional<std::string>& provider) {
  if (!provider || provider->empty() || same_text_ignoring_case(*provider, provider_name)) return;
  throw Error(Fault::invalid, fmt::format("There is no authority {}; there is {}.", *provider, provider_name),
              "provider");
}
const link::Authority& authority_of(Call& call) {
  must(call.cloud.authority != nullptr, "a cloud has an authority");
  return *call.cloud.authority;
}

struct AuthorityAnswer {
  FIELDS(AuthorityAnswer,
    (std::string, name, "The authority."),
    (std::string, description, "What it is."))
};
struct ListProviders {
  FIELDS(ListProviders, (std::optional<std::string>, name, "Only this authority."))
};
Page<AuthorityAnswer> list_providers(Call&, sql::Transaction&, const ListProviders& r) {
  if (r.name && !same_text_ignoring_case(*r.name, provider_name)) return {};
  return {1, {{std::string(provider_name), "The cloud's own authority, by whose certificates agents are known."}}};
}

struct CertificateAnswer {
  FIELDS(CertificateAnswer,
    (std::string, certificate, "PEM."),
    (std::optional<std::string>, private_key, "PEM; only of a key that was made here, and only once."),
    (std::string, ca_certificates, "The authority's own, PEM.", .wire = "cacertificates"))
};
struct ListCertificate {
  FIELDS(ListCertificate, (std::optional<std::string>, provider, "The authority: root."))
};
CertificateAnswer list_certificate(Call& call, sql::Transaction&, const ListCertificate& r) {
  check_provider(r.provider);
  const auto& own = authority_of(call).certificate();
  return {own, {}, own};
}

struct IssueCertificate {
  FIELDS(IssueCertificate,
    (std::optional<std::string>, csr, "A signing request, PEM; without one a key is made and answered.", .length = 65535),
    (std::vector<std::string>, domain, "Names of the machine that it is for.", .type = "string"),
    (std::vector<std::string>, ip_address, "Addresses of that machine.", .type = "string"),
    (std::optional<int>, duration, "How many days it is good for; 90 when absent."),
    (std::optional<std::string>, provider, "The authority: root."))
};
CertificateAnswer issue(Call& call, sql::Transaction&, const IssueCertificate& r) {
  check_provider(r.provider);
  if (r.domain.empty() && r.ip_address.empty())
    throw Error(Fault::invalid, "Say whom the certificate is for: give domain or ipaddress.", "domain");
  if (r.domain.size() + r.ip_address.size() > names_max)
    throw Error(Fault::invalid, fmt::format("A certificate has at most {} names and addresses.", names_max), "domain");
  check_between(r.duration, 1, days_max, "duration");
  const auto days = r.duration ? std::chrono::days(*r.duration) : link::Authority::certificate_lifetime;
  const auto made = authority_of(call).issue({r.domain, r.ip_address, days}, r.csr);
  call.event_note = r.domain.empty() ? r.ip_address.front() : r.domain.front();
  return {made.certificate, unless_empty(made.key.reveal()), made.authority};
}

struct ProvisionCertificate {
  FIELDS(ProvisionCertificate,
    (Operate<model::Host>, host_id, "Whose agent gets a fresh certificate."),
    (std::optional<bool>, reconnect, "The agent connects anew at once, and shows it; true when absent."),
    (std::optional<std::string>, provider, "The authority: root."))
};
Begun provision(Call& call, sql::Transaction& tx, const ProvisionCertificate& r) {
  check_provider(r.provider);
  const auto& host = *r.host_id;
  if (!host.agent_id)
    throw Error(Fault::invalid, fmt::format("The host {} is simulated: it has no agent, and so no certificate.", host.name),
                "hostid");
  call.event_note = host.name;
  return begin(call, tx, "provision certificate", flows::CertificateOrder{host.id, r.reconnect.value_or(true)}, "Host",
               host.id);
}

struct RevokeCertificate {
  FIELDS(RevokeCertificate,
    (std::string, serial, "The certificate's number, in hexadecimal."),
    (std::optional<std::string>, cn, "Whose it was."),
    (std::optional<std::string>, provider, "The authority: root."))
};
Success revoke(Call& call, sql::Transaction& tx, const RevokeCertificate& r) {
  check_provider(r.provider);
  model::RevokedCertificate row;
  row.serial = link::serial_from(r.serial, "serial");
  call.event_note = row.serial;
  if (model::is_revoked(tx, row.serial)) return {true, {}};
  row.id = call.cloud.new_id<model::RevokedCertificate>();
  row.subject = r.cn.value_or("");
  row.created = call.cloud.now();
  sql::insert(tx, row);
  return {true, {}};
}
}  // namespace

std::vector<Command> certificate_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list_providers>({"listCAProviders", "caprovider", "Lists authorities that certificates are from.", root}),
      reading<list_certificate>(
          {"listCaCertificate", "certificates", "Answers the authority's own certificate.", Audience::everyone}),
      prompt<issue>({"issueCertificate", "certificates", "Issues a certificate for a machine.", root,
                     "CA.CERTIFICATE.ISSUE"}),
      journey<provision, succeeded>({"provisionCertificate", "", "Gives a host's agent a fresh certificate.", root,
                                     "CA.CERTIFICATE.PROVISION", "Host"}),
      prompt<revoke>({"revokeCertificate", "", "Lets a certificate be believed no more.", root, "CA.CERTIFICATE.REVOKE"}),
  };
}

}  // namespace welkin::commands
