"""What is loaded later is named twice: for the type checker, and for the run. Here both have to agree."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import pytest_agentaudit
from pytest_agentaudit.later import later

HOME = Path(pytest_agentaudit.__path__[0])
USES = sorted(
    path for path in HOME.rglob("*.py") if "import later\n" in path.read_text(encoding="utf-8") and path.stem != "later"
)


def typed(block: ast.If) -> dict[str, str]:
    """Name -> its module, as the type checker sees it."""
    imports = (it for it in block.body if isinstance(it, ast.ImportFrom))
    return {alias.name: it.module or "" for it in imports for alias in it.names}


def run(block: ast.If) -> dict[str, str]:
    """The same as the run sees it."""
    found = {}
    for node in block.orelse:
        assert isinstance(node, ast.Assign)
        assert isinstance(node.value, ast.Call)
        target = node.targets[0]
        names = [ast.unparse(it) for it in (target.elts if isinstance(target, ast.Tuple) else [target])]
        module, *given = (ast.literal_eval(it) for it in node.value.args)
        assert names == given, ast.unparse(node)
        found.update(dict.fromkeys(names, module))
    return found


def block_of(path: Path) -> ast.If:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return next(it for it in tree.body if isinstance(it, ast.If) and ast.unparse(it.test) == "TYPE_CHECKING")


@pytest.mark.parametrize("path", USES, ids=[str(path.relative_to(HOME)) for path in USES])
def test_both_namings_agree(path: Path) -> None:
    block = block_of(path)
    at_run_time = run(block)
    assert at_run_time
    assert at_run_time.items() <= typed(block).items()
    assert all(hasattr(import_module(module), name) for name, module in at_run_time.items())


@pytest.mark.parametrize("path", USES, ids=[str(path.relative_to(HOME)) for path in USES])
def test_arrows_go_right_for_them_too(path: Path) -> None:
    parts = ["cli", "audit", "rules", "facts", "change", "policy", "git", "proof"]
    own = path.relative_to(HOME).parts[0]
    others = {module.split(".")[1] for module in run(block_of(path)).values()}
    assert {own, *others} <= {*parts}, "place the new part among the others"
    assert all(parts.index(own) <= parts.index(it) for it in others)


def test_there_are_such_names() -> None:
    assert len(USES) > 20


def test_a_module_is_loaded_at_the_first_use_of_a_name() -> None:
    code = (
        "import sys\nfrom pytest_agentaudit.later import later\n"
        "Path, PurePath = later('pathlib', 'Path', 'PurePath')\n"
        "print('pathlib' in sys.modules, Path('a', 'b').name, Path.home is not None, 'pathlib' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=HOME.parent
    )
    assert done.stdout == "False b True True\n"


def test_one_name_stands_alone() -> None:
    assert later("math", "floor")(2.5) == 2
    assert [it.__class__.__name__ for it in later("math", "floor", "ceil")] == ["_Later", "_Later"]


def test_what_is_not_there_is_said_when_it_is_asked_for() -> None:
    nothing = later("math", "nothing")
    with pytest.raises(AttributeError, match="nothing"):
        nothing()
