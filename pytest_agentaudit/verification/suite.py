"""pytest in a child: on the exported commit, in an environment of its own, with its account on a pipe."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from pytest_agentaudit.children import clean_environment, kill_group, start
from pytest_agentaudit.deputy import Order, order_text
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.link.launch import package_home
from pytest_agentaudit.model import Evidence, Watch
from pytest_agentaudit.process import run
from pytest_agentaudit.verification import descendants
from pytest_agentaudit.verification.confined import Confinement
from pytest_agentaudit.wire import HEADER, WireError, payload_length, unpack

CHUNK = 1 << 16
LARGEST_ACCOUNT = 256 << 20
"""Bytes of an account that are read at most."""
PROBE_SECONDS = 60.0
GLANCE = 50
"""Milliseconds between two looks at whether the child still runs."""

_BOOT = """\
import sys
home, order = sys.argv[1:]
sys.path.insert(0, home)
from pytest_agentaudit.deputy import main
sys.path.remove(home)
main(order)
"""
_ROOTS = """\
import importlib.metadata, json, os, sys, urllib.parse, urllib.request
tree, own = sys.argv[1], os.path.realpath(sys.prefix)
under = lambda path, folder: (os.path.realpath(path) + os.sep).startswith(folder + os.sep)
inside = lambda path: under(path, tree) and not under(path, own)
found = [path for path in sys.path if inside(path)]
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith("__editable__"):
        found += [os.path.dirname(path) for path in getattr(module, "MAPPING", {}).values() if inside(path)]
for package in importlib.metadata.distributions():
    url = json.loads(package.read_text("direct_url.json") or "{}").get("url", "")
    folder = urllib.request.url2pathname(urllib.parse.urlsplit(url).path) if url.startswith("file:") else ""
    if folder and inside(folder):
        files = [str(file) for file in package.files or ()]
        tops = {file.split("/")[0].removesuffix(".py") for file in files if file.endswith(".py")}
        for place in (os.path.join(folder, "src"), folder):
            if any(os.path.exists(os.path.join(place, name + end)) for name in tops for end in ("", ".py")):
                found.append(place)
                break
roots = [os.path.relpath(os.path.realpath(path), tree) for path in found]
print(json.dumps([list(dict.fromkeys(roots)), [path for path in sys.path if path and not inside(path)]]))
"""
"""Asks the interpreter which folders of a work tree it imports from: by its path, by editable finders, and by what was
installed out of that tree."""


class Ran(Struct, frozen=True):
    """What is known of a child that has ended: its exit status, its accounts, whether its time ran out, and whether it
    left processes behind that could not be ended. `untraced` are the tests (node ids) that failed in it and passed in
    another run, in which no lines were watched.
    """

    exit_status: int
    accounts: tuple[Evidence, ...]
    problem: str = ""
    untraced: tuple[str, ...] = ()


class Suite(Struct, frozen=True):
    """How pytest is started on an export: `folder` is where it is started, `scratch` a folder that is all its own, for
    its home and its temporary files, `import_roots` folders of the export that the import path begins with, `environ`
    its whole environment. `shows_on` is the descriptor that its output goes to.
    """

    root: Path
    folder: Path
    scratch: Path
    import_roots: tuple[str, ...]
    environ: Mapping[str, str]
    confinement: Confinement = Confinement()
    shows_on: int = 1

    def run(
        self,
        arguments: tuple[str, ...],
        watch: Watch,
        seconds: float,
        *,
        pipes: tuple[int, ...] = (),
        only: tuple[str, ...] = (),
    ) -> Ran:
        """Run pytest to its end and end all that it leaves behind; it may write to the descriptors in `pipes` too. With
        `only` it runs these tests (node ids) of those that it collects.
        """
        read, write = os.pipe()
        try:
            order = self.scratch / f"order-{os.urandom(4).hex()}.json"
            order.write_text(order_text(Order(arguments, watch, self.import_roots, write, only)), encoding="ascii")
            argv = [*self.confinement.before, sys.executable, "-P", "-c", _BOOT, package_home(), str(order)]
            self.confinement.give(self.root)
            self.confinement.give(self.scratch)
            spared = descendants.children()
            child = start(
                argv,
                cwd=str(self.folder),
                env=self.environ,
                stdout=self.shows_on,
                stderr=self.shows_on,
                pass_fds=(write, *pipes),
            )
            os.close(write)
            write = -1
            if child.stdin is not None:
                child.stdin.close()
            data, timed_out = _listen(read, child, time.monotonic() + seconds)
            kill_group(child)
            gone = descendants.end_all(spared)
        finally:
            os.close(read)
            if write >= 0:
                os.close(write)
        problem = f"pytest did not end within {seconds:.0f} s" if timed_out else ""
        return Ran(
            child.returncode, _accounts(data), problem or ("" if gone else "a process of the run cannot be ended")
        )


def environment(scratch: Path, keep: tuple[str, ...] = ()) -> dict[str, str]:
    """A child's environment: the allowlist, the names in `keep`, and a home of its own."""
    home, temporary = scratch / "home", scratch / "tmp"
    for folder in (home, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    return {**clean_environment(keep), "HOME": str(home), "TMPDIR": str(temporary)}


class Interpreter(Struct, frozen=True):
    """Where this interpreter imports from in a child: `roots` are the folders of the work tree that it takes installed
    code from, relative to it; `path` is the rest of its import path. Virtual environments in the tree are no part of
    it.
    """

    roots: tuple[str, ...]
    path: tuple[str, ...]

    @classmethod
    def ask(cls, tree: str, environ: Mapping[str, str]) -> Interpreter:
        """Ask a child; AuditError where none starts."""
        argv = [sys.executable, "-P", "-c", _ROOTS, os.path.realpath(tree)]
        done = run(argv, cwd=os.sep, env=environ, timeout=PROBE_SECONDS)
        try:
            roots, path = json.loads(done.stdout)
        except ValueError:
            raise AuditError(f"{sys.executable} does not start: {done.complaint}") from None
        return cls(tuple(roots), tuple(path))


def _listen(read: int, child: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bool]:
    """What the child writes until it ends, and whether its time ran out before that."""
    data = bytearray()
    os.set_blocking(read, False)
    poll = select.poll()
    poll.register(read, select.POLLIN)
    while child.poll() is None:
        if time.monotonic() > deadline:
            return bytes(data), True
        if poll.poll(GLANCE) and not take(read, data):
            poll.unregister(read)
    take(read, data)
    return bytes(data), False


def take(read: int, data: bytearray) -> bool:
    """Add what stands in a pipe to `data`; False once nobody can write to it any more."""
    with suppress(BlockingIOError):
        while len(data) < LARGEST_ACCOUNT:
            chunk = os.read(read, CHUNK)
            if not chunk:
                return False
            data += chunk
    return True


def _accounts(data: bytes) -> tuple[Evidence, ...]:
    """The accounts in what a child wrote; none where it is garbled."""
    found = []
    rest = data
    try:
        while len(rest) >= HEADER.size:
            end = HEADER.size + payload_length(rest[: HEADER.size])
            if len(rest) < end:
                return ()
            found.append(unpack(rest[HEADER.size : end], {"Evidence": Evidence}))
            rest = rest[end:]
    except WireError:
        return ()
    return tuple(found) if not rest else ()
