# The house, bottom to top: each room's folders and what it may link. tools/tidy checks the includes.
room(base FOLDERS base LINK PkgConfig::FMT PkgConfig::SODIUM Boost::json Threads::Threads)
target_precompile_headers(welkin_base PRIVATE
  <algorithm> <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view> <variant> <vector>
  <coroutine> <mutex> <fmt/format.h>)
room(sql FOLDERS sql sql/sqlite sql/postgres LINK welkin_base PkgConfig::SQLITE PkgConfig::PQ)
room(net FOLDERS net LINK welkin_base OpenSSL::SSL OpenSSL::Crypto Boost::url)
room(hands FOLDERS hypervisor hypervisor/simulator storage storage/local storage/simulator network network/simulator LINK welkin_net)
room(kvm FOLDERS hypervisor/kvm LINK welkin_hands PkgConfig::VIRT)
room(fabric FOLDERS network/bridge network/router LINK welkin_hands PkgConfig::NFT PkgConfig::NL)
room(link FOLDERS link LINK welkin_hands protobuf::libprotobuf)
