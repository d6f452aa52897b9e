// What a cloud needs before its first command: records it begins with, and an administrator.
#pragma once

#include "flows/cloud.hpp"

namespace welkin::server {

/// Fills in what is missing. Writes `DIR/admin.json` (mode 0600) when the administrator is made.
void prepare(Cloud& cloud, const std::string& directory, const std::string& endpoint);

}  // namespace welkin::server
