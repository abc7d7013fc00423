"""What the run and the auditor say to each other: frozen values, one frame each.

Auditor to run, in this order: `Snapshot`, `Progress` any number of times, then `Verdict`. A `Failure` may
stand in the place of any of them and is the last word. Run to auditor: `Start`, then `Evidence` or `Done`. Before its
verdict the auditor may ask for proofs with a `Plan`, as often as it likes; the run answers each with `Proofs`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import field

from pytest_agentaudit.model import Evidence, Verdict, Watch
from pytest_agentaudit.proof import Plan, Proofs
from pytest_agentaudit.shard import Subject
from pytest_agentaudit.value import Value


class Start(Value, frozen=True):
    """What to audit. `repo` is a folder in the work tree, `base` a revision or empty, `environ` the run's environment
    (CI variables name the base). `fail_on` is "error", "warning" or "never". `prove` is what may be asked of the run
    beyond its evidence: "off", "revert", ...; `is_shard` asks for the snapshot's subject. `head` is the commit to
    judge, empty for the work tree; `verifies` tells that the run is `agentaudit verify`, whose own process ran nothing
    of the repository. `approvals` and `pusher` are as in `audit.Request`, and so is `shows`.
    """

    repo: str
    base: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = "error"
    incomplete_fails: bool = False
    prove: str = "off"
    is_shard: bool = False
    head: str = ""
    verifies: bool = False
    approvals: str = ""
    pusher: str = ""
    shows: bool = False


class Snapshot(Value, frozen=True):
    """The bytes of the change are in the auditor's memory: from now on the run may do what it likes.

    `watch` names the changed lines, for the tracer; `roles` are all changed files, with what each is for. `base` and
    `head` are the full names of the commits ("" for the work tree); `subject` is what other shards must have judged
    too, where the run is one. `built` are the files that a build writes and that the policy wants in a verified run,
    each with why it can have no part in one ("" where it can).
    """

    watch: Watch
    roles: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    head: str = ""
    subject: Subject | None = None
    built: Mapping[str, str] = field(default_factory=dict)


class Progress(Value, frozen=True):
    """What the auditor is reading: a file, and what it does with it (either may be empty)."""

    path: str
    stage: str

    def __str__(self) -> str:
        return f"{self.stage} {self.path}".strip()


class Failure(Value, frozen=True):
    """Why there will be no verdict, in one line, and the way out."""

    message: str
    way_out: str = ""


class Done(Value, frozen=True):
    """The run wants nothing more: there will be no evidence."""


Message = Start | Snapshot | Progress | Failure | Done | Evidence | Plan | Proofs | Verdict
KINDS: Mapping[str, type[Message]] = {
    kind.__name__: kind for kind in (Start, Snapshot, Progress, Failure, Done, Evidence, Plan, Proofs, Verdict)
}
"""Every message by the name it carries on the wire."""
