// Answers to guests. Who asks is known by the address, which the guards let nobody forge.
#include "network/router/guest_book.hpp"

#include "net/base64.hpp"
#include "net/digest.hpp"
#include "network/bridge/state.hpp"

namespace welkin::network {
namespace {

constexpr std::string_view bytes_of_any_kind = "application/octet-stream";

/// What a data source splits into lines must not end with one.
std::string without_line_end(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

net::HttpResponse ok(std::string body) {
  net::HttpResponse response;
  response.body = std::move(body);
  return response;
}

net::HttpResponse nothing_here() {
  net::HttpResponse response;
  response.status = 404;
  response.body = "not found";
  return response;
}

std::string keys_of(const TextMap& metadata) {
  std::string out;
  for (const auto& [key, value] : metadata) out += (out.empty() ? "" : "\n") + key;
  return out;
}

std::optional<std::string_view> after(std::string_view text, std::string_view start) {
  return text.starts_with(start) ? std::optional(text.substr(start.size())) : std::nullopt;
}

}  // namespace

GuestBook::GuestBook(std::string file) : file_(std::move(file)) {
  for (auto& mark : kept<std::vector<std::string>>(file_).value_or(std::vector<std::string>{}))
    confirmed_.insert(std::move(mark));
}

GuestBook::Guest GuestBook::guest_of(const GuestData& data) {
  Guest guest;
  for (const auto& [key, value] : data.metadata) guest.metadata.emplace(key, without_line_end(value));
  guest.user_data = net::from_base64(data.user_data).value_or("");
  guest.password = data.password;
  const auto instance = data.metadata.find("instance-id");
  const auto whose = data.address + " " + (instance == data.metadata.end() ? "" : instance->second);
  if (!data.password.empty())
    guest.password_mark = net::hex_of(net::hmac_sha256(whose, data.password.reveal()));
  return guest;
}

void GuestBook::write(const std::vector<GuestData>& guests) {
  std::map<std::string, Guest> next;
  std::set<std::string> marks;
  for (const auto& data : guests) {
    auto guest = guest_of(data);
    marks.insert(guest.password_mark);
    next.insert_or_assign(data.address, std::move(guest));
  }
  const std::lock_guard lock(mutex_);
  guests_ = std::move(next);
  if (std::erase_if(confirmed_, [&](const auto& mark) { return !marks.contains(mark); }) > 0)
    keep(file_, std::vector<std::string>(confirmed_.begin(), confirmed_.end()));
}

net::HttpResponse GuestBook::metadata(const net::HttpRequest& request) const {
  const std::lock_guard lock(mutex_);
  const auto guest = guests_.find(request.peer);
  const auto inside = after(request.path(), "/latest/");
  if (guest == guests_.end() || !inside || inside->empty()) return nothing_here();
  if (*inside == "user-data") {
    if (guest->second.user_data.empty()) return nothing_here();
    auto response = ok(guest->second.user_data);
    response.content_type = bytes_of_any_kind;
    return response;
  }
  if (*inside == "meta-data" || *inside == "meta-data/") return ok(keys_of(guest->second.metadata));
  const auto key = after(*inside, "meta-data/").value_or(*inside);
  const auto value = guest->second.metadata.find(std::string(key));
  return value == guest->second.metadata.end() ? nothing_here() : ok(value->second);
}

net::HttpResponse GuestBook::password(const net::HttpRequest& request) {
  const auto wish = request.headers.get("DomU_Request");
  const std::lock_guard lock(mutex_);
  const auto guest = guests_.find(request.peer);
  const bool waiting = guest != guests_.end() && !guest->second.password_mark.empty() &&
                       !confirmed_.contains(guest->second.password_mark);
  if (wish == "send_my_password") return ok(waiting ? guest->second.password.reveal() : "saved_password");
  if (wish != "saved_password") return ok("bad_request");
  if (waiting) confirm(guest->second);
  return ok("saved_password");
}

void GuestBook::confirm(const Guest& guest) {
  confirmed_.insert(guest.password_mark);
  keep(file_, std::vector<std::string>(confirmed_.begin(), confirmed_.end()));
}

}  // namespace welkin::network
