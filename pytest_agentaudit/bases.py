"""Where a base may be named, and in which words: shared by the full search and by the glance that comes before it."""

from __future__ import annotations

EVENT = "GITHUB_EVENT_PATH"
TARGET_BRANCH = "GITHUB_BASE_REF"
REMOTE = "refs/remotes/origin/"
OTHER_SYSTEMS = (
    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", ""),
    ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", REMOTE),
    ("SYSTEM_PULLREQUEST_TARGETBRANCH", REMOTE),
    ("BITBUCKET_PR_DESTINATION_COMMIT", ""),
    ("CHANGE_TARGET", REMOTE),
    ("CI_COMMIT_BEFORE_SHA", ""),
)
"""Variables of GitLab, Azure Pipelines, Bitbucket and Jenkins, and what their value lacks to be a full name."""
VARIABLES = (EVENT, TARGET_BRANCH, *(name for name, _ in OTHER_SYSTEMS))
"""All variables that can name a base."""
MAIN_BRANCHES = (f"{REMOTE}main", f"{REMOTE}master", "refs/heads/main", "refs/heads/master")


def label(ref: str) -> str:
    """A ref as people write it."""
    return ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")


def nothing_committed(head: str, ref: str) -> str:
    """Why `head` itself is the base: the named revision `ref` holds it, or, where `ref` is empty, nothing is named."""
    if not ref:
        return f"{head}: no upstream or main branch to compare with"
    return f"{head}: nothing committed since {label(ref)}"
