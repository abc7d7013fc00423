"""Real git repositories, built quickly and with the same object names every time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A. Tester",
    "GIT_AUTHOR_EMAIL": "tester@example.org",
    "GIT_COMMITTER_NAME": "A. Tester",
    "GIT_COMMITTER_EMAIL": "tester@example.org",
}
FIRST_SECOND = 1_700_000_000


class GitRepo:
    r"""A repository on disk, on branch `main`. Each commit is a minute younger than the one before it.

    >>> repo = GitRepo(tmp_path)
    >>> base = repo.commit({"shop.py": "A = 1\n"})
    >>> repo.write({"shop.py": "A = 2\n", "gone.py": None})
    """

    def __init__(self, path: Path, *, object_format: str = "sha1", bare: bool = False, create: bool = True) -> None:
        self.path = path
        self._minutes = 0
        if create:
            path.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "-b", "main", f"--object-format={object_format}", *(["--bare"] if bare else []))

    def git(self, *arguments: str | bytes, stdin: bytes = b"", environ: Mapping[str, str] | None = None) -> bytes:
        """Run git here and return its output; CalledProcessError where it fails."""
        return subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.path,
            env={**ENVIRONMENT, **self._dates(), **(environ or {})},
            input=stdin,
            capture_output=True,
            check=True,
        ).stdout

    def ask(self, *arguments: str) -> str:
        """Git's one-line answer, without its line end."""
        return os.fsdecode(self.git(*arguments)).removesuffix("\n")

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files into the work tree; None removes one. Names may hold surrogate-escaped bytes."""
        for name, content in files.items():
            target = self.path / name
            if content is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes | None] | None = None, message: str = "change") -> str:
        """Write `files`, stage everything that is not ignored, commit, and return the commit's full name."""
        self.write(files or {})
        self.git("add", "-A")
        self._minutes = int(self.ask("rev-list", "--all", "--count")) + 1
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message)
        return self.head

    @property
    def head(self) -> str:
        """The full name of HEAD."""
        return self.ask("rev-parse", "HEAD")

    def clone(self, path: Path, *options: str) -> GitRepo:
        """A clone at `path`, made through the file protocol, so that `--depth` counts."""
        self.git("clone", "-q", *options, f"file://{self.path}", str(path))
        return GitRepo(path, create=False)

    def _dates(self) -> dict[str, str]:
        date = f"{FIRST_SECOND + 60 * self._minutes} +0000"
        return {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
