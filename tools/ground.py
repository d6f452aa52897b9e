"""What scripts that start clouds share: a free port, what this machine lacks for real guests, and what a cloud could leave."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(data, *options):
    """A cloud that tools/starter has formed in `data`, as a process; what it prints is passed on."""
    starter = pathlib.Path(__file__).resolve().parent / "starter"
    process = subprocess.Popen([str(starter), "--data", str(data), *options], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        print(line, end="")
        if line.startswith("Try:"):
            return process
    sys.exit(f"the cloud in {pathlib.Path(data).name} did not start")


def in_venv(file, folder, packages):
    """Runs the script again with these packages of PyPI at hand; returns in the run that has them."""
    if os.environ.get("WELKIN_IN_VENV") == folder:
        return
    venv = pathlib.Path(__file__).resolve().parent.parent / ".cache" / folder
    python, ready, wanted = venv / "bin" / "python", venv / "ready", "\n".join(packages)
    if not ready.exists() or ready.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
        ready.write_text(wanted)
    os.execve(python, [str(python), file], {**os.environ, "WELKIN_IN_VENV": folder})


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


@contextlib.contextmanager
def postgres(folder):
    """The url of a PostgreSQL of Debian's package, on a socket in `folder` and without TCP, as long as the block runs."""
    programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs:
        skip("PostgreSQL is missing")
    folder = pathlib.Path(folder)
    user = {}
    if os.geteuid() == 0:
        known = pwd.getpwnam("postgres")
        os.chown(folder, known.pw_uid, known.pw_gid)
        user = {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}
    log = subprocess.DEVNULL
    subprocess.run([programs[-1] / "initdb", f"--pgdata={folder}/records", "--username=welkin", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"], check=True, stdout=log, cwd=folder, **user)
    server = subprocess.Popen([programs[-1] / "postgres", "-D", f"{folder}/records", "-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"], stdout=log, stderr=log, cwd=folder, **user)
    try:
        deadline = time.monotonic() + 30
        while subprocess.run([programs[-1] / "pg_isready", "-q", "-h", str(folder)], check=False).returncode != 0:
            if time.monotonic() > deadline or server.poll() is not None:
                sys.exit("PostgreSQL does not start")
            time.sleep(0.1)
        yield f"postgresql:///postgres?host={folder}&user=welkin"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
