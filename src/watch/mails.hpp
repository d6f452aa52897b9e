// Sends what is in the outbox.
#pragma once

#include "flows/cloud.hpp"
#include "mail/smtp.hpp"

namespace welkin::watch {

/// Hands one message over, as `mail::send` does.
using MailHand = std::function<void(const mail::Route&, const mail::Message&)>;

/// Letters that are due, one after the other, twenty of a purpose at most. One that a server takes is gone; one that it
/// does not take now is tried again after a pause that doubles, from a minute to an hour, until nobody needs it any more.
/// Of several servers each letter is sent by one at a time. Blocks; never on a loop.
void send_mails(Cloud& cloud, const MailHand& hand);

}  // namespace welkin::watch
