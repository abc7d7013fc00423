"""Whether a change has to pass under a policy that applies to coding agents' changes only.

Whoever makes a change decides what it says of its author. So a name only ever binds: one commit, note, record or
variable that names an agent makes the whole change an agent's, and what cannot be read is held against it. That nobody
is named lets a change off where an audit advises; it proves nothing, and `agentaudit verify` does not ask for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.agent_variables import agent_name
from pytest_agentaudit.audit.attribution import Attributions
from pytest_agentaudit.change.model import Change
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.model import Bearing, Promise

RULE = "the policy applies to agents"
UNNAMED = f"{RULE}, and no commit, note or record names one for this change: it is audited, and nothing fails"
VERIFIED = f"{RULE}; a verified change has to pass whoever made it, since a missing name proves nothing"


def bearing(change: Change, repo: Repository, environ: Mapping[str, str], promise: Promise) -> Bearing:
    """Whether findings may fail the change, and why. `environ` is that of whoever asked for the audit: what an agent's
    own command audits is the agent's.
    """
    if promise is Promise.VERIFIED:
        return Bearing(why=VERIFIED)
    if name := agent_name(environ):
        return Bearing(why=f"{RULE}, and the audit was asked for by one ({name})")
    try:
        said = Attributions(change, repo)
        name, doubt = said.anybody(), said.unreadable()
    except AuditError as error:
        name, doubt = "", error.message
    if name:
        return Bearing(why=f"{RULE}, and one is named for this change ({name})")
    if doubt:
        return Bearing(why=f"{RULE}, and whether one is named for this change is not known: {doubt}")
    return Bearing(fails=False, why=UNNAMED)
