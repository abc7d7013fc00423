"""Where the repository is hosted, as CI's own variables say: what links and SARIF's provenance need."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Hosting(Struct, frozen=True):
    """The repository's address on the web, and the commit and branch that are checked out; empty where unknown.

    `blob` is what stands between the address and the commit in the address of a file.
    """

    repository: str = ""
    commit: str = ""
    branch: str = ""
    blob: str = "/blob/"


def hosting_of(environ: Mapping[str, str]) -> Hosting:
    """What the variables of GitHub Actions or GitLab CI say; nothing elsewhere."""
    if (server := environ.get("GITHUB_SERVER_URL")) and (name := environ.get("GITHUB_REPOSITORY")):
        address = f"{server}/{name}"
        return Hosting(address, environ.get("GITHUB_SHA", ""), environ.get("GITHUB_REF_NAME", ""))
    if address := environ.get("CI_PROJECT_URL", ""):
        commit, branch = environ.get("CI_COMMIT_SHA", ""), environ.get("CI_COMMIT_REF_NAME", "")
        return Hosting(address, commit, branch, "/-/blob/")
    return Hosting()
