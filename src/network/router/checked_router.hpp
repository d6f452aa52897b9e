// A router's spec, free of anything that could break a rule or a configuration file.
#pragma once

#include "network/fabric.hpp"

namespace welkin::network {

/// The spec in canonical form: ranges masked, MACs in lower case, a gap in the ports filled. Throws `invalid`
/// that names the field when it cannot be built, before anything has been touched.
RouterSpec checked_router(RouterSpec spec);

}  // namespace welkin::network
