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
room(model FOLDERS model LINK welkin_sql)
room(durable FOLDERS durable LINK welkin_sql)
room(placement FOLDERS placement LINK welkin_model)
room(access FOLDERS access LINK welkin_model)
room(flows FOLDERS flows LINK welkin_durable welkin_placement welkin_link)
room(watch FOLDERS watch LINK welkin_flows)
room(commands FOLDERS commands LINK welkin_flows welkin_access)
room(api FOLDERS api/cloudstack LINK welkin_commands welkin_net)
