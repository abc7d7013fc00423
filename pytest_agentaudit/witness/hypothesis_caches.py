"""What hypothesis has worked out about the code and the alphabet, for child runs that have a storage of their own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

STORAGE = "HYPOTHESIS_STORAGE_DIRECTORY"
"""The variable that names the storage; without it, it is `.hypothesis` in the current folder."""
CACHES = ("constants", "unicode_data")
"""The parts of a storage that only save time: a child without them takes a second more. Kept examples are none."""


def lend(environ: Mapping[str, str], folder: str, storage: Path) -> None:
    """Copy the run's caches into a child's `storage`, as far as there are any. The run began in `folder` with
    `environ`.
    """
    source = Path(folder, environ.get(STORAGE) or ".hypothesis")
    for name in CACHES:
        with suppress(OSError):  # shutil.Error is one: what cannot be copied is worked out again
            shutil.copytree(source / name, storage / name, symlinks=True)
