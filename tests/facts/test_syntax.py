"""Source as trees: nothing is printed of what Python warns of while it reads."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable

import pytest

from pytest_agentaudit.facts.syntax import expression_tree, module_tree

ODD = "find('\\s')"


@pytest.mark.parametrize("read", [module_tree, expression_tree])
def test_an_odd_escape_is_not_ours_to_warn_of(read: Callable[[str], ast.AST]) -> None:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        ast.parse(ODD)
        assert len(found) == 1
        assert "find" in ast.unparse(read(ODD))
        assert len(found) == 1


@pytest.mark.parametrize("read", [module_tree, expression_tree])
def test_what_python_refuses_is_refused(read: Callable[[str], ast.AST]) -> None:
    with pytest.raises(SyntaxError):
        read("find(")
