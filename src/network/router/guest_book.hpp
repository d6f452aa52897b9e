// What the guests of one router may read of themselves: metadata, user data, and their password until they
// have it.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "net/http.hpp"
#include "network/fabric.hpp"

namespace welkin::network {

/// Safe to use from many threads.
class GuestBook {
 public:
  /// Passwords that guests have confirmed are noted in `file`, by digest.
  explicit GuestBook(std::string file);

  void write(const std::vector<GuestData>& guests);

  /// The metadata of the guest that asks, as cloud-init's CloudStack data source reads it:
  /// `/latest/user-data`,
  /// `/latest/meta-data/` with a key in each line, `/latest/meta-data/KEY` and `/latest/KEY`, values without
  /// a line end. 404 for all else, and for all others.
  net::HttpResponse metadata(const net::HttpRequest& request) const;
  /// By the header DomU_Request: `send_my_password` answers it, or `saved_password` when there is none (any
  /// more); `saved_password` confirms that it has arrived, after which nobody gets it again. `bad_request`
  /// for all else.
  net::HttpResponse password(const net::HttpRequest& request);

 private:
  struct Guest {
    TextMap metadata;
    std::string user_data;  ///< decoded
    Secret password;
    std::string password_mark;  ///< digest; empty when there is none
  };
  static Guest guest_of(const GuestData& data);
  void confirm(const Guest& guest);

  const std::string file_;
  mutable std::mutex mutex_;
  std::map<std::string, Guest> guests_;  ///< by address
  std::set<std::string> confirmed_;      ///< marks
};

}  // namespace welkin::network
