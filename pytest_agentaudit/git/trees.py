"""Committed trees, and the paths in which two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from pytest_agentaudit.contents import Content, Stored, whole_if_any
from pytest_agentaudit.git.entries import FOLDER, SUBMODULE, Entry
from pytest_agentaudit.git.objects import Objects

Level = list[tuple[str, str | None, str | None]]


class GitTree:
    """The files of a commit. Folders are read when they are asked for; every object is checked against its name."""

    def __init__(self, objects: Objects, oid: str) -> None:
        self.oid = oid
        self._objects = objects
        self._listed: Mapping[str, Entry] = {}

    def entries(self) -> Mapping[str, Entry]:
        """Every file, symlink and submodule of the commit."""
        self._listed = self._entries
        return self._entries

    def entry(self, path: str) -> Entry | None:
        """What stands at one path (a folder too), without reading the rest of the tree."""
        known = self._listed.get(path)
        if known is not None:
            return known
        found = Entry(FOLDER, self.oid)
        for name in path.split("/"):
            if found.mode != FOLDER:
                return None
            inside = self._objects.tree(found.oid).get(name)
            if inside is None:
                return None
            found = inside
        return found

    def expect(self, paths: Iterable[str]) -> None:
        """Read many files together, as far as they can be kept."""
        found = (self.entry(path) for path in paths)
        self._objects.fetch_blobs([it.oid for it in found if it is not None and it.mode not in (FOLDER, SUBMODULE)])

    def read(self, path: str) -> bytes | None:
        """The bytes at a path (a symlink's target); None where there is no file, or `reason` says why not."""
        return whole_if_any(self.held(path))

    def held(self, path: str) -> Content | None:
        """The same, as it is kept."""
        found = self.entry(path)
        return None if found is None or found.mode in (FOLDER, SUBMODULE) else self._objects.blob(found.oid)

    def hold(self, path: str, content: Stored) -> None:
        """What was read at a path stands in a file now."""
        found = self.entry(path)
        if found is not None:
            self._objects.hold(found.oid, content)

    def reason(self, path: str) -> str:
        """Why `read` gave None although the path has an entry."""
        found = self.entry(path)
        if found is None or found.mode == SUBMODULE:
            return "submodule"
        return self._objects.reason(found.oid)

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        known = self._objects.listed
        found = self._whole() if known is None else self._unlike(*known)
        self._objects.listed = self.oid, found
        return found

    def _whole(self) -> Mapping[str, Entry]:
        """The files as an earlier audit listed them, or else as the folders hold them."""
        listings = self._objects.listings
        found = listings.read(self.oid) if listings else None
        if found is None:
            found = self._read_all()
            if listings:
                listings.write(self.oid, found)
        return found

    def _unlike(self, other: str, entries: Mapping[str, Entry]) -> dict[str, Entry]:
        """The files of this tree from those of another one: what the two share is not gone through again."""
        found = dict(entries)
        for path in differing(self._objects, other, self.oid):
            entry = self.entry(path)
            if entry is None or entry.mode == FOLDER:
                found.pop(path, None)
            else:
                found[path] = entry
        return found

    def _read_all(self) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        folders = [("", self.oid)]
        while folders:
            self._objects.fetch_trees([oid for _, oid in folders])
            deeper = []
            for prefix, oid in folders:
                inside = self._objects.tree(oid)
                below = [(f"{prefix}{name}/", it.oid) for name, it in inside.items() if it.mode == FOLDER]
                if below:
                    deeper += below
                    inside = {name: it for name, it in inside.items() if it.mode != FOLDER}
                found.update(zip(map(prefix.__add__, inside), inside.values(), strict=True))
            folders = deeper
        return found


def differing(objects: Objects, old: str, new: str) -> Iterator[str]:
    """The paths of files whose entries differ between two trees, named by their objects. Equal folders are not read."""
    level: Level = [("", old, new)] if old != new else []
    while level:
        objects.fetch_trees([oid for _, *oids in level for oid in oids if oid is not None])
        deeper: Level = []
        for prefix, old_oid, new_oid in level:
            before = objects.tree(old_oid) if old_oid is not None else {}
            after = objects.tree(new_oid) if new_oid is not None else {}
            for name in before.keys() | after.keys():
                pair = before.get(name), after.get(name)
                if pair[0] != pair[1]:
                    yield from _inside(f"{prefix}{name}", *pair, deeper)
        level = deeper


def _inside(path: str, old: Entry | None, new: Entry | None, deeper: Level) -> Iterator[str]:
    """Yield the path where either side has a file there, and queue what is a folder on either side."""
    old_folder = old.oid if old is not None and old.mode == FOLDER else None
    new_folder = new.oid if new is not None and new.mode == FOLDER else None
    if old_folder is not None or new_folder is not None:
        deeper.append((f"{path}/", old_folder, new_folder))
    if (old is not None and old_folder is None) or (new is not None and new_folder is None):
        yield path
