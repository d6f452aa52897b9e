// Token buckets: one on the tap, one on an ifb link to which the tap's arrivals are redirected. tc-tbf(8).
#include "network/bridge/shaping.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace welkin::network {
namespace {

constexpr std::uint32_t root_handle = 0x00570000, arrivals_handle = 0xffff0000;
constexpr std::uint64_t bytes_per_megabit = 125'000;
constexpr std::uint64_t burst_min = 16 << 10;

tcmsg header_of(const Link& link, std::uint32_t parent, std::uint32_t handle) {
  tcmsg header{};
  header.tcm_family = AF_UNSPEC;
  header.tcm_ifindex = link.index;
  header.tcm_parent = parent;
  header.tcm_handle = handle;
  return header;
}

template <class T>
T capped(std::uint64_t value) {
  return T(std::min<std::uint64_t>(value, std::numeric_limits<T>::max()));
}

void set_bucket(Netlink& netlink, const Link& link, int megabits) {
  const auto rate = std::uint64_t(megabits) * bytes_per_megabit;
  const auto burst = std::max(burst_min, rate / 100);
  tc_tbf_qopt bucket{};
  bucket.rate.rate = capped<std::uint32_t>(rate);
  bucket.limit = capped<std::uint32_t>(rate / 10 + burst);
  NetlinkMessage message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK,
                         header_of(link, TC_H_ROOT, root_handle));
  message.text(TCA_KIND, "tbf");
  message.nest(TCA_OPTIONS, [&] {
    message.value(TCA_TBF_PARMS, bucket);
    message.value(TCA_TBF_BURST, capped<std::uint32_t>(burst));
    if (rate > std::numeric_limits<std::uint32_t>::max()) message.value(TCA_TBF_RATE64, rate);
  });
  netlink.ask(message, "limit the rate of " + link.name);
}

void drop_discipline(Netlink& netlink, const Link& link, std::uint32_t parent, std::uint32_t handle) {
  const NetlinkMessage message(RTM_DELQDISC, NLM_F_ACK, header_of(link, parent, handle));
  // None there, or another's: there is nothing of ours to take away.
  netlink.try_ask(message);
}

/// One selector and, behind it, one key whose mask is zero.
std::array<char, sizeof(tc_u32_sel) + sizeof(tc_u32_key)> matches_everything() {
  std::array<char, sizeof(tc_u32_sel) + sizeof(tc_u32_key)> out{};
  tc_u32_sel selector{};
  selector.flags = TC_U32_TERMINAL;
  selector.nkeys = 1;
  std::memcpy(out.data(), &selector, sizeof selector);
  return out;
}

void redirect_arrivals(Netlink& netlink, const Link& tap, const Link& detour) {
  drop_discipline(netlink, tap, TC_H_INGRESS, arrivals_handle);
  NetlinkMessage arrivals(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
                          header_of(tap, TC_H_INGRESS, arrivals_handle));
  arrivals.text(TCA_KIND, "ingress");
  netlink.ask(arrivals, "see what arrives at " + tap.name);

  auto header = header_of(tap, arrivals_handle, 0);
  header.tcm_info = TC_H_MAKE(1u << 16, htons(ETH_P_ALL));
  const auto match = matches_everything();
  tc_mirred redirect{};
  redirect.action = TC_ACT_STOLEN;
  redirect.eaction = TCA_EGRESS_REDIR;
  redirect.ifindex = std::uint32_t(detour.index);
  NetlinkMessage filter(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, header);
  filter.text(TCA_KIND, "u32");
  filter.nest(TCA_OPTIONS, [&] {
    filter.value(TCA_U32_SEL, match);
    filter.nest(TCA_U32_ACT, [&] {
      filter.nest(1, [&] {
        filter.text(TCA_ACT_KIND, "mirred");
        filter.nest(TCA_ACT_OPTIONS, [&] { filter.value(TCA_MIRRED_PARMS, redirect); });
      });
    });
  });
  netlink.ask(filter, "redirect what arrives at " + tap.name);
}

}  // namespace

void limit_rate(Netlink& netlink, const Link& tap, const RateLimit& limit) {
  if (limit.megabits <= 0) return lift_rate(netlink, tap.name, limit.detour);
  set_bucket(netlink, tap, limit.megabits);
  if (!find_link(netlink, limit.detour)) add_ifb(netlink, {limit.detour, limit.alias, {}, tap.mtu});
  const auto detour = need_link(netlink, limit.detour);
  adjust_link(netlink, detour, {.up = true});
  set_bucket(netlink, detour, limit.megabits);
  redirect_arrivals(netlink, tap, detour);
}

void lift_rate(Netlink& netlink, const std::string& tap, const std::string& detour) {
  if (!find_link(netlink, detour)) return;
  if (const auto link = find_link(netlink, tap)) {
    drop_discipline(netlink, *link, TC_H_INGRESS, arrivals_handle);
    drop_discipline(netlink, *link, TC_H_ROOT, root_handle);
  }
  remove_link(netlink, detour);
}

}  // namespace welkin::network
