// The agent's end of the verbs.
#include "link/verbs.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace welkin::link {

namespace {
template <auto Method>
constexpr Verb verb() {
  return {verb_name<Method>, &detail::serve<Method>};
}

using hypervisor::Driver;
using network::Fabric;
using storage::Pools;

constexpr Verb all[] = {
    verb<&Driver::probe>(),         verb<&Driver::look>(),          verb<&Driver::start>(),
    verb<&Driver::stop>(),          verb<&Driver::reboot>(),        verb<&Driver::pause>(),
    verb<&Driver::resume>(),        verb<&Driver::forget>(),        verb<&Driver::plug_disk>(),
    verb<&Driver::unplug_disk>(),   verb<&Driver::plug_nic>(),      verb<&Driver::unplug_nic>(),
    verb<&Driver::resize_disk>(),   verb<&Driver::scale>(),         verb<&Driver::statistics>(),
    verb<&Driver::console>(),       verb<&Pools::open>(),           verb<&Pools::create>(),
    verb<&Pools::remove>(),         verb<&Pools::resize>(),         verb<&Pools::measure>(),
    verb<&Pools::bring_template>(), verb<&Pools::remove_template>(), verb<&Fabric::ensure_outside>(),
    verb<&Fabric::ensure_segment>(), verb<&Fabric::remove_segment>(), verb<&Fabric::ensure_router>(),
    verb<&Fabric::remove_router>(), verb<&Fabric::look_at_router>(), verb<&Fabric::guard>(),
    verb<&Fabric::look>(),          verb<&Papers::begin_renewal>(), verb<&Papers::finish_renewal>(),
};
}  // namespace

std::span<const Verb> verbs() { return all; }

std::string serve(Hands& hands, std::string_view name, std::string_view body) {
  const auto at = std::ranges::find(all, name, &Verb::name);
  if (at == std::end(all))
    throw Error(Fault::unsupported,
                fmt::format("This agent does not know the verb {}; update the agent.", name));
  return at->serve(hands, body);
}

}  // namespace welkin::link
