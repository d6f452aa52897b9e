// An owned file descriptor, of whatever kind.
#pragma once

#include "net/socket.hpp"

namespace welkin::network {
using Descriptor = net::Socket;
}
