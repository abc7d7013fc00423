"""Hooks of MkDocs: generated pages join the written ones, and nothing that is generated is committed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File
from site_pages import navigation, overview, rule_markdown, rule_pages, schema_text, with_generated, with_links

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

SCHEMAS = ("schema.json", "replay.schema.json")
"""Published beside the reference page."""

_RULES = rule_pages()


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the rules' pages where the navigation says "Rules"."""
    for entry in config.nav or ():
        if "Rules" in entry:
            entry["Rules"] = ["rules/index.md", *navigation(_RULES.values())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each rule, their overview, the changelog, and the schemas."""
    root = Path(config.config_file_path).parent
    pages = {f"rules/{name}.md": rule_markdown(page) for name, page in _RULES.items()}
    pages["rules/index.md"] = overview(_RULES.values())
    pages["changelog.md"] = root.joinpath("CHANGELOG.md").read_text(encoding="utf-8")
    pages |= {name: schema_text(name) for name in SCHEMAS}
    for path, content in pages.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_others: object) -> str:
    """Fill in what a written page asks for, and make links of the rules that it names."""
    path = page.file.src_uri
    if path.startswith("rules/"):
        return with_links(markdown, _RULES.keys() - {Path(path).stem}, "")
    return with_links(with_generated(markdown), _RULES, "../" * path.count("/") + "rules/")
