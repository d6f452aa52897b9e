// Services of network offerings.
#include "model/network_offering.hpp"

namespace welkin::model {

const OfferedService* service_of(const NetworkOffering& offering, std::string_view service) {
  for (const auto& offered : offering.services)
    if (same_text_ignoring_case(offered.name, service)) return &offered;
  return nullptr;
}

}  // namespace welkin::model
