// A certificate of the cloud's authority that is not believed any more.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct RevokedCertificate {
  static constexpr std::string_view table = "revoked_certificates";
  static constexpr std::string_view indexes[] = {"unique (serial)"};
  FIELDS(RevokedCertificate,
    (Id<RevokedCertificate>, id, "The entry."),
    (std::string, serial, "Of the certificate: hexadecimal, in upper case."),
    (std::string, subject, "Whose it was, as who revoked it says."),
    (Time, created, "Since when."))
};

inline bool is_revoked(sql::Transaction& tx, std::string_view serial) {
  return sql::count(tx, "select count(*) from revoked_certificates where serial = $1", serial) > 0;
}

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::RevokedCertificate)
