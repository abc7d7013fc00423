"""A run of the tests with less than the judge has: another user, and no network but its own loopback.

As the same user, code under test could reach into the judge's process and files. Whatever the system does not allow is
said, not passed over.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from msgspec import Struct

from pytest_agentaudit.children import clean_environment
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.process import run

NOBODY = 65534
"""The user that owns nothing (Linux' overflow user, Debian's and Fedora's `nobody`)."""
PROBE_SECONDS = 30.0

_WRAP = """\
import ctypes, fcntl, json, os, socket, struct, sys
user, no_network = json.loads(sys.argv[1])
if no_network:
    libc, uid, gid = ctypes.CDLL(None, use_errno=True), os.getuid(), os.getgid()
    if libc.unshare(0x40000000 if uid == 0 else 0x50000000):
        sys.exit(f"no network of its own: {os.strerror(ctypes.get_errno())}")
    if uid:
        for name, text in ("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1"):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        fcntl.ioctl(end, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
if user:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Run under `-I -S`: unshares the network (CLONE_NEWNET, with CLONE_NEWUSER where we are not root), brings the loopback
up (SIOCSIFFLAGS: IFF_UP and IFF_RUNNING), changes the user, and becomes the program."""


class Confinement(Struct, frozen=True):
    """How children are confined: the id of their user (0: ours), and whether they have no network."""

    user: int = 0
    no_network: bool = False

    @property
    def before(self) -> tuple[str, ...]:
        """What stands before a child's command line (its program by full path)."""
        if not (self.user or self.no_network):
            return ()
        return (sys.executable, "-I", "-S", "-c", _WRAP, json.dumps([self.user, self.no_network]))

    def give(self, folder: Path) -> None:
        """Give a folder and all in it to the children's user."""
        if self.user:
            for place, folders, files in os.walk(folder):
                for name in (".", *folders, *files):
                    os.chown(Path(place, name), self.user, self.user, follow_symlinks=False)

    @property
    def words(self) -> str:
        """What to tell people."""
        user = f"as user {self.user}" if self.user else "as the same user"
        return f"the tests run {user}, {'without' if self.no_network else 'with'} network"


def confinement(*, another_user: bool | None, no_network: bool, folder: Path) -> Confinement:
    """What was asked for (`another_user` None: where it is possible). `folder` is one that children have to reach.

    AuditError where the system does not do what was asked for.
    """
    network = Confinement(0, no_network)
    if no_network and (problem := _problem(network, folder)):
        raise AuditError(f"the network cannot be cut off here: {problem}", "leave --no-network out")
    if another_user is False:
        return network
    both = Confinement(NOBODY, no_network)
    problem = "only root can run tests as another user" if os.geteuid() else _problem(both, folder)
    if problem and another_user:
        raise AuditError(f"the tests cannot run as another user here: {problem}", "leave --another-user out")
    return network if problem else both


def _problem(wanted: Confinement, folder: Path) -> str:
    """Why a child cannot be confined so ("" where it can): it has to start this interpreter and load what we need."""
    wanted.give(folder)
    argv = [*wanted.before, sys.executable, "-P", "-c", "import msgspec, pytest, pytest_agentaudit"]
    try:
        done = run(argv, cwd=str(folder), env=clean_environment(), timeout=PROBE_SECONDS)
    except AuditError as error:
        return error.message
    last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return "" if done.status == 0 else last or f"exit status {done.status}"
