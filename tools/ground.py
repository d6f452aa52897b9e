"""What scripts that start clouds share: a free port, what this machine lacks for real guests, and what a cloud could leave."""
import os
import shutil
import socket
import subprocess
import sys


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def skip(reason):
    """Ends a test that this machine cannot do."""
    print(reason)
    sys.exit(77)


def need_real_guests():
    if os.geteuid() != 0:
        skip("a real guest needs root")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        skip("the kernel gives no /dev/net/tun")
    if not shutil.which("qemu-system-x86_64"):
        skip("QEMU is missing")


def traces():
    """Links, namespaces, routes and tables of the firewall."""
    def lines(*command):
        return sorted(subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines())

    links = [line.split(":")[1].strip().split("@")[0] for line in lines("ip", "-o", "link")]
    return {"links": sorted(links), "namespaces": lines("ip", "netns", "list"), "routes": lines("ip", "-4", "route", "show", "table", "all"), "tables": lines("nft", "list", "tables")}


def left_behind(before):
    """What is there now and was not before, a sentence each."""
    after = traces()
    found = {kind: [line for line in after[kind] if line not in was] for kind, was in before.items()}
    return [f"{kind} are left behind: {left}" for kind, left in found.items() if left]
