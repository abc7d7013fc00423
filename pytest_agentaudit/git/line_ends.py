"""Line ends as git would store them: a checkout with CRLF is not a change of every line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from pytest_agentaudit.git.command import Git
from pytest_agentaudit.git.entries import decode, encode

ATTRIBUTES = ("text", "crlf", "eol")


class Normalising(Enum):
    """What git does with CRLF when it stores a file (gitattributes, "End-of-line conversion")."""

    NEVER = auto()
    ALWAYS = auto()
    AUTO = auto()  # where it is text, and the stored version has no CRLF itself


def stored(
    git: Git, contents: Mapping[str, bytes], old: Callable[[str], bytes | None], autocrlf: str
) -> Mapping[str, bytes]:
    """The contents with CRLF turned to LF wherever git would. `old` gives what the index holds at a path."""
    suspects = [path for path, content in contents.items() if b"\r\n" in content]
    if not suspects:
        return contents
    attributes = _attributes(git, suspects)
    result = dict(contents)
    for path in suspects:
        how = normalising(attributes.get(path, {}), autocrlf)
        if how is Normalising.ALWAYS or (how is Normalising.AUTO and _is_safe(contents[path], old(path))):
            result[path] = contents[path].replace(b"\r\n", b"\n")
    return result


def normalising(attributes: Mapping[str, str], autocrlf: str) -> Normalising:
    """The rule for a file with these attributes, under this `core.autocrlf`."""
    text = attributes.get("text", "unspecified")
    value = attributes.get("crlf", "unspecified") if text == "unspecified" else text
    if value == "unset":
        return Normalising.NEVER
    if value == "auto":
        return Normalising.AUTO
    if value in ("set", "input") or attributes.get("eol") in ("lf", "crlf"):
        return Normalising.ALWAYS
    return Normalising.AUTO if autocrlf.lower() in ("true", "input", "yes", "on", "1") else Normalising.NEVER


def _is_safe(content: bytes, old: bytes | None) -> bool:
    """Whether git's automatic mode takes this for text that may be normalised."""
    text = b"\0" not in content and content.count(b"\r") == content.count(b"\r\n")
    return text and b"\r\n" not in (old or b"")


def _attributes(git: Git, paths: list[str]) -> dict[str, dict[str, str]]:
    stdin = b"".join(encode(path) + b"\0" for path in paths)
    words = git.output("check-attr", "-z", "--stdin", *ATTRIBUTES, stdin=stdin).split(b"\0")
    found: dict[str, dict[str, str]] = {}
    for path, name, value in zip(words[::3], words[1::3], words[2::3], strict=False):
        found.setdefault(decode(path), {})[name.decode()] = value.decode("utf-8", "replace")
    return found
