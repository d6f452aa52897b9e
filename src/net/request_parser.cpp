// The request parser on Beast's, with the checks Beast leaves to its user.
#include "net/request_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include "base/described.hpp"

namespace welkin::net {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {
constexpr std::size_t fields_max = 200;
constexpr std::size_t blanks_max = 256;             // before a field's value
constexpr std::size_t first_body_bytes = 16 << 10;  // a claimed length is not memory yet

std::string_view plain(string_view text) { return {text.data(), text.size()}; }

/// The forms of a target this server answers: a path, an absolute address, and `*`.
bool is_good_target(std::string_view target) {
  if (target.contains('#')) return false;
  return target.starts_with('/') || target == "*" || target.starts_with("http://") ||
         target.starts_with("https://");
}
}  // namespace

class RequestParser::Reader final : public http::basic_parser<true> {
 public:
  explicit Reader(const Limits& limits) : header_bytes_left_(limits.header_bytes_max) {
    header_limit(std::uint32_t(limits.header_bytes_max));
    body_limit(limits.body_bytes_max);
    eager(true);
  }

  HttpRequest request;
  int refusal = 0;
  bool http_1_0 = false;
  bool expects_continue = false;
  bool got_body = false;

 private:
  void refuse(int status, error_code& ec) {
    refusal = status;
    ec = http::error::bad_value;
  }
  void count(std::size_t bytes, error_code& ec) {
    if (bytes > header_bytes_left_)
      refuse(431, ec);
    else
      header_bytes_left_ -= bytes;
  }

  void on_request_impl(http::verb, string_view method, string_view target, int version,
                       error_code& ec) override {
    count(method.size() + target.size() + 12, ec);
    http_1_0 = version == 10;
    if (!is_good_target(plain(target))) refuse(400, ec);
    request.method = plain(method);
    request.target = plain(target);
  }

  void on_field_impl(http::field field, string_view name, string_view value, error_code& ec) override {
    if (is_header_over_) return;  // trailers may not change the request
    if (was_folded(plain(name), plain(value))) return refuse(400, ec);
    count(name.size() + value.size() + 4, ec);
    if (request.headers.size() >= fields_max) refuse(431, ec);
    if (!ec) note(field, plain(value), ec);
    request.headers.add(plain(name), plain(value));
  }

  /// Beast unfolds into a buffer of its own, or skips an empty first line.
  static bool was_folded(std::string_view name, std::string_view value) {
    if (value.empty()) return false;
    const auto* after_name = name.data() + name.size();
    const auto gap =
        reinterpret_cast<std::uintptr_t>(value.data()) - reinterpret_cast<std::uintptr_t>(after_name);
    return gap > blanks_max || std::string_view(after_name, gap).contains('\n');
  }

  void note(http::field field, std::string_view value, error_code& ec) {
    switch (field) {
      case http::field::host:
        if (++hosts_ > 1) refuse(400, ec);
        break;
      case http::field::content_length:
        if (++lengths_ > 1 || value.contains(',')) refuse(400, ec);
        break;
      case http::field::transfer_encoding:
        // Another coding, or chunked after another: the body's end would be a matter of opinion.
        if (!same_text_ignoring_case(value, "chunked"))
          refuse(501, ec);
        else if (http_1_0)
          refuse(400, ec);
        break;
      case http::field::expect:
        if (!same_text_ignoring_case(value, "100-continue"))
          refuse(417, ec);
        else
          expects_continue = !http_1_0;
        break;
      default:
        break;
    }
  }

  void on_header_impl(error_code& ec) override {
    is_header_over_ = true;
    if (hosts_ == 0 && !http_1_0) refuse(400, ec);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) request.body.reserve(std::min<std::size_t>(*length, first_body_bytes));
  }
  std::size_t on_body_impl(string_view bytes, error_code&) override { return keep(bytes); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override { got_body = true; }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
    return keep(bytes);
  }
  std::size_t keep(string_view bytes) {
    got_body = got_body || !bytes.empty();
    request.body += plain(bytes);
    return bytes.size();
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  std::size_t header_bytes_left_;
  int hosts_ = 0;
  int lengths_ = 0;
  bool is_header_over_ = false;
};

namespace {
int status_for(const error_code& ec) {
  if (ec == http::error::header_limit) return 431;
  if (ec == http::error::body_limit) return 413;
  if (ec == http::error::bad_version) return 505;
  return 400;
}
}  // namespace

RequestParser::RequestParser(const Limits& limits) : limits_(limits) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes) {
  if (state_ == State::complete || state_ == State::failed) return 0;
  std::size_t used = 0;
  if (state_ == State::empty)  // RFC 9112 §2.2: empty lines before a request are skipped
    while (bytes.substr(used).starts_with("\r\n")) used += 2;
  const auto rest = bytes.substr(used);
  if (rest.empty() || (state_ == State::empty && rest == "\r")) return used;
  if (!reader_) reader_ = std::make_unique<Reader>(limits_);
  error_code ec;
  used += reader_->put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
  if (ec == http::error::need_more) ec = {};
  settle(bytes.size() - used, !ec ? 0 : reader_->refusal ? reader_->refusal : status_for(ec));
  return used;
}

void RequestParser::settle(std::size_t left_over, int refusal) {
  if (refusal == 0 && !reader_->is_done() && left_over > limits_.header_bytes_max) refusal = 431;
  refusal_ = refusal;
  if (refusal != 0)
    state_ = State::failed;
  else if (reader_->is_done())
    state_ = State::complete;
  else
    state_ = reader_->is_header_done() ? State::body : State::head;
}

bool RequestParser::wants_continue() const {
  return state_ == State::body && reader_->expects_continue && !reader_->got_body;
}

bool RequestParser::keeps_alive() const { return state_ == State::complete && reader_->keep_alive(); }
bool RequestParser::is_http_1_0() const { return reader_ && reader_->http_1_0; }
std::size_t RequestParser::body_bytes() const { return reader_ ? reader_->request.body.size() : 0; }

HttpRequest RequestParser::take() {
  auto request = std::move(reader_->request);
  reader_.reset();
  state_ = State::empty;
  return request;
}

}  // namespace welkin::net
