// What operators are told of by itself.
#pragma once

#include "flows/cloud.hpp"
#include "model/host.hpp"
#include "model/instance.hpp"

namespace welkin::watch {

/// Something has become of a host: "is lost".
void alarm(sql::Transaction& tx, Cloud& cloud, const model::Host& host, std::string_view what);
/// An instance is not as its records have it.
void alarm(sql::Transaction& tx, Cloud& cloud, const model::Instance& instance, std::string_view what);

/// Guests on a host that this cloud does not know, and of which nobody has been told within the hour.
struct Stranger {
  Uuid id;
  std::string name;
};
std::vector<Stranger> untold(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host, std::vector<Stranger> seen);
void alarm(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host, const Stranger& stranger);

/// Tells of each place of which more is promised or used than the settings say; answers how long to rest then.
Duration weigh_capacity(Cloud& cloud);

}  // namespace welkin::watch
