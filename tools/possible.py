"""Whether a cloud can start with these options: each obstacle is said in one line, before anything is touched."""
import contextlib
import errno
import fcntl
import os
import pathlib
import signal
import socket
import time

from public_network import Impossible, asked_for

MARK = "starter.lock"  # in every cloud's directory; locked while ./run works in it
SOCKETS_NEED = 41  # bytes beneath the directory, of the 107 that the path of a socket may have


def host_count(hosts):
    """None for this machine, else how many simulated hosts."""
    if hosts == "kvm":
        return None
    kind, _, number = hosts.partition(":")
    if kind != "simulator" or not number.isdigit() or not 1 <= int(number) <= 10000:
        raise Impossible(f"--hosts {hosts} is not possible: use kvm, or simulator:N with N from 1 to 10000")
    return int(number)


def check(options, data):
    """Throws Impossible, or answers the public network that was asked for, if one was."""
    simulated = host_count(options.hosts)
    check_directory(data)
    with hold(data, make=False):
        if simulated is None:
            check_machine(data)
        asked = asked_for(options, data)
        if not any(is_running(data, name) for name in ("server", "agent")):  # what an ended ./run left is ended first
            check_address(options.bind, options.port)
        return asked


def check_machine(data):
    if os.geteuid() != 0:
        raise Impossible("real guests need root: become root, or try --hosts simulator:3")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise Impossible("the kernel gives no /dev/net/tun, which guests' links need: modprobe tun, or try --hosts simulator:3")
    room = 107 - SOCKETS_NEED
    if len(os.fsencode(data)) > room:
        raise Impossible(f"--data {data} is longer than {room} bytes, which leaves no room for the names of sockets beneath it; give a shorter one")


def check_directory(data):
    if "\n" in str(data):
        raise Impossible("--data may not hold a line break")
    if data.exists() and not data.is_dir():
        raise Impossible(f"--data {data} is no directory; name one that is, or that can be made")
    above = next(folder for folder in (data, *data.parents) if folder.exists())
    if not above.is_dir():
        raise Impossible(f"--data {data} cannot be made: {above} is no directory; give another")
    if not os.access(above, os.W_OK | os.X_OK):
        raise Impossible(f"--data {data} cannot be written: {above} is read-only to this user; give another")
    if not is_cloud(data) and data.is_dir() and any(data.iterdir()):
        raise Impossible(f"--data {data} holds other things than a cloud's; give an empty directory, or one that can be made")


def is_cloud(data):
    return (data / MARK).exists()


@contextlib.contextmanager
def hold(data, make=True):
    """Keeps a second ./run out of the directory as long as the block runs."""
    if make:
        data.mkdir(parents=True, exist_ok=True)
    elif not is_cloud(data):
        yield
        return
    with open(data / MARK, "a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Impossible(f"another ./run works in {data}; stop it first, or give another directory by --data and another port by --port") from None
        yield


def check_address(address, port):
    if not 1 <= port <= 65535:
        raise Impossible(f"--port {port} is not possible: use 1 to 65535")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)[0]
    except socket.gaierror:
        raise Impossible(f"--bind {address} is no IP address; use one of this machine, or 0.0.0.0 for all of them") from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Impossible(f"port {port} of {address} is taken by another program; give a free one by --port") from None
            if error.errno == errno.EADDRNOTAVAIL:
                raise Impossible(f"this machine has no address {address}; give one that it has by --bind, or 0.0.0.0 for all") from None
            raise Impossible(f"port {port} of {address} cannot be opened: {error.strerror}; give others by --bind and --port") from None


def recorded(data, name):
    """The process that runs a program of this directory's cloud, if it still does."""
    try:
        pid = int((data / f"{name}.pid").read_text())
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if f"welkin-{name}".encode() in command and os.fsencode(data) in command else None


def is_running(data, name):
    return recorded(data, name) is not None


def end_recorded(data):
    """Ends server and agent of this directory's cloud, whoever started them."""
    for name in ("server", "agent"):
        for number, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
            pid = recorded(data, name)
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            until = time.monotonic() + patience
            while is_running(data, name) and time.monotonic() < until:
                time.sleep(0.05)
