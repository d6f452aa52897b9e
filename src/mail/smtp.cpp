// By libcurl, with its defaults made strict: no proxies, no other protocols, TLS 1.2 at least.
#include "mail/smtp.hpp"

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#include "base/error.hpp"
#include "net/base64.hpp"
#include "net/utf8.hpp"

namespace welkin::mail {

namespace {
using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Names = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

bool is_plain(char c) { return c >= ' ' && c < 0x7f; }

std::string address_field(const std::string& address) {
  const bool is_one = !address.empty() && std::ranges::all_of(address, is_plain) &&
                      std::ranges::none_of(address, [](char c) { return c == '<' || c == '>' || c == ' '; });
  if (!is_one) throw Error(Fault::invalid, "This is no mail address.", address);
  return "<" + address + ">";
}

/// As encoded words of RFC 2047 unless it is plain; a word ends between characters.
std::string subject_field(const std::string& given) {
  const auto text = net::well_formed(given.substr(0, 500));
  if (std::ranges::all_of(text, is_plain) && !text.contains("=?")) return text;
  constexpr std::size_t word_max = 42;
  std::string out, word;
  const auto close = [&] {
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ", net::base64(word));
    word.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto length = std::max<std::size_t>(1, net::utf8_sequence(std::string_view(text).substr(at)));
    if (word.size() + length > word_max) close();
    word += text.substr(at, length);
    at += length;
  }
  close();
  return out;
}

std::string in_lines(const std::string& letters) {
  constexpr std::size_t line = 76;
  std::string out;
  for (std::size_t at = 0; at < letters.size(); at += line) out += letters.substr(at, line) + "\r\n";
  return out;
}

std::string url_of(const Route& route) {
  const Url url(curl_url(), &curl_url_cleanup);
  const auto host = route.host.contains(':') ? "[" + route.host + "]" : route.host;
  const auto port = std::to_string(route.port);
  const auto* scheme = route.privacy == Privacy::tls ? "smtps" : "smtp";
  char* text = nullptr;
  if (!url || curl_url_set(url.get(), CURLUPART_SCHEME, scheme, 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_HOST, host.c_str(), 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_PORT, port.c_str(), 0) != CURLUE_OK ||
      curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK)
    throw Error(Fault::unreachable, fmt::format("{} is no name of a mail server.", route.host), route.host);
  std::string out = text;
  curl_free(text);
  return out;
}

/// What is left to be sent.
std::size_t read_text(char* into, std::size_t size, std::size_t count, void* rest) {
  auto& text = *static_cast<std::string_view*>(rest);
  const auto taken = std::min(size * count, text.size());
  std::memcpy(into, text.data(), taken);
  text.remove_prefix(taken);
  return taken;
}
int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}
std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

template <class T>
void set(const Handle& handle, CURLoption option, T value) {
  must(curl_easy_setopt(handle.get(), option, value) == CURLE_OK, "libcurl knows its options");
}

void set_route(const Handle& handle, const Route& route) {
  set(handle, CURLOPT_URL, url_of(route).c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(handle, CURLOPT_PROXY, "");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, long(route.connect_timeout.count()));
  set(handle, CURLOPT_TIMEOUT_MS, long((route.connect_timeout + route.timeout).count()));
  set(handle, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
  if (route.privacy == Privacy::starts_tls) set(handle, CURLOPT_USE_SSL, long(CURLUSESSL_ALL));
  if (const char* authorities = std::getenv("SSL_CERT_FILE")) set(handle, CURLOPT_CAINFO, authorities);
  if (route.user.empty()) return;
  set(handle, CURLOPT_USERNAME, route.user.c_str());
  set(handle, CURLOPT_PASSWORD, route.password.reveal().c_str());
}

[[noreturn]] void tell(const Route& route, const Handle& handle, CURLcode code, const char* said) {
  long reply = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &reply);
  const bool for_ever = code != CURLE_LOGIN_DENIED && reply >= 550 && reply < 560;
  throw Error(for_ever ? Fault::invalid : Fault::unreachable,
              fmt::format("The mail server {}:{} has not taken it ({}; last reply {}).", route.host, route.port,
                          *said ? said : curl_easy_strerror(code), reply),
              route.host);
}
}  // namespace

std::string message_text(const Message& message) {
  const auto date = std::chrono::time_point_cast<std::chrono::seconds>(message.date);
  const auto domain = message.sender.substr(message.sender.find('@') + 1);
  return fmt::format(
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: {}\r\n"
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n{}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(date)), address_field(message.sender),
      address_field(message.recipient), subject_field(message.subject), address_field(message.id + "@" + domain),
      in_lines(net::base64(message.text)));
}

void send(const Route& route, const Message& message, std::stop_token stop) {
  static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  must(ready == CURLE_OK, "libcurl is ready");
  if (!route.user.empty() && route.privacy == Privacy::none)
    throw Error(Fault::unreachable, "A password is given over TLS only.", route.host);
  const auto text = message_text(message);
  std::string_view rest = text;
  const Handle handle(curl_easy_init(), &curl_easy_cleanup);
  must(handle != nullptr, "libcurl has a handle");
  set_route(handle, route);
  const auto sender = address_field(message.sender), recipient = address_field(message.recipient);
  const Names recipients(curl_slist_append(nullptr, recipient.c_str()), &curl_slist_free_all);
  char said[CURL_ERROR_SIZE] = "";
  set(handle, CURLOPT_ERRORBUFFER, said);
  set(handle, CURLOPT_MAIL_FROM, sender.c_str());
  set(handle, CURLOPT_MAIL_RCPT, recipients.get());
  set(handle, CURLOPT_UPLOAD, 1L);
  set(handle, CURLOPT_READFUNCTION, &read_text);
  set(handle, CURLOPT_READDATA, &rest);
  set(handle, CURLOPT_WRITEFUNCTION, &ignore);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, &is_stopped);
  set(handle, CURLOPT_XFERINFODATA, &stop);
  if (const auto code = curl_easy_perform(handle.get()); code != CURLE_OK) tell(route, handle, code, said);
}

}  // namespace welkin::mail
