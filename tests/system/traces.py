"""What a cloud could leave behind on this machine."""
import subprocess


def traces():
    """What a cloud could leave behind: links, namespaces, routes, tables of the firewall."""
    def lines(*command):
        return sorted(subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines())

    links = [line.split(":")[1].strip().split("@")[0] for line in lines("ip", "-o", "link")]
    return {"links": sorted(links), "namespaces": lines("ip", "netns", "list"), "routes": lines("ip", "-4", "route", "show", "table", "all"), "tables": lines("nft", "list", "tables")}
