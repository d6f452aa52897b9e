// The response parser on Beast's.
#include "net/answer_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include "base/described.hpp"
#include "base/error.hpp"

namespace welkin::net {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {
constexpr std::uint32_t header_bytes_max = 64 << 10;
constexpr std::size_t fields_max = 500;
constexpr int interim_max = 10;  // responses of 1xx before the real one

std::string_view plain(string_view text) { return {text.data(), text.size()}; }

[[noreturn]] void unreadable(std::string cause) {
  throw Error(Fault::unreachable, "The server's answer is not HTTP as it should be.", {}, std::move(cause));
}
}  // namespace

class AnswerParser::Reader final : public http::basic_parser<false> {
 public:
  Reader(const Target& target, bool head_only) : target_(target) {
    header_limit(header_bytes_max);
    body_limit(boost::none);
    eager(true);
    skip(head_only);
  }
  AnswerHead head;
  bool interim() const { return head.status < 200; }

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view, int, error_code& ec) override {
    head.status = status;
    if (status < 100 || status == 101) ec = http::error::bad_status;
  }
  void on_field_impl(http::field field, string_view name, string_view value, error_code& ec) override {
    if (is_header_over_) return;  // trailers
    bytes_ += name.size() + value.size() + 4;
    if (bytes_ > header_bytes_max || head.headers.size() >= fields_max) ec = http::error::header_limit;
    const bool coded =
        field == http::field::transfer_encoding && !same_text_ignoring_case(plain(value), "chunked");
    if (coded) ec = http::error::bad_transfer_encoding;
    head.headers.add(plain(name), plain(value));
  }
  void on_header_impl(error_code&) override {
    is_header_over_ = true;
    if (interim()) return;
    if (const auto length = content_length_remaining()) head.length = *length;
    target_.head(head);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code&) override { return pass(bytes); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
    return pass(bytes);
  }
  void on_finish_impl(error_code&) override {}
  std::size_t pass(string_view bytes) {
    if (!bytes.empty()) target_.body(plain(bytes));
    return bytes.size();
  }

  const Target& target_;
  std::size_t bytes_ = 0;
  bool is_header_over_ = false;
};

AnswerParser::AnswerParser(Target target, bool head_only)
    : target_(std::move(target)), head_only_(head_only) {}
AnswerParser::~AnswerParser() = default;

std::size_t AnswerParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (!complete_ && used < bytes.size()) {
    const auto taken = put(bytes.substr(used));
    used += taken;
    if (taken == 0) break;
  }
  if (!complete_ && bytes.size() - used > header_bytes_max) unreadable("a line is too long");
  return used;
}

std::size_t AnswerParser::put(std::string_view bytes) {
  if (!reader_) reader_ = std::make_unique<Reader>(target_, head_only_);
  error_code ec;
  const auto used = reader_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (ec && ec != http::error::need_more) unreadable(ec.message());
  if (!reader_->is_done()) return used;
  if (!reader_->interim()) {
    complete_ = true;
  } else {
    if (++interim_ > interim_max) unreadable("too many interim responses");
    reader_.reset();
  }
  return used;
}

void AnswerParser::end() {
  error_code ec = http::error::partial_message;
  if (reader_ && reader_->got_some()) reader_->put_eof(ec);
  if (ec) unreadable("the connection ended early: " + ec.message());
  complete_ = true;
}

}  // namespace welkin::net
