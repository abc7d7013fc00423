"""A change of any bytes, and what the auditor makes of it: an audit in a process with the auditor's own limits."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from msgspec import Struct, field
from msgspec import json as msgspec_json

from pytest_agentaudit.audit import Request, check, open_audit
from pytest_agentaudit.cli.serve import MOST_DEATHS
from pytest_agentaudit.cli.supervise import Death, Limits, Slot, Supervisor, Watched
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Verdict
from pytest_agentaudit.report.targets import FORMATS, Style

PLAIN_FILE = 0o100644
DEFECT = "could not judge this change"
"""What a finding says of a rule that broke."""
WHO = b"A. Tester <tester@example.org> 1700000000 +0000"


class Case(Struct, frozen=True):
    """Two trees, as paths and contents; in both, a letter stands for the byte of its number, so JSON can hold them.

    `modes` are those of head's files that are no plain ones. `root` takes the place of head's own tree object, `commit`
    that of its commit, each where it is not empty. `note` is what tools noted on head, of either kind.
    """

    old: Mapping[str, str] = field(default_factory=dict)
    new: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, int] = field(default_factory=dict)
    root: str = ""
    commit: str = ""
    note: str = ""
    message: str = "change"


class Outcome(Struct, frozen=True):
    """What became of an audit: a verdict's result with the rules and paths of its findings, or why it could not be
    done. `faults` are what must never be; `deaths` are workers that met a limit.
    """

    result: str = ""
    found: tuple[tuple[str, str], ...] = ()
    refusal: str = ""
    faults: tuple[str, ...] = ()
    deaths: tuple[str, ...] = ()


def load(path: Path) -> Case:
    """The case in a file of the corpus."""
    return msgspec_json.decode(path.read_bytes(), type=Case)


def save(case: Case, path: Path) -> None:
    """Write a case down for `load`."""
    plain = {name: it for name in case.__struct_fields__ if (it := getattr(case, name))}
    path.write_text(json.dumps(plain, indent=1, sort_keys=True) + "\n", encoding="ascii")


class Objects:
    """A bare repository that takes any bytes for objects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("objects", "refs/heads"):
            (folder / name).mkdir(parents=True)
        (folder / "HEAD").write_text("ref: refs/heads/main\n")
        (folder / "config").write_text("[core]\nrepositoryformatversion = 0\nbare = true\n")

    def write(self, kind: str, body: bytes) -> str:
        """Store an object, and return its name."""
        content = b"%s %d\0%s" % (kind.encode(), len(body), body)
        name = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        path = self.folder / "objects" / name[:2] / name[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(content, 1))
        return name

    def tree(self, files: Mapping[str, str], modes: Mapping[str, int]) -> bytes:
        """The tree object of these files; the folders below are stored."""
        inside: dict[bytes, dict[str, str]] = {}
        rows: list[tuple[bytes, bytes]] = []
        for path, text in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                inside.setdefault(raw(name), {})[rest] = text
            else:
                rows.append((raw(name), self._row(raw(name), raw(text), modes.get(path, PLAIN_FILE))))
        for folder, below in inside.items():
            start = f"{folder.decode('latin-1')}/"
            its = {path.removeprefix(start): mode for path, mode in modes.items() if path.startswith(start)}
            oid = self.write("tree", self.tree(below, its))
            rows.append((folder + b"/", b"40000 %s\0%s" % (folder, bytes.fromhex(oid))))
        return b"".join(row for _, row in sorted(rows))

    def _row(self, name: bytes, content: bytes, mode: int) -> bytes:
        return b"%o %s\0%s" % (mode, name, bytes.fromhex(self.write("blob", content)))


def raw(text: str) -> bytes:
    """The bytes that a case's text stands for."""
    return text.encode("latin-1")


def commit_body(tree: str, parent: str, message: bytes) -> bytes:
    """A commit object."""
    parents = b"parent %s\n" % parent.encode() if parent else b""
    return b"tree %s\n%sauthor %s\ncommitter %s\n\n%s" % (tree.encode(), parents, WHO, WHO, message)


def written(case: Case, folder: Path) -> tuple[str, str]:
    """Write a case as a bare repository; the names of its base and head."""
    objects = Objects(folder)
    base = objects.write("commit", commit_body(objects.write("tree", objects.tree(case.old, {})), "", b"base"))
    own = objects.tree(case.new, case.modes)
    root = objects.write("tree", raw(case.root) or own)
    head = objects.write("commit", raw(case.commit) or commit_body(root, base, raw(case.message)))
    (folder / "refs/heads/main").write_text(f"{head}\n")
    if case.note:
        notes = objects.write(
            "commit", commit_body(objects.write("tree", objects.tree({head: case.note}, {})), "", b"")
        )
        (folder / "refs/notes").mkdir()
        for name in ("ai", "agent-trace"):
            (folder / "refs/notes" / name).write_text(f"{notes}\n")
    return base, head


def played(case: Case, folder: Path, limits: Limits | None = None) -> Outcome:
    """Audit a case in `folder`, which must not exist yet, as the auditor does: in workers that have its limits; a file
    that ends one is read no deeper by the next.
    """
    base, head = written(case, folder)
    answer = folder / "answer.json"
    distrusted: dict[str, str] = {}
    deaths: list[Death] = []
    with closing(Watched(os.getpid())) as run:
        supervisor = Supervisor(run, limits or Limits())
        while len(deaths) < MOST_DEATHS:
            death = supervisor.work(lambda slot: _audit(slot, folder, base, head, distrusted, answer))
            if death is None:
                return _told(msgspec_json.decode(answer.read_bytes(), type=Outcome), deaths)
            deaths.append(death)
            if not death.replaceable:
                break
            distrusted[death.progress.path] = f"reading it deeper ended the auditor, which {death.cause}"
    return _told(Outcome(faults=("no verdict",)), deaths)


def warm_up(more: Mapping[str, str] | None = None) -> None:
    """Load in this process what every worker would load anew; `more` are files of other kinds to be read."""
    text = "def f(a):\n    return (a +\n        1)  # noqa\n"
    with tempfile.TemporaryDirectory() as folder:
        base, head = written(Case({"src/a.py": "A = 1\n", **(more or {})}, {"src/a.py": text}), Path(folder, "repo"))
        verdict = check(Request(f"{folder}/repo", base=base, head=head, shows=True))
    for render in FORMATS.values():
        render(verdict, io.StringIO(), Style())


def _told(outcome: Outcome, deaths: list[Death]) -> Outcome:
    """The outcome with the deaths; whatever raised is a fault, also where the next worker came to a verdict."""
    raised = tuple(str(it) for it in deaths if it.cause.startswith("failed: "))
    unnamed = tuple(
        f"nothing is said of {it.progress.path!a}, at which {it}"
        for it in deaths
        if outcome.result and not any(path == ascii(it.progress.path) for _, path in outcome.found)
    )
    return Outcome(
        outcome.result,
        outcome.found,
        outcome.refusal,
        (*outcome.faults, *raised, *unnamed),
        tuple(str(it) for it in deaths if str(it) not in raised),
    )


def _audit(slot: Slot, folder: Path, base: str, head: str, distrusted: Mapping[str, str], answer: Path) -> None:
    """A worker's life: audit, write every report, and leave the outcome behind."""
    request = Request(str(folder), base=base, head=head, progress=slot.note, shows=True)
    try:
        pipeline = open_audit(request)
        try:
            for path, reason in distrusted.items():
                pipeline.distrust(path, reason)
            pipeline.prepare()
            verdict = pipeline.finish(None)
        finally:
            pipeline.close()
    except AuditError as error:
        outcome = Outcome(refusal=error.message)
    else:
        for name, render in FORMATS.items():
            slot.note("", f"report {name}")
            render(verdict, io.StringIO(), Style())
        outcome = _outcome(verdict)
    answer.write_bytes(msgspec_json.encode(outcome))


def _outcome(verdict: Verdict) -> Outcome:
    broken = tuple(it.message for it in verdict.findings if DEFECT in it.message)
    found = tuple((it.rule, ascii(it.location.path)) for it in verdict.findings)
    return Outcome(verdict.result.value, found, faults=broken)
