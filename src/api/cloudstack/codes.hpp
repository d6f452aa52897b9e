// Faults as CloudStack's clients know them.
#pragma once

#include "base/error.hpp"

namespace welkin::api::cloudstack {

struct Code {
  int status;  ///< HTTP status and errorcode
  int detail;  ///< cserrorcode
};

/// facts/cloudstack-protocol.md §2.3.
Code code_of(const Error& error);

}  // namespace welkin::api::cloudstack
