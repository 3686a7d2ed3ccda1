#!/usr/bin/env python3
"""The machine that is cut: what runs as its first process. Mounts the two drives, asks the program for all
that was acknowledged before the cut, and goes on saving until the next one.

It tells the host each acknowledged save on the console: what the host has read when the cut comes was acknowledged.
"""

import ctypes
import glob
import http.client
import json
import os
import re
import subprocess
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
FINIT_MODULE, POWER_OFF = 313, 0x4321FEDC  # x86-64
MODULES = "/usr/lib/uml/modules"
DATA, SECOND = "/mnt/data", "/mnt/second"
STORE, TARGET = f"{DATA}/store", f"{SECOND}/target"
ADDRESS = ("127.0.0.1", 8080)


def tell(*words):
    print("@", *words, flush=True)


def run(*words, fine=(0,)):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode not in fine:
        raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout


def csdlgd(*words):
    return run(plan["program"], *words)


def drive(number, platter, mounted, seed, lies):
    """Plugs a drive in, lets the kernel recover the file system on it, and looks whether it is sound."""
    device = f"/dev/nbd{number}"
    subprocess.Popen(["python3", f"{HERE}/disk.py", device, platter, seed, lies])
    until = time.monotonic() + 30
    while not os.path.exists(f"/sys/block/nbd{number}/pid"):
        if time.monotonic() > until:
            raise RuntimeError(f"{device} does not come up")
        time.sleep(0.01)
    os.makedirs(mounted, exist_ok=True)
    run("mount", "-t", "ext4", device, mounted)
    run("umount", mounted)
    run("e2fsck", "-f", "-n", device)
    run("mount", "-t", "ext4", device, mounted)


def whole_backups(most):
    """The newest files under their final names are whole."""
    found = [p for d in (TARGET, f"{STORE}/backups") for p in glob.glob(f"{d}/**/*.tar", recursive=True)]
    found = sorted(found, key=os.path.getmtime)[-most:]
    for path in found:
        csdlgd("backup", "verify", path)
        tell("WHOLE")


def ask(client, token, method, path, body=None):
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    client.request(method, path, body and json.dumps(body), headers)
    answer = client.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text.startswith(b"{") else text


def start():
    """Starts the server; gives it when it answers."""
    environment = {**os.environ, "CSDLGD_LOG": "error"}
    if plan["lies"] == "program":
        environment["LD_PRELOAD"] = plan["deaf"]
    words = [plan["program"], "serve", "--data", STORE, "--config", plan["config"], "--listen", "%s:%d" % ADDRESS]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)
    if "listens on" not in server.stdout.readline():
        raise RuntimeError(f"the server does not start: exit {server.wait()}")
    return server


def check(pupils):
    """Whether all that was acknowledged is there, and nothing is half: a save more than that was on its way."""
    client = http.client.HTTPConnection(*ADDRESS)
    for pupil in pupils:
        status, found = ask(client, pupil["token"], "GET", f"/api/v1/records/pupil/{pupil['id']}")
        if status != 200:
            raise RuntimeError(f"{pupil['id']}: {status} {found}")
        version, place = found["version"], found["fields"].get("home_place", "")
        if version < pupil["version"]:
            tell("LOST", pupil["id"], "acknowledged", pupil["version"], "found", version)
        elif version > pupil["version"] + 1 or (version > 1 and place != said(pupil["id"], version)):
            tell("WRONG", pupil["id"], "acknowledged", pupil["version"], "found", version, place)
        pupil["version"] = version
        tell("ACK", pupil["id"], version)


def said(pupil, version):
    return f"Quê của {pupil}, lần {version}"


def save(pupils):
    """Saves one pupil after the other, for ever."""
    client = http.client.HTTPConnection(*ADDRESS)
    while True:
        for pupil in pupils:
            version = pupil["version"] + 1
            body = {"version": pupil["version"], "fields": {"home_place": said(pupil["id"], version)}}
            status, found = ask(client, pupil["token"], "PUT", f"/api/v1/records/pupil/{pupil['id']}", body)
            if status == 200 and found["version"] == version:
                pupil["version"] = version
                tell("ACK", pupil["id"], version)
            elif status not in (429, 503):
                raise RuntimeError(f"{status} {found}")


def back_up():
    """Full backups one after the other."""
    while True:
        csdlgd("backup", "now", "--data", STORE, "--config", plan["config"])
        tell("FULL")
        time.sleep(1)


def guarded(work, *given):
    def inner():
        try:
            work(*given)
        except Exception:
            tell("BROKEN", traceback.format_exc().replace("\n", " | "))

    threading.Thread(target=inner, daemon=True).start()


def main():
    for kind, at in [("proc", "/proc"), ("sysfs", "/sys"), ("tmpfs", "/mnt")]:
        run("mount", "-t", kind, kind, at)
    with open(f"{MODULES}/{os.uname().release}/kernel/drivers/block/nbd.ko") as module:
        if ctypes.CDLL(None).syscall(FINIT_MODULE, module.fileno(), b"", 0) != 0:
            raise RuntimeError("nbd.ko is not taken")
    run("ip", "link", "set", "lo", "up")
    tell("BOOTED")
    lies = "lies" if plan["lies"] == "drive" else "honest"
    drive(0, "/dev/ubda", DATA, plan["seed"] + "a", lies)
    drive(1, "/dev/ubdb", SECOND, plan["seed"] + "b", lies)
    if os.path.exists(f"{TARGET}/csdlgd-target.json"):
        whole_backups(100_000 if plan["last"] else 40)
    else:
        csdlgd("backup", "target", TARGET, "--data", STORE)
    start()
    check(plan["pupils"])
    csdlgd("verify", "--data", STORE)
    tell("READY")
    if plan["last"]:
        csdlgd("backup", "ship", "--data", STORE, "--config", plan["config"])
        behind = re.findall(r"\((\d+) behind\)", csdlgd("backup", "list", "--data", STORE, "--config", plan["config"]))
        if behind != ["0", "0"]:
            raise RuntimeError(f"the targets are behind: {behind}")
        csdlgd("restore", TARGET, "--identity", plan["identity"], "--data", "/mnt/again")
        tell("RESTORED")
        return
    clerks = plan["clerks"]
    for n in range(clerks):
        guarded(save, plan["pupils"][n::clerks])
    guarded(back_up)
    threading.Event().wait()


os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
# What the kernel does not know of its command line it gives to its first process as environment.
with open(os.environ["plan"]) as file:
    plan = json.load(file)
try:
    main()
except Exception:
    tell("BROKEN", traceback.format_exc().replace("\n", " | "))
tell("OVER")
os.sync()
ctypes.CDLL(None).reboot(POWER_OFF)
