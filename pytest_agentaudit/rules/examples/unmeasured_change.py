"""The examples of unmeasured-change."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.outside import Outside
from pytest_agentaudit.rules.base import Example

_BEFORE = "def total(items):\n    return sum(items)\n"
_AFTER = "def total(items):\n    kept = [it for it in items if it]\n    return sum(kept)\n"
_TEST = "def test_nothing():\n    assert 1 + 1 == 2\n"
_OMIT = '[tool.coverage.run]\nbranch = true\nomit = ["shop/legacy/*"]\n'


def _example(
    title: str,
    *expect: str,
    after: str = _AFTER,
    hits: Mapping[str, LineHits] | None = None,
    settings: tuple[str, str] = ("", ""),
    test: str = _TEST,
    more: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
) -> Example:
    """An example with one product file, one test file and coverage settings; without `hits` nothing was run."""
    before = {"shop/pricing.py": _BEFORE, "tests/test_shop.py": test, "pyproject.toml": settings[0]}
    return Example(
        title,
        before=before,
        after={**before, "shop/pricing.py": after, "pyproject.toml": settings[1], **(more or {})},
        expect=expect,
        evidence=None if hits is None else Evidence(hits=hits, tracer="coverage"),
        settings=options or {},
    )


_RUN = {"shop/pricing.py": LineHits({2: (0,), 3: (0,)})}

EXAMPLES = (
    _example("no test imports the module", "shop/pricing.py:2 error", hits={}),
    _example(
        "only a child process may run it",
        "shop/pricing.py:2 warning",
        hits={},
        test="def test_cli(run):\n    assert run('python', '-m', 'shop.pricing').returncode == 0\n",
    ),
    _example(
        "omit grew to hold the changed file",
        "pyproject.toml:3 error",
        hits={"shop/pricing.py": LineHits(at_import=(1,))},
        settings=(_OMIT, _OMIT.replace("legacy/*", "*")),
    ),
    _example(
        "source shrank, nothing was run",
        "pyproject.toml:2 warning",
        settings=('[tool.coverage.run]\nsource = ["shop"]\n', '[tool.coverage.run]\nsource = ["shop.core"]\n'),
    ),
    _example("the lines run", hits=_RUN),
    _example("omit holds another file", hits=_RUN, settings=(_OMIT, _OMIT.replace("legacy/*", "old/*"))),
    _example("the file was omitted before", hits=_RUN, settings=(_OMIT.replace("legacy/*", "*"),) * 2),
    _example("only typing and comments", after=_BEFORE.replace("items)", "items: list[int])  # all"), hits={}),
    _example("a tool in a folder of its own", after=_BEFORE, hits={}, more={"tools/release.py": "print(1)\n"}),
    _example(
        "code in another language that the policy says is checked elsewhere",
        "native/fast.c:1 note",
        after=_BEFORE,
        hits={},
        more={"native/fast.c": "int x;\n"},
        options={"elsewhere": ("native/**",)},
    ),
    Example(
        "a verified run with a file that a build wrote",
        {"shop/pricing.py": _BEFORE, "pyproject.toml": ""},
        {"shop/pricing.py": _BEFORE, "pyproject.toml": ""},
        ("pyproject.toml:1 note",),
        evidence=Evidence(outside=Outside(built={"shop/_version.py": "0" * 64})),
    ),
    Example(
        "a test that passes without a tracer alone",
        {"tests/test_shop.py": _TEST},
        {"tests/test_shop.py": _TEST},
        ("tests/test_shop.py:1 note",),
        evidence=Evidence(
            (TestOutcome("t::test_nothing", "tests/test_shop.py", 1, "test_nothing", Outcome.PASSED),),
            outside=Outside(untraced=("t::test_nothing",)),
        ),
    ),
    _example("code in another language", after=_BEFORE, hits={}, more={"shop/page.js": "let x = 1\n"}),
)
