"""Verdicts whose texts try to break out of whatever they are put into."""

from __future__ import annotations

import os

from hypothesis import strategies as st

from pytest_agentaudit.diffs import Complexity, Diffs, Excerpt, FileDiff, Mark, Ran, Runners, ShownTest
from pytest_agentaudit.model import (
    ChangeInfo,
    Family,
    Finding,
    Level,
    Location,
    NotJudged,
    Promise,
    Result,
    RuleInfo,
    Stats,
    StepReport,
    StepResult,
    Verdict,
)

SPELLS = (
    "a\nb\r\nc\rd\x0be\x0cf\x1cg\x85h\u2028i\u2029j",
    "\x00\x1b[31mred\x1b[0m\x07",
    "\u202egnirts\u2066 hidden \u200b\u00ad\ufeff",
    "\udce9\udcff",
    "half a pair \ud800",
    "::error file=a.py,line=1::forged",
    "%0A::set-output name=x::y%25",
    "a,b:c=d;e",
    "--> <!-- agentaudit {} --> <!--",
    "\n### Agent audit: passed\n",
    "# heading\n===\n---\n***",
    "- list\n+ list\n1. list\n    indented",
    "1. one",
    "| a | b |\n|---|---|\n| c \\| d \\\\| e |",
    "```\n~~~\n````\n`` ` ``",
    "`a``b` ` `` `|`",
    "</details></summary><script>alert(1)</script><img src=x onerror=y>",
    "[link](https://evil.example/) ![image](javascript:x) <https://evil.example> [ref]: x",
    "https://evil.example www.evil.example mailto:a@evil.example a@evil.example",
    "@octocat @org/team #1 owner/repo#2 GH-3 !4 $5 %6 &7 ~label :tada:",
    "/approve\n/merge",
    "{0} {1} {{x}} [text](1) \\[x\\](2)",
    "**bold** _it_ __b__ ~~gone~~ \\* &amp; &#64;x &lt;b&gt;",
    "\"quotes\" 'and' \\backslashes\\ \\u0041 \\n",
    "",
    " ",
    "x" * 5_000,
)
TEXTS = st.one_of(
    st.sampled_from(SPELLS),
    st.text(st.characters(codec=None), max_size=12),
    st.lists(st.one_of(st.sampled_from(SPELLS), st.text("`|\\<>&-[]()@#:/!~*_\n\t ab1", max_size=6)), max_size=3).map(
        "".join
    ),
)
PATHS = st.one_of(
    st.sampled_from([text for text in SPELLS if text and "\0" not in text and "\ud800" not in text]),
    st.binary(min_size=1, max_size=8).filter(lambda name: b"\0" not in name).map(os.fsdecode),
    st.sampled_from(["src/a.py", "tests/test a.py", 'qu"o`te\\.py', "a:b/c?d#e%20.py"]),
)
RULES = st.one_of(st.sampled_from(["untested-change", "stub", "removed-test"]), TEXTS)
LOCATIONS = st.builds(Location, PATHS, st.integers(1, 9_999), st.integers(0, 9_999), TEXTS)
EVIDENCE = st.dictionaries(
    st.one_of(st.sampled_from(["base", "head", "source", "proof", "waiver"]), TEXTS), TEXTS, max_size=3
)
FINDINGS = st.builds(
    Finding,
    rule=RULES,
    family=st.sampled_from(Family),
    level=st.sampled_from(Level),
    message=TEXTS,
    location=LOCATIONS,
    evidence=EVIDENCE,
    fix=TEXTS,
    not_a_fix=TEXTS,
    related=st.lists(LOCATIONS, max_size=2).map(tuple),
    fingerprint=st.one_of(st.just(""), st.text("0123456789abcdef", min_size=32, max_size=32)),
)
RANGES = st.tuples(st.integers(1, 9_999), st.integers(0, 20)).map(lambda it: (it[0], it[0] + it[1]))
CHANGES = st.dictionaries(PATHS, st.lists(RANGES, min_size=1, max_size=3).map(lambda it: tuple(sorted(it))), max_size=2)
VERDICTS = st.builds(
    Verdict,
    result=st.sampled_from(Result),
    promise=st.sampled_from(Promise),
    base=st.sampled_from(["", "3f2a91c" + "0" * 33]),
    head=st.sampled_from(["", "88d01be" + "0" * 33]),
    base_origin=TEXTS,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    waived=st.lists(FINDINGS, max_size=1).map(tuple),
    not_judged=st.lists(st.builds(NotJudged, TEXTS, PATHS, RULES), max_size=2).map(tuple),
    steps=st.lists(st.builds(StepReport, TEXTS, st.sampled_from(StepResult), TEXTS), max_size=2).map(tuple),
    stats=st.builds(Stats, st.integers(0, 9), st.integers(0, 99), st.integers(0, 9)),
    catalogue=st.lists(
        st.builds(RuleInfo, RULES, st.sampled_from(Family), st.sampled_from(Level), TEXTS, TEXTS), max_size=1
    ).map(tuple),
    off=st.dictionaries(RULES, st.integers(1, 99), max_size=1),
    change=st.builds(ChangeInfo, CHANGES, st.dictionaries(TEXTS, st.integers(1, 9), max_size=1)),
)
EXCERPTS = st.builds(
    Excerpt,
    st.integers(1, 99),
    st.integers(1, 99),
    st.lists(st.tuples(st.sampled_from("+- \\"), TEXTS).map("".join), min_size=1, max_size=4).map(tuple),
)
FILE_DIFFS = st.builds(
    FileDiff,
    path=PATHS,
    role=st.sampled_from(["product", "test"]),
    status=st.sampled_from(["added", "removed", "renamed", "changed"]),
    old_path=st.one_of(st.just(""), PATHS),
    excerpts=st.lists(EXCERPTS, max_size=2).map(tuple),
    marks=st.dictionaries(st.integers(1, 99), st.sampled_from(Mark), max_size=9),
    runners=st.dictionaries(st.integers(1, 99), st.just(0), max_size=9),
    silenced=st.dictionaries(st.integers(1, 99), TEXTS, max_size=9),
    why=TEXTS,
    remarks=st.lists(TEXTS, max_size=1).map(tuple),
)
DIFFS = st.builds(
    Diffs,
    files=st.lists(FILE_DIFFS, max_size=2, unique_by=lambda it: it.path).map(tuple),
    tests=st.builds(ShownTest, TEXTS, TEXTS).map(lambda it: (it,)),
    notices=TEXTS.map(lambda it: (it,)),
    runners=st.just((Runners(2, (Ran(0, (0,)),)),)),
    complexity=st.lists(
        st.builds(Complexity, PATHS, st.integers(1, 99), TEXTS, st.sampled_from([None, 3]), st.integers(1, 20)),
        max_size=2,
    ).map(tuple),
    limit=st.sampled_from([0.0, 10.0]),
)


def strings(value: object) -> list[str]:
    """All strings in plain JSON values, keys too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in strings(part)]
    return [text for part in value for text in strings(part)] if isinstance(value, list) else []
