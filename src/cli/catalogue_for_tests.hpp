// A small catalogue for tests.
#pragma once

#include <boost/json.hpp>

#include "cli/catalogue.hpp"

namespace welkin::cli {

inline Catalogue small_catalogue() {
  return Catalogue(boost::json::parse(R"([
    {"name": "listVirtualMachines", "description": "Lists instances.", "isasync": false, "related": "deployVirtualMachine",
     "params": [{"name": "keyword", "type": "string", "required": false},
                {"name": "page", "type": "integer"}, {"name": "pagesize", "type": "integer"},
                {"name": "listall", "type": "boolean"}, {"name": "zoneid", "type": "uuid"}],
     "response": [{"name": "id"}, {"name": "name"}]},
    {"name": "deployVirtualMachine", "description": "Deploys an instance.", "isasync": true, "related": "listVirtualMachines",
     "params": [{"name": "zoneId", "type": "uuid", "required": true},
                {"name": "templateid", "type": "uuid", "required": true},
                {"name": "name", "type": "string"}, {"name": "details", "type": "map"}, {"name": "networkids", "type": "list"},
                {"name": "startvm", "type": "boolean"}]},
    {"name": "stopVirtualMachine", "isasync": true, "related": "deployVirtualMachine,listVirtualMachines,listVirtualMachinesMetrics",
     "params": [{"name": "id", "type": "uuid", "required": true}, {"name": "ipaddressid", "type": "uuid"}]},
    {"name": "listZones", "params": [{"name": "id", "type": "uuid"}]},
    {"name": "listNetworks", "params": []},
    {"name": "listPublicIpAddresses", "params": []},
    {"name": "listOsCategories", "params": []},
    {"description": "has no name"}
  ])")
                       .as_array());
}

/// What `call` complains of; empty when it does not.
template <class Call>
std::string complaint_of(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace welkin::cli
