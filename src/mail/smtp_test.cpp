// How messages are written. That servers take them is tried by tests/system/mail_arrives.
#include "mail/smtp.hpp"

#include <gtest/gtest.h>

#include "base/fault_of_test.hpp"
#include "net/base64.hpp"

namespace welkin::mail {
namespace {

Message message() {
  const auto day = std::chrono::sys_days(std::chrono::year(2026) / 3 / 9);
  return {"7d1c", "cloud@example.org", "alice@example.org", "Hello", "Grüße\n.\n", Time(day)};
}
std::string head_of(const Message& message) {
  const auto text = message_text(message);
  return text.substr(0, text.find("\r\n\r\n") + 2);
}

TEST(Message, has_a_field_on_each_line_and_its_text_in_base64) {
  const auto text = message_text(message());
  EXPECT_TRUE(text.starts_with("Date: Mon, 09 Mar 2026 00:00:00 +0000\r\nFrom: <cloud@example.org>\r\n"
                               "To: <alice@example.org>\r\nSubject: Hello\r\nMessage-ID: <7d1c@example.org>\r\n")) << text;
  EXPECT_EQ(net::from_base64(text.substr(text.find("\r\n\r\n"))), "Grüße\n.\n");
}

TEST(Message, no_text_adds_a_field) {
  auto evil = message();
  evil.subject = "Hello\r\nBcc: mallory@example.org\r\n\r\nBody";
  EXPECT_FALSE(head_of(evil).contains("Bcc")) << head_of(evil);
  for (auto Message::* field : {&Message::sender, &Message::recipient, &Message::id})
    for (const auto* end : {"\r\nBcc: mallory@example.org", "\nX: y", "> <mallory@example.org"}) {
      auto other = message();
      other.*field += end;
      EXPECT_EQ(fault_of([&] { message_text(other); }), Fault::invalid) << other.*field;
    }
}

TEST(Message, a_long_subject_is_folded_between_characters) {
  auto long_one = message();
  for (int i = 0; i < 40; ++i) long_one.subject += "ü";
  const auto head = head_of(long_one);
  std::string seen;
  for (std::size_t at = 0; (at = head.find("=?UTF-8?B?", at)) != head.npos;) {
    at += 10;
    const auto word = net::from_base64(head.substr(at, head.find("?=", at) - at)).value();
    EXPECT_EQ(std::uint8_t(word.back()) & 0xc0, 0x80) << "a character is cut";
    seen += word;
  }
  EXPECT_EQ(seen, long_one.subject);
  for (std::size_t at = 0; at < head.size(); at = head.find("\r\n", at) + 2)
    EXPECT_LE(head.find("\r\n", at) - at, 78u);
}

}  // namespace
}  // namespace welkin::mail
