// An agent's own papers: the key and certificate by which it is known, renewed when the server wishes it.
#pragma once

#include "base/described.hpp"

namespace welkin::link {

struct SigningRequest {
  FIELDS(SigningRequest, (std::string, request, "For a fresh key: DER, in base64."))
};
struct NewCertificate {
  FIELDS(NewCertificate,
    (std::string, pem, "For the key of the last request.", .length = 65536),
    (bool, reconnect, "The agent connects anew, and shows it."))
};

struct Papers {
  virtual ~Papers() = default;
  /// A signing request for a fresh key, which waits for its certificate.
  virtual SigningRequest begin_renewal(const Nothing&) = 0;
  /// Puts that key and the certificate in place of the old ones. Throws `invalid` for another key's certificate.
  virtual Nothing finish_renewal(const NewCertificate&) = 0;
};

}  // namespace welkin::link
