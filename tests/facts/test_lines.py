"""lines(): which statements are executable, and what each means."""

from textwrap import dedent

import pytest

from pytest_agentaudit.facts.lines import lines
from pytest_agentaudit.facts.model import Line, LineKind
from pytest_agentaudit.facts.parse import parse


def read(source: str) -> list[Line]:
    return list(lines(parse(dedent(source).lstrip("\n"))))


def kinds(body: str, before: str = "def f(x):\n") -> list[LineKind]:
    """The kinds of a function's statements."""
    indented = "".join(f"    {line}\n" for line in dedent(body).strip("\n").split("\n"))
    return [it.kind for it in read(before + indented) if it.kind is not LineKind.IMPORT_TIME]


def test_what_is_no_executable_statement() -> None:
    body = '''
    """Docstring."""
    import a
    from b import c
    global d
    e: int
    type X = int
    pass
    ...
    while True:
        try:
            "text"
        finally:
            pass
    '''
    assert kinds(body) == []


def test_import_time_lines_stand_apart() -> None:
    found = read(
        """
        import a
        LIMIT = 3
        @a.b(
            1,
        )
        def f(x,
              y=LIMIT):
            return x
        class A:
            '''Doc.'''
            z: int = 1
            w: int
            def g(self): return 1
        """
    )
    assert [(it.line, it.end_line, it.kind, it.symbol) for it in found] == [
        (2, 2, LineKind.IMPORT_TIME, ""),
        (3, 7, LineKind.IMPORT_TIME, ""),
        (8, 8, LineKind.LOGIC, "f"),
        (9, 9, LineKind.IMPORT_TIME, ""),
        (11, 11, LineKind.IMPORT_TIME, "A"),
        (13, 13, LineKind.IMPORT_TIME, "A"),
        (13, 13, LineKind.LOGIC, "A.g"),
    ]


def test_statements_have_their_extent_and_branch() -> None:
    found = read(
        """
        def f(x):
            if (x and
                    y):
                a = g(
                    1,
                )
            elif z: b
            else:
                for i in x:
                    with h() as k, \\
                         m():
                        n
                else:
                    o
            try:
                p
            except E:
                q
            match x:
                case 1:
                    r
                    while s:
                        t
            return 1
        """
    )[1:]
    assert [(it.line, it.end_line, it.branch) for it in found] == [
        (2, 3, 0),
        (4, 6, 4),
        (7, 7, 7),
        (7, 7, 7),
        (9, 9, 9),
        (10, 11, 10),
        (12, 12, 12),
        (14, 14, 14),
        (16, 16, 16),
        (18, 18, 18),
        (19, 19, 0),
        (21, 21, 21),
        (22, 22, 21),
        (23, 23, 23),
        (24, 24, 0),
    ]


def test_handlers_and_branches_that_only_raise() -> None:
    body = """
    if x:
        message = "no"
        logger.error(message)
        raise ValueError(message)
    try:
        a
    except E:
        if b:
            raise
        return c
    else:
        d
    finally:
        e
    raise RuntimeError(x)
    """
    assert kinds(body) == [
        LineKind.LOGIC,
        LineKind.RAISE,
        LineKind.DEFENSIVE,
        LineKind.RAISE,
        LineKind.LOGIC,
        LineKind.HANDLER,
        LineKind.HANDLER,
        LineKind.HANDLER,
        LineKind.LOGIC,
        LineKind.LOGIC,
        LineKind.LOGIC,
    ]


def test_a_branch_that_computes_before_it_raises_is_logic() -> None:
    assert kinds("if x:\n    undo(x)\n    raise E\n")[1:] == [LineKind.LOGIC, LineKind.LOGIC]


@pytest.mark.parametrize(
    "body",
    [
        "raise NotImplementedError",
        "raise NotImplementedError('later')",
        "raise AssertionError('unreachable')",
        "return NotImplemented",
        "assert False, x",
        "assert_never(x)",
        "typing.assert_never(x)",
        "logger.debug('x')",
        "self._log.exception('x')",
        "logging.info('x')",
    ],
)
def test_defensive_statements(body: str) -> None:
    assert kinds(body) == [LineKind.DEFENSIVE]


@pytest.mark.parametrize(
    "body",
    [
        "print('x')",
        "click.secho(f'{x}', fg='red')",
        "print_header('x')",
        "self.console.rule('x')",
        "await self._status_callback('x')",
        "span.set_attribute('a', x)",
        "sys.stdout.write(x)",
    ],
)
def test_what_only_shows_something(body: str) -> None:
    assert kinds(body) == [LineKind.TELLING]
    assert kinds(f"try:\n    a\nexcept E:\n    {body}\n")[-1] is LineKind.HANDLER


@pytest.mark.parametrize("body", ["x = print('x')", "printer.feed(x)", "return echo(x)", "spanner.turn(x)", "write(x)"])
def test_what_does_more_than_show_something(body: str) -> None:
    assert kinds(body) == [LineKind.LOGIC]


@pytest.mark.parametrize(
    "test",
    [
        "sys.version_info >= (3, 12)",
        "version_info[0] == 3",
        "sys.platform == 'win32'",
        "platform.system() == 'Linux'",
        "os.name == 'nt'",
        "TYPE_CHECKING",
        "typing.TYPE_CHECKING",
        "IS_WINDOWS and x",
        "compat.PY311_PLUS",
    ],
)
def test_branches_of_the_environment_are_defensive(test: str) -> None:
    assert kinds(f"if {test}:\n    a\nelse:\n    b\n") == [LineKind.LOGIC, LineKind.DEFENSIVE, LineKind.DEFENSIVE]


@pytest.mark.parametrize("test", ["x.platform", "platforms", "name == 'nt'", "WINDOW_SIZE", "x.version"])
def test_conditions_that_only_sound_like_the_environment(test: str) -> None:
    assert kinds(f"if {test}:\n    a\n") == [LineKind.LOGIC, LineKind.LOGIC]


@pytest.mark.parametrize(
    "before",
    [
        "@abstractmethod\ndef f(x):\n",
        "@abc.abstractmethod\nasync def f(x):\n",
        "@typing.overload\ndef f(x):\n",
        "def __repr__(self):\n",
    ],
)
def test_defensive_functions(before: str) -> None:
    assert kinds("if x:\n    a\nreturn b\n", before) == [LineKind.DEFENSIVE] * 3


def test_defensive_surroundings_reach_the_functions_in_them() -> None:
    found = read(
        """
        class P(Protocol[T]):
            def a(self): return 1
        if TYPE_CHECKING:
            def b(): return 1
        try:
            import c
        except ImportError:
            def c(): return 1
        if __name__ == "__main__":
            d()
        def e():
            try:
                import f
            except (ImportError, ModuleNotFoundError):
                return None
        """
    )
    assert [it.line for it in found if it.kind is LineKind.DEFENSIVE] == [2, 4, 4, 8, 8, 10, 15]


def test_nested_functions_are_run_by_calls_of_their_own() -> None:
    found = read("def f():\n    def g():\n        return 1\n    return g\n")
    assert [(it.line, it.symbol, it.kind) for it in found[1:]] == [
        (2, "f", LineKind.LOGIC),
        (3, "f.g", LineKind.LOGIC),
        (4, "f", LineKind.LOGIC),
    ]


def test_what_no_wanted_line_meets_is_left_out() -> None:
    source = "a = 1\n\n\nclass C:\n    b = 2\n\n    def f(self):\n        c = 3\n\n    def g(self):\n        d = 4\n"
    assert [it.line for it in lines(parse(source), {11})] == [4, 10, 11]
    assert [it.line for it in lines(parse(source), ())] == []
    assert [it.line for it in lines(parse(source))] == [1, 4, 5, 7, 8, 10, 11]
