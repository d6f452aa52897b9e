// Where described values are written: JSON here, XML in its dialect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace welkin {

/// Receives one value after another. A writer of a format implements it.
struct Sink {
  virtual ~Sink() = default;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_list() = 0;
  virtual void end_list() = 0;
  /// The name of the member that follows. `member` is the C++ name, `wire` the public one.
  virtual void key(std::string_view member, std::string_view wire) = 0;
  virtual void text(std::string_view value) = 0;
  virtual void integer(std::int64_t value) = 0;
  virtual void number(double value) = 0;
  virtual void boolean(bool value) = 0;
  virtual void time(Time value) = 0;
  virtual void null() = 0;
  /// True where secrets may be written: only on the link to an agent.
  virtual bool trusted() const { return false; }
};

/// Appends `text` as a JSON string with quotes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Writes JSON. `member` names keep C++ spelling and exact instants (journals, link); `wire` names are the API's.
class JsonSink final : public Sink {
 public:
  enum class Names { member, wire };
  explicit JsonSink(std::string& out, Names names = Names::member, bool trusted = false)
      : out_(out), names_(names), trusted_(trusted) {}

  void begin_object() override { open('{'); }
  void end_object() override { close('}'); }
  void begin_list() override { open('['); }
  void end_list() override { close(']'); }
  void key(std::string_view member, std::string_view wire) override;
  void text(std::string_view value) override;
  void integer(std::int64_t value) override;
  void number(double value) override;
  void boolean(bool value) override;
  void time(Time value) override;
  void null() override;
  bool trusted() const override { return trusted_; }

 private:
  void open(char c) {
    separate();
    out_ += c;
    comma_ = false;
  }
  void close(char c) {
    out_ += c;
    comma_ = true;
  }
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
  }

  std::string& out_;
  Names names_;
  bool trusted_;
  bool comma_ = false;
};

}  // namespace welkin
