// The cloud's own certificate authority: it says who is a server of this cloud, and who is which agent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace welkin::link {

/// What one end shows of itself and believes of others. Texts are PEM.
struct Credentials {
  std::string certificate;
  Secret key;
  std::string authority;
};

/// What a certificate is for that is neither a server's nor an agent's of this cloud.
struct NamedCertificate {
  std::vector<std::string> names;      ///< DNS names; the first is its subject
  std::vector<std::string> addresses;  ///< IPv4 or IPv6
  std::chrono::seconds lifetime{};
};

/// Certificates are ECDSA on P-256. An agent's name stands in its certificate as the URI
/// `urn:welkin:agent:UUID`.
class Authority {
 public:
  static constexpr auto certificate_lifetime = std::chrono::days(90);

  /// Reads `authority.pem` and `authority.key` from the directory, or makes them when both are missing;
  /// processes that start at once agree on one. Throws `internal` when it cannot, or when others may read the
  /// key.
  static Authority open(const std::string& directory, Clock& clock = machine_clock());
  /// For servers that share it otherwise. Throws `invalid`.
  static Authority of(std::string certificate_pem, Secret key_pem, Clock& clock = machine_clock());
  static Authority make(Clock& clock = machine_clock());

  const std::string& certificate() const { return certificate_; }
  const Secret& key() const { return key_; }
  /// SHA-256 of the certificate, in hex: what an agent's token pins.
  std::string fingerprint() const;

  /// A fresh key and certificate for a server.
  Credentials server_credentials() const;
  /// A certificate for the key of a signing request (DER). Only the key is taken from it; it must be on P-256
  /// and have signed the request. Throws `invalid`.
  std::string issue(Uuid agent, std::string_view request_der) const;
  /// For machines beside the cloud's own: nobody takes its holder for a server or an agent. With a signing request (PEM),
  /// whose key is certified and nothing else of it, or with a fresh key, which is answered. Throws `invalid` for names and
  /// addresses that are none, for weak keys, and for a time that the authority itself does not last.
  Credentials issue(const NamedCertificate& wish, const std::optional<std::string>& request_pem) const;

 private:
  Authority(std::string certificate, Secret key, Clock& clock)
      : certificate_(std::move(certificate)), key_(std::move(key)), clock_(&clock) {}

  std::string certificate_;
  Secret key_;
  Clock* clock_;
};

/// A signing request (DER) for a key (PEM).
std::string certificate_request(const Secret& key_pem);
/// SHA-256 of the public key that a signing request is for, in hex. Throws `invalid`.
std::string request_key_fingerprint(std::string_view request_der);

/// The serial number of a certificate in hexadecimal, upper case.
std::string serial_of(std::string_view certificate_pem);
/// The same of a number as somebody has written it. Throws `invalid`.
std::string serial_from(std::string_view text, std::string_view parameter);

/// When a certificate begins and ends to be good.
struct Validity {
  Time from;
  Time until;
};
Validity validity_of(std::string_view certificate_pem);

}  // namespace welkin::link
