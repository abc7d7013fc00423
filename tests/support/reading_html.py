"""Reads a page as a browser would, as far as its structure goes."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser


class Page(HTMLParser):
    """The tags with their attributes, the texts, and what stands in script and style elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.texts: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in self.raw:
            self._inside = tag
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside][-1] += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that can be read."""
        return "".join(self.texts)

    def every(self, name: str) -> Iterator[str]:
        """The values of an attribute."""
        return (value or "" for _, attributes in self.tags for key, value in attributes.items() if key == name)

    def meta(self, key: str) -> str:
        """The content of a meta element."""
        (found,) = (at["content"] for tag, at in self.tags if tag == "meta" and at.get("http-equiv") == key)
        return found or ""
