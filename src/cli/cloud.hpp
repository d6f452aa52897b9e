// A cloud that can be asked: signed calls, or calls within a session of their own.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <string>

#include "cli/profile.hpp"
#include "net/client.hpp"

namespace welkin::cli {

/// The API said no.
struct Refused : std::exception {
  std::string command;
  int code = 0;
  std::string text;
  std::string message;

  Refused(std::string command, int code, std::string text);
  const char* what() const noexcept override { return message.c_str(); }
};

struct Patience {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds answer{900'000};  ///< some commands answer only when all is done
};

class Cloud final {
 public:
  explicit Cloud(Profile profile, Patience patience = {});
  /// Logs out where it has logged in.
  ~Cloud();
  Cloud(const Cloud&) = delete;

  /// What is inside the answer's envelope. Throws `Refused`, and `unreachable` for whatever is no answer of
  /// an API.
  boost::json::object call(const std::string& command, net::TextPairs parameters = {});
  const Profile& profile() const { return profile_; }

 private:
  net::ClientAnswer post(const net::TextPairs& parameters);
  boost::json::object unwrap(const std::string& command, const net::ClientAnswer& answer) const;
  void log_in();
  void log_out() noexcept;
  bool has_keys() const;

  Profile profile_;
  net::HttpClient client_;
  std::string cookies_, session_key_;
};

}  // namespace welkin::cli
