"""A glance at a repository: whether certainly nothing changed, asked with two git commands and hardly an import.

It answers yes only where all is plain: the commit that is checked out is the main branch's, no path is staged, edited,
untracked, unmerged or hidden from git, and nothing in the configuration could make git say so. Everything else is left
to the auditor, errors included. It is the one place outside `git` that runs git, in the run's own process and before
any conftest: starting a second interpreter to learn that nothing changed costs three times as much.
"""

from __future__ import annotations

import os
import select
from io import FileIO

from pytest_agentaudit.bases import MAIN_BRANCHES, REMOTE, nothing_committed
from pytest_agentaudit.hardened import ENVIRONMENT, SETTINGS

SECONDS = 10.0
"""How long a command may be silent; what hangs is left to the auditor, which says so."""
DOUBTFUL = (b"filter", b"include", b"worktree", b"autocrlf", b"excludesfile", b"partialclone", b"extensions")
"""Words of a configuration (in lower case) that may change what git takes for equal, or where it looks."""
REWRITING = ("refs/replace", "info/grafts")
"""Where a git folder rewrites history for whoever reads it: worth a word even where nothing changed."""
_FULL = (40, 64)


def glance(folder: str) -> tuple[str, str] | None:
    """The commit and why it is the base, where nothing changed in the work tree around `folder`; else None."""
    try:
        top = _top(folder)
        return _unchanged(top) if top else None
    except (OSError, UnicodeError):
        return None


def _top(folder: str) -> str:
    """The nearest folder that holds a `.git`."""
    here = os.path.realpath(folder)
    while not os.path.lexists(f"{here}/.git"):
        if here in ("/", ""):
            return ""
        here = os.path.dirname(here)
    return here


def _unchanged(top: str) -> tuple[str, str] | None:
    own, common = _folders(top)
    if any(word in _read(f"{common}/config").lower() for word in DOUBTFUL) or _may_name_a_base(top):
        return None
    if any(os.path.lexists(f"{common}/{place}") for place in REWRITING) or b" refs/replace/" in _read_packed(common):
        return None
    head = _head(own, common)
    upstream = _upstream(common)
    is_cut_off = upstream is None and os.path.lexists(f"{common}/shallow")
    if not head or is_cut_off or (upstream and upstream[1] != head):
        return None
    return (head, nothing_committed("HEAD", upstream[0] if upstream else "")) if _is_clean(top, head) else None


def _may_name_a_base(top: str) -> bool:
    """Whether the policy, which is the base's too where nothing changed, may name another base."""
    text = _read(f"{top}/pyproject.toml")
    return b"agentaudit" in text and b"base" in text


def _folders(top: str) -> tuple[str, str]:
    """The git folder of this work tree, and the one that holds what all work trees share."""
    own = f"{top}/.git"
    if os.path.isfile(own):
        own = os.path.join(top, os.fsdecode(_read(own)).removeprefix("gitdir:").strip())
    shared = os.fsdecode(_read(f"{own}/commondir")).strip()
    return own, os.path.join(own, shared) if shared else own


def _head(own: str, common: str) -> str:
    """The object name of the commit that is checked out, or ""."""
    text = os.fsdecode(_read(f"{own}/HEAD")).strip()
    return _ref(common, text.removeprefix("ref:").strip()) if text.startswith("ref:") else _object_name(text)


def _upstream(common: str) -> tuple[str, str] | None:
    """The first main branch that there is, and its commit ("" where that is not plain to see)."""
    default = os.fsdecode(_read(f"{common}/{REMOTE}HEAD")).strip()
    if default.startswith("ref:") and (found := _ref(common, default := default.removeprefix("ref:").strip())):
        return default, found
    return next(((ref, found) for ref in MAIN_BRANCHES if (found := _ref(common, ref))), None)


def _ref(common: str, ref: str) -> str:
    """The object name that a ref holds, loose or packed; "" where there is none."""
    if not ref.startswith("refs/") or ".." in ref:
        return ""
    if found := _object_name(os.fsdecode(_read(f"{common}/{ref}")).strip()):
        return found
    packed = _read_packed(common)
    end = packed.find(b" " + os.fsencode(ref) + b"\n")
    return _object_name(os.fsdecode(packed[packed.rfind(b"\n", 0, end) + 1 : end])) if end > 0 else ""


def _read_packed(common: str) -> bytes:
    return _read(f"{common}/packed-refs")


def _object_name(text: str) -> str:
    return text if len(text) in _FULL and not text.strip("0123456789abcdef") else ""


def _read(path: str) -> bytes:
    """A plain file's bytes; none where there is no such file."""
    if not os.path.isfile(path):
        return b""
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _is_clean(top: str, head: str) -> bool:
    """Whether index, work tree and the commit agree, and nothing is hidden from the comparison."""
    ignored = f"core.excludesFile={os.environ.get('XDG_CONFIG_HOME') or os.path.expanduser('~/.config')}/git/ignore"
    overrides = [part for setting in (*SETTINGS, ignored) for part in ("-c", setting)]
    git = ["git", "-C", top, "--no-pager", *overrides]
    listing = _run([*git, "ls-files", "-s", "-v", "-m", "-o", "-z", "--exclude-standard"])
    if listing is None or any(not line.startswith(b"H ") for line in listing.split(b"\0")[:-1]):
        return False
    staged = _run([*git, "diff-index", "--cached", "--name-only", "--ignore-submodules=none", "-z", head, "--"])
    return staged == b""


def _run(argv: list[str]) -> bytes | None:
    """What a command prints; None where it fails or hangs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    folders = [folder for folder in kept.get("PATH", os.defpath).split(os.pathsep) if folder.startswith(os.sep)]
    program = next((path for folder in folders if os.access(path := f"{folder}/{argv[0]}", os.X_OK)), "")
    reading, writing = os.pipe()
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    silent = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
    actions = [nothing, (os.POSIX_SPAWN_DUP2, writing, 1), silent]
    with open(reading, "rb", buffering=0) as stream:
        try:
            pid = os.posix_spawn(program, argv, {**kept, **ENVIRONMENT}, file_actions=actions, setpgroup=0)
        finally:
            os.close(writing)
        output = _all_of(stream)
    if output is None:
        os.kill(pid, 9)
    return output if os.waitpid(pid, 0)[1] == 0 else None


def _all_of(stream: FileIO) -> bytes | None:
    """All that is written to a pipe; None where it falls silent before its end."""
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    output = b""
    while poll.poll(SECONDS * 1000):
        chunk = stream.read(1 << 20)
        if not chunk:
            return output
        output += chunk
    return None
