"""Newer syntax in older words."""

from pathlib import Path

from pytest_agentaudit.facts import downlevel
from pytest_agentaudit.facts.definitions import definitions
from pytest_agentaudit.facts.downlevel import lowered
from pytest_agentaudit.facts.lines import lines
from pytest_agentaudit.facts.parse import parse

NEWER = '''\
class A[T: (int,
        str)](B):
    type X[T] = list[T]
    type = 3

    async def f[**P, *Ts = int](self, x: T) -> P:
        try:
            y = f"{x["a"]!r:>{w}} {{}} {a.b}" "tail"
        except A, B:
            z = f"""{
                x["q"]
            } '{"\\n".join(s)}'"""
        except* C, D:
            q = t"{x}"
        return f"{x:%H:%M}"
'''


def test_newer_syntax_is_read_line_for_line() -> None:
    parsed = parse(NEWER.replace("except* C", "except C"))
    assert parsed.problem is None
    assert [(it.qualified_name, it.line, it.end_line) for it in parsed.definitions()] == [("A", 1, 15), ("A.f", 6, 15)]
    assert [it.line for it in lines(parsed)] == [1, 4, 6, 8, 10, 14, 15]
    assert all(parsed.concrete(span) for span in parsed.definitions())
    assert {"x", "a", "A", "B"} <= definitions(parsed, None)[1].names


def test_newer_syntax_in_older_words() -> None:
    older = lowered(NEWER)
    assert older.count("\n") == NEWER.count("\n")
    assert "except (A, B):" in older
    assert "except* (C, D):" in older
    assert "    type = 3\n" in older
    assert 'return f"{x:%H:%M}"' in older


def test_a_change_inside_a_string_of_newer_syntax_is_a_change() -> None:
    texts = ["def f[T](x):\n    return f'{x['a']}'\n", "def f[T](x):\n    return f'{x['b']}'\n"]
    first, second = (definitions(parse(text), None)[0].fingerprint for text in texts)
    assert first != second


def test_ordinary_source_is_not_rewritten() -> None:
    for path in Path(downlevel.__file__).parent.glob("*.py"):
        text = path.read_text("utf-8")
        assert lowered(text) == text
