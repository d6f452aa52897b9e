// forgotPassword and resetPassword: for who cannot log in.
#pragma once

#include "api/cloudstack/attempts.hpp"
#include "api/cloudstack/envelope.hpp"

namespace welkin::api::cloudstack {

class Resets {
 public:
  explicit Resets(Cloud& cloud) : cloud_(cloud) {}

  /// The same answer, at once, whether there is such a user or not.
  Reply forgot(Format format, const Request& request);
  Reply reset(Format format, const Request& request);

 private:
  /// What is answered to either before anything is looked at; nothing when it may be.
  std::optional<Reply> refusal(Format format, const Request& request, std::string_view response);

  Cloud& cloud_;
  Attempts attempts_{20, 10min};
};

}  // namespace welkin::api::cloudstack
