"""The public network of a starter cloud: one that only this machine reaches, or a real one that a link of it joins."""
import dataclasses
import ipaddress
import json
import pathlib
import socket
import subprocess

DOCUMENTATION_NETWORKS = ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24")
EXAMPLE = "--public-gateway 192.0.2.1/24 --public-range 192.0.2.100-192.0.2.199"


class Impossible(Exception):
    """What was asked for cannot be; the text says why and what can."""


@dataclasses.dataclass(frozen=True)
class PublicNetwork:
    gateway: str
    prefix: int
    first: str
    last: str
    uplink: str = ""

    @property
    def netmask(self):
        return str(ipaddress.ip_network(f"{self.gateway}/{self.prefix}", strict=False).netmask)

    def agent_flags(self):
        """A real network has its gateway beyond the uplink; on a host-only one this machine is the gateway."""
        return ["--uplink", self.uplink] if self.uplink else ["--outside-gateway", f"{self.gateway}/{self.prefix}"]

    @classmethod
    def of(cls, data, asked=None):
        """The cloud's public network: chosen once, then kept."""
        kept = kept_in(data)
        if kept:
            return kept
        network = asked or host_only()
        (data / "public-network").write_text(json.dumps(dataclasses.asdict(network)))
        return network


def kept_in(data):
    file = pathlib.Path(data) / "public-network"
    return PublicNetwork(**json.loads(file.read_text())) if file.exists() else None


def host_only():
    """A range for documentation (RFC 5737) that no route of this machine touches."""
    routes = subprocess.run(["ip", "-4", "-json", "route", "show", "table", "all"], capture_output=True, text=True, check=False).stdout
    taken = [ipaddress.ip_network(route["dst"], strict=False) for route in json.loads(routes or "[]") if "/" in route.get("dst", "") or route.get("dst", "x")[0].isdigit()]
    # Some machines reach their package mirror by such an address: that range is in use too, whatever the routes say.
    for name in ("deb.debian.org", "security.debian.org"):
        try:
            taken.append(ipaddress.ip_network(socket.gethostbyname(name)))
        except OSError:
            pass
    for text in DOCUMENTATION_NETWORKS:
        network = ipaddress.ip_network(text)
        if not any(network.overlaps(other) for other in taken if other.prefixlen > 0):
            return PublicNetwork(str(network[1]), network.prefixlen, str(network[10]), str(network[200]))
    raise Impossible("all three documentation networks are in use on this machine; end a cloud, or join a real network by --uplink")


def asked_for(options, data):
    """What --uplink and its companions ask for, checked; nothing when they are not given."""
    kept = kept_in(data)
    if not options.uplink:
        if options.public_gateway or options.public_range:
            raise Impossible("--public-gateway and --public-range tell of the network that --uplink joins; name its link by --uplink, or leave them out")
        if kept and kept.uplink:
            check_link(kept.uplink, data)
        return None
    if options.hosts != "kvm":
        raise Impossible("--uplink joins a network to this machine, and simulated hosts have none: use --hosts kvm, or leave --uplink out")
    if options.once:
        raise Impossible("--once reaches its guest from this machine, which a real network may not let it: leave --uplink out")
    if kept and options.uplink == kept.uplink and not options.public_gateway and not options.public_range:
        asked = kept
    elif not options.public_gateway or not options.public_range:
        raise Impossible(f"--uplink {options.uplink} needs the gateway of the network it joins, and the addresses there that are the cloud's: {EXAMPLE}")
    else:
        asked = network_of(options.uplink, options.public_gateway, options.public_range)
    if kept and asked != kept:
        where = f"--uplink {kept.uplink} --public-gateway {kept.gateway}/{kept.prefix} --public-range {kept.first}-{kept.last}" if kept.uplink else "without --uplink"
        raise Impossible(f"the cloud in {data} was formed {where}; start it like that, or begin anew after --clean")
    check_link(asked.uplink, data)
    return asked


def network_of(uplink, gateway, addresses):
    try:
        router = ipaddress.IPv4Interface(gateway)
    except ValueError as error:
        raise Impossible(f"--public-gateway {gateway} is no IPv4 address with its prefix, as 192.0.2.1/24 is") from error
    if "/" not in gateway or not 1 <= router.network.prefixlen <= 30 or router.ip in (router.network[0], router.network[-1]):
        raise Impossible(f"--public-gateway {gateway} is no host's address in a network of a prefix from 1 to 30, as 192.0.2.1/24 is")
    first, _, last = addresses.partition("-")
    try:
        low, high = ipaddress.IPv4Address(first.strip()), ipaddress.IPv4Address(last.strip())
    except ValueError as error:
        raise Impossible(f"--public-range {addresses} is no range of IPv4 addresses, as 192.0.2.100-192.0.2.199 is") from error
    if low > high:
        raise Impossible(f"--public-range {addresses} ends before it begins")
    if low not in router.network or high not in router.network or low == router.network[0] or high == router.network[-1]:
        raise Impossible(f"--public-range {addresses} does not lie among the hosts of {router.network}, where --public-gateway is")
    if low <= router.ip <= high:
        raise Impossible(f"--public-range {addresses} holds the gateway {router.ip}; the range must be the cloud's alone")
    return PublicNetwork(str(router.ip), router.network.prefixlen, str(low), str(high), uplink)


def check_link(name, data):
    """Whether the cloud may take the link: it exists, is nobody's port, and carries no address that would be cut off."""
    known = {link["ifname"]: link for link in json.loads(subprocess.run(["ip", "-json", "address", "show"], capture_output=True, text=True, check=True).stdout)}
    link = known.get(name)
    if not link:
        raise Impossible(f"this machine has no link {name} for --uplink; it has {', '.join(sorted(known))}")
    if "LOOPBACK" in link["flags"] or pathlib.Path(f"/sys/class/net/{name}/bridge").exists():
        raise Impossible(f"--uplink {name} is a {'loopback' if 'LOOPBACK' in link['flags'] else 'bridge'}, which no bridge can take in; name a network card")
    tag = pathlib.Path(data) / "tag"
    mine = f"w{tag.read_text().strip()}pub" if tag.exists() else ""
    if link.get("master") not in (None, mine):
        raise Impossible(f"--uplink {name} belongs to {link['master']} already; take it out there (ip link set {name} nomaster), or name another link")
    addresses = [f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"] if one["scope"] != "link"]
    if addresses and "master" not in link:
        raise Impossible(f"--uplink {name} carries {', '.join(addresses)} of this machine, which would be cut off; name a link that carries none")
