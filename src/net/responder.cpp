// A responder answers once.
#include "net/server.hpp"

namespace welkin::net {

Responder::~Responder() {
  if (slot_) (*this)(text_response(500, "The request was not answered."));
}

Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

void Responder::operator()(HttpResponse response) {
  if (const auto slot = std::move(slot_)) slot->answer(std::move(response));
}

}  // namespace welkin::net
