// One frame through a packet socket.
#include "network/router/announcement.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>

#include "base/log.hpp"
#include "network/bridge/descriptor.hpp"

namespace welkin::network {

void announce(const std::string& link, const std::string& address, const std::string& mac) {
  ether_arp arp{};
  arp.ea_hdr.ar_hrd = htons(ARPHRD_ETHER);
  arp.ea_hdr.ar_pro = htons(ETHERTYPE_IP);
  arp.ea_hdr.ar_hln = ETH_ALEN;
  arp.ea_hdr.ar_pln = 4;
  arp.ea_hdr.ar_op = htons(ARPOP_REQUEST);
  auto* sender = arp.arp_sha;
  std::sscanf(mac.c_str(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &sender[0], &sender[1], &sender[2], &sender[3],
              &sender[4], &sender[5]);
  ::inet_pton(AF_INET, address.c_str(), arp.arp_spa);
  ::inet_pton(AF_INET, address.c_str(), arp.arp_tpa);
  sockaddr_ll everyone{};
  everyone.sll_family = AF_PACKET;
  everyone.sll_protocol = htons(ETHERTYPE_ARP);
  everyone.sll_ifindex = int(::if_nametoindex(link.c_str()));
  everyone.sll_halen = ETH_ALEN;
  std::fill_n(everyone.sll_addr, ETH_ALEN, 0xff);
  const Descriptor socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (::sendto(socket.fd(), &arp, sizeof arp, 0, reinterpret_cast<sockaddr*>(&everyone), sizeof everyone) < 0)
    log::debug("{} was not announced on {}", address, link);
}

}  // namespace welkin::network
