// The one switch from faults to CloudStack's codes.
#include "api/cloudstack/codes.hpp"

#include "commands/binder.hpp"
#include "commands/second_factors.hpp"

namespace welkin::api::cloudstack {

Code code_of(const Error& error) {
  switch (error.fault) {
    case Fault::invalid: return {error.subject == commands::malformed_name ? 430 : 431, 9999};
    case Fault::missing: return {431, 4350};
    case Fault::conflict: return {431, 4350};
    case Fault::unsupported: return {431, 4390};
    case Fault::unauthorized:
      return error.subject == commands::wrong_factor ? Code{511, 4295} : Code{401, 4365};
    case Fault::forbidden: return {531, 4365};
    case Fault::rule_conflict: return {537, 4360};
    case Fault::in_use: return {536, 4375};
    case Fault::limited: return {535, 4370};
    case Fault::exhausted: return {533, 4325};
    case Fault::unreachable: return {534, 4380};
    case Fault::timeout: return {530, 4560};
    case Fault::cancelled: return {530, 4250};
    case Fault::internal: return {530, 4250};
  }
  return {530, 4250};
}

}  // namespace welkin::api::cloudstack
