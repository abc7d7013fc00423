"""Honest commits under proofs, as they are and with the assertions of their new and edited tests taken out.

    python benchmarks/stripped.py --project CLONE PYTHON [--project ...] [--commits 6] [--also SHA ...]

CLONE is a clone with a work tree (it is checked out to one commit after the other, detached, and changed files are
thrown away), PYTHON an interpreter in whose environment the clone is installed editable with its test requirements and
this plugin. Taken are the newest commits that change both source and tests, and those of `--also` that it has. Each is
audited against its first parent with the test files that it changed, at `mutants`; then once more without an
assertion in the tests that it added or edited: of an `assert` and a call of `assert...` the calls in it are left, and
what is to raise or warn may do so. A commit whose tests fail without an audit is passed over, and so is a stripped one
in which nothing was taken out, or whose tests fail then.
"""

from __future__ import annotations

import argparse
import ast
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from proofs import MEMORY, changed_lines, test_files
from suites import commits, git, suite

MOST_LOOKED_AT = 400
"""So many of a project's newest commits are looked through for some that change source and tests."""
BUDGET = "90s"
TIMEOUT = 300.0
RAISING = frozenset({"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertWarns"})
PERMISSION = '__import__("contextlib").suppress(Exception)'
PROOF = "unproven-test"
WHOLE = (ast.Call, ast.Await, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""What is left of an assertion as it is."""

Span = tuple[int, int, int, int, str]
"""First line, column in bytes, last line, column in bytes, and what comes in its place."""


@dataclass(frozen=True)
class Audited:
    """What was said of one commit; `stripped` where its tests had their assertions taken out, so many `cuts`."""

    project: str
    sha: str
    stripped: bool
    cuts: int
    tests_pass: bool
    findings: tuple[dict[str, Any], ...] = ()
    not_judged: tuple[dict[str, Any], ...] = ()

    def rules(self, level: str) -> list[str]:
        """The rules that found something at this level."""
        return sorted({it["rule"] for it in self.findings if it["level"] == level})

    @property
    def is_unproven(self) -> bool:
        """Whether the proof says nothing of one of the tests."""
        return any(it.get("rule") == PROOF for it in self.not_judged)


def _name(call: ast.expr) -> str:
    function = call.func if isinstance(call, ast.Call) else call
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _span(node: ast.expr | ast.stmt, text: str) -> Span:
    return node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0, text


def _calls(nodes: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """The outermost calls in expressions, awaited ones with their `await`."""
    for node in nodes:
        if isinstance(node, WHOLE):
            yield node
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            yield from _calls(ast.iter_child_nodes(node))


def _asked(node: ast.AST) -> list[ast.AST] | None:
    """What an assertion looks at; None where a node is none."""
    match node:
        case ast.Assert(test=test):
            return [test]
        case ast.Expr(value=ast.Call() as call) if _name(call).startswith("assert"):
            return list(ast.iter_child_nodes(call))
        case ast.Expr(value=ast.Call() as call) if _name(call) in RAISING and len(call.args) > 1:
            return []
    return None


def _names(node: ast.AST) -> Iterator[str]:
    return (it.id for it in ast.walk(node) if isinstance(it, ast.Name))


def _caught(function: ast.AST) -> Iterator[str]:
    """The names of what is to raise or warn: they stand for nothing once it may."""
    for node in ast.walk(function):
        for it in node.items if isinstance(node, ast.With | ast.AsyncWith) else ():
            if _name(it.context_expr) in RAISING and it.optional_vars is not None:
                yield from _names(it.optional_vars)


def cuts(source: str, lines: set[int]) -> Iterator[Span]:
    """What is to be replaced in the test functions that hold one of these lines."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not function.name.startswith("test"):
            continue
        if lines.isdisjoint(range(function.lineno, (function.end_lineno or 0) + 1)):
            continue
        caught = set(_caught(function))
        for node in ast.walk(function):
            if (asked := _asked(node)) is not None and isinstance(node, ast.stmt):
                calls = (it for it in _calls(asked) if not any(map(caught.__contains__, _names(it))))
                kept = [ast.get_source_segment(source, call) or "pass" for call in calls]
                yield _span(node, "; ".join(kept) or "pass")
            if isinstance(node, ast.With | ast.AsyncWith):
                contexts = (it.context_expr for it in node.items)
                yield from (_span(it, PERMISSION) for it in contexts if _name(it) in RAISING)


def stripped(source: bytes, lines: set[int]) -> tuple[bytes, int]:
    """A test file without the assertions of the functions that hold these lines, and how many there were."""
    found = sorted(set(cuts(source.decode(), lines)), reverse=True)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for first, column, last, end, text in found:
        source = source[: starts[first - 1] + column] + text.encode() + source[starts[last - 1] + end :]
    return source, len(found)


def audited(clone: Path, python: str, sha: str, *, strip: bool) -> Audited | None:
    """What the audit says of a commit; None where nothing could be taken out of its tests."""
    git(clone, "checkout", "--quiet", "--force", "--detach", sha)
    git(clone, "clean", "-fdq")
    files, taken = test_files(clone, sha), 0
    for path in files if strip else ():
        text, number = stripped((clone / path).read_bytes(), changed_lines(clone, sha, path))
        (clone / path).write_bytes(text)
        taken += number
    if strip and not taken:
        return None
    plain, _ = suite(clone, python, ["-p", "no:agentaudit", *files], TIMEOUT)
    if plain != 0:
        return Audited(clone.name, sha, strip, taken, tests_pass=False)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        out = Path(folder, "report.json")
        options = [f"--agent-audit-base={sha}^", "--agent-audit-prove=mutants", f"--agent-audit-budget={BUDGET}"]
        _, said = suite(clone, python, ["--agent-audit", *options, f"--agent-audit-report=json:{out}", *files], TIMEOUT)
        if not out.exists():
            raise SystemExit(f"no report of {clone.name} {sha}: {said.strip()[-400:]}")
        report = json.loads(out.read_text())
    return Audited(
        clone.name,
        sha,
        strip,
        taken,
        tests_pass=True,
        findings=tuple(report["findings"]),
        not_judged=tuple(report["not_judged"]),
    )


def chosen(clone: Path, count: int, also: Sequence[str]) -> Iterator[str]:
    """The newest commits that change source and tests, then those that were asked for."""
    newest = []
    for sha, _ in commits(clone, MOST_LOOKED_AT, git(clone, "rev-parse", "HEAD").strip()):
        changed = git(clone, "show", "--format=", "--name-only", "--diff-filter=AM", sha).split()
        source = [it for it in changed if it.endswith(".py") and "test" not in it and not it.startswith("docs/")]
        if source and test_files(clone, sha) and len(newest) < count:
            newest.append(sha)
    yield from newest
    known = {sha for sha in also if git(clone, "cat-file", "--batch-check", text=f"{sha}\n").split()[1:2] == ["commit"]}
    yield from sorted(known.difference(newest))


def table(runs: Sequence[Audited]) -> Iterator[str]:
    """The Markdown table, a row a project, then what needs a look."""
    yield "| project | commits | with an error of a proof | with a warning | not judged | stripped | with an error |"
    yield "|---|---|---|---|---|---|---|"
    for project in (*sorted({run.project for run in runs}), ""):
        mine = [run for run in runs if run.tests_pass and project in {run.project, ""}]
        honest, bare = ([run for run in mine if run.stripped is kind] for kind in (False, True))
        cells = (
            project or "**together**",
            len(honest),
            sum(PROOF in run.rules("error") for run in honest),
            sum(PROOF in run.rules("warning") for run in honest),
            sum(run.is_unproven for run in honest),
            len(bare),
            sum(bool(run.rules("error")) for run in bare),
        )
        yield "| " + " | ".join(map(str, cells)) + " |"
    for run in runs:
        odd = not run.rules("error") if run.stripped else run.is_unproven or run.rules("error") or run.rules("warning")
        if run.tests_pass and odd:
            how = "stripped, no error" if run.stripped else "as it is"
            told = [f"{it['rule']} {it['level']}: {it['message']}" for it in run.findings if it["level"] != "note"]
            told += [f"not judged: {it.get('rule', '')} {it['reason']}" for it in run.not_judged]
            yield f"- {run.project} {run.sha[:10]}, {how}: {'; '.join(told)[:600]}"


def main() -> None:
    """Audit every commit twice, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", nargs=2, action="append", required=True, metavar=("CLONE", "PYTHON"))
    parser.add_argument("--commits", type=int, default=6, help="how many commits of each project")
    parser.add_argument("--also", nargs="*", default=[], metavar="SHA", help="commits to take besides, in full")
    parser.add_argument("--json", type=Path, help="also write every audit")
    options = parser.parse_args()
    runs: list[Audited] = []
    for folder, python in options.project:
        clone = Path(folder).resolve()
        home = git(clone, "rev-parse", "HEAD").strip()
        for sha in list(chosen(clone, options.commits, options.also)):
            for strip in (False, True):
                found = audited(clone, python, sha, strip=strip)
                if found is None or (strip and not runs[-1].tests_pass):
                    continue
                runs.append(found)
                errors = ", ".join(found.rules("error")) or "no error"
                said = errors if found.tests_pass else "its tests fail without an audit"
                print(f"{clone.name} {sha[:10]} {'stripped' if strip else 'as it is'}: {said}", flush=True)
                if options.json:
                    options.json.write_text(json.dumps([asdict(run) for run in runs], indent=1))
        git(clone, "checkout", "--quiet", "--force", home)
    print("\n".join(table(runs)))


if __name__ == "__main__":
    main()
