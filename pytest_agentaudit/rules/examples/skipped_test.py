"""The examples of skipped-test."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_API = "def load(path):\n    return open(path).read()\n"
_DYNAMIC = "def __getattr__(name):\n    return load\n"
_SHARED = "class LoadTests:\n    def test_flag(self):\n        assert self.flag\n"
_HEAD = "import sys\n\nimport pytest\nfrom app import load\n\n\n"
_TEST = 'def test_load(tmp_path):\n    (tmp_path / "a").write_text("x")\n    assert load(tmp_path / "a") == "x"\n'


def _example(title: str, before: str, after: str, *expect: str) -> Example:
    """An example with one product file and one test file."""
    return Example(
        title,
        before={"app.py": _API, "tests/test_app.py": _HEAD + before},
        after={"app.py": _API, "tests/test_app.py": _HEAD + after},
        expect=expect,
    )


def _unimported(title: str, product: str, expect: str) -> Example:
    """A test is skipped whose file imports what stands nowhere."""
    files = {"app/__init__.py": product}
    head = f"from app import Missing\n{_HEAD}"
    skipped = f'{head}@pytest.mark.skip(reason="later")\n{_TEST}'
    before, after = {**files, "tests/test_app.py": head + _TEST}, {**files, "tests/test_app.py": skipped}
    return Example(title, before=before, after=after, expect=(expect,))


EXAMPLES = (
    _example("skipped always", _TEST, f'@pytest.mark.skip(reason="flaky")\n{_TEST}', "tests/test_app.py:7 error"),
    _example(
        "a condition that is always true",
        _TEST,
        f'@pytest.mark.skipif(True, reason="broken on main")\n{_TEST}',
        "tests/test_app.py:7 error",
    ),
    _example(
        "a version that everybody has",
        _TEST,
        f'@pytest.mark.skipif(sys.version_info >= (3, 6), reason="changed")\n{_TEST}',
        "tests/test_app.py:7 error",
    ),
    _example(
        "a flag that is a constant",
        _TEST,
        f"SKIP_IO = True\n\n\n@pytest.mark.skipif(SKIP_IO, reason='io')\n{_TEST}",
        "tests/test_app.py:10 error",
    ),
    _example(
        "the whole file",
        _TEST + "\n\ndef test_missing():\n    with pytest.raises(OSError):\n        load('none')\n",
        "pytestmark = pytest.mark.skip\n\n\n"
        + _TEST
        + "\n\ndef test_missing():\n    with pytest.raises(OSError):\n        load('none')\n",
        "tests/test_app.py:7 error",
    ),
    _example(
        "the same words on two tests",
        _TEST + "\n\ndef test_missing():\n    with pytest.raises(OSError):\n        load('none')\n",
        f"@pytest.mark.skip(reason='flaky')\n{_TEST}\n\n@pytest.mark.skip(reason='flaky')\n"
        "def test_missing():\n    with pytest.raises(OSError):\n        load('none')\n",
        "tests/test_app.py:7 error",
    ),
    _example(
        "it skips itself on a bad result",
        _TEST,
        'def test_load(tmp_path):\n    (tmp_path / "a").write_text("x")\n    text = load(tmp_path / "a")\n'
        '    if text != "x":\n        pytest.skip("not ready")\n    assert text == "x"\n',
        "tests/test_app.py:11 error",
    ),
    _example(
        "it skips itself where what it was given lacks a feature",
        _TEST,
        'def test_load(tmp_path):\n    (tmp_path / "a").write_text("x")\n    store = load(tmp_path)\n'
        '    if not hasattr(store, "get"):\n        pytest.skip("no get yet")\n    assert store.get("a") == "x"\n',
        "tests/test_app.py:11 warning",
    ),
    _example(
        "it skips itself on any exception",
        _TEST,
        'def test_load(tmp_path):\n    try:\n        text = load(tmp_path / "a")\n    except Exception as error:\n'
        '        pytest.skip(f"not available: {error}")\n    assert text == "x"\n',
        "tests/test_app.py:11 error",
    ),
    _example(
        "it skips itself where a function of the test's own file does not find a browser",
        _TEST,
        f"{_TEST}\n\ndef reached():\n    raise RuntimeError('port 9222')\n\n\n"
        "def test_page():\n    try:\n        page = reached()\n    except RuntimeError as error:\n"
        "        pytest.skip(str(error))\n    assert page == 'x'\n",
    ),
    _example(
        "one of its cases",
        '@pytest.mark.parametrize("text", ["x", "é"])\ndef test_load(text, tmp_path):\n'
        '    (tmp_path / "a").write_text(text)\n    assert load(tmp_path / "a") == text\n',
        '@pytest.mark.parametrize("text", ["x", pytest.param("é", marks=pytest.mark.skip)])\n'
        "def test_load(text, tmp_path):\n"
        '    (tmp_path / "a").write_text(text)\n    assert load(tmp_path / "a") == text\n',
        "tests/test_app.py:7 error",
    ),
    _example(
        "a kind of hardware that it asks the product for",
        _TEST,
        "from app import is_ROCM\n\n\n"
        + _TEST.replace("\n", "\n    if is_ROCM():\n        pytest.skip('no CPU')\n", 1),
    ),
    _example(
        "it was still to be written",
        _TEST + "\n\ndef test_missing():\n    raise NotImplementedError('write it')\n",
        _TEST + "\n\n@pytest.mark.skip(reason='to be written')\ndef test_missing(): ...\n",
    ),
    _example(
        "born skipped",
        _TEST,
        f'{_TEST}\n\n@pytest.mark.skip(reason="TODO")\ndef test_empty():\n    assert load("e") == ""\n',
        "tests/test_app.py:12 warning",
    ),
    _example(
        "a new test that skips itself when its result is an error",
        _TEST,
        f'{_TEST}\n\ndef test_remote():\n    result = load("remote")\n    if "Error" in result:\n'
        '        pytest.skip("browser not available")\n    assert result == "x"\n',
        "tests/test_app.py:15 warning",
    ),
    _example(
        "a new test that skips itself when its result is none of success, whatever it says",
        _TEST,
        f"{_TEST}\n\ndef test_remote():\n    info = load('remote')\n    if not info.get('success'):\n"
        "        pytest.skip(f'info not available: {info}')\n    assert info['text'] == 'x'\n",
        "tests/test_app.py:15 warning",
    ),
    _example(
        "a failure that is told from others",
        _TEST,
        f"{_TEST}\n\ndef test_remote():\n    info = load('remote')\n    if not info.get('success'):\n"
        "        unavailable = is_service_unavailable(info)\n        if unavailable:\n"
        "            pytest.skip('the store is not available')\n    assert info['text'] == 'x'\n",
    ),
    _example(
        "one failure is told from all others, which fail",
        _TEST,
        f"{_TEST}\n\ndef test_remote():\n    info = load('remote')\n    if not info.get('success'):\n"
        "        error = info['error']\n        if 'not available' in error.lower():\n"
        "            pytest.skip('health is not available here')\n        else:\n"
        "            pytest.fail(error)\n    assert info['text'] == 'x'\n",
    ),
    _example(
        "a new test that skips itself where nothing is raised",
        _TEST,
        f"{_TEST}\n\ndef test_locked(tmp_path):\n    try:\n        load(tmp_path)\n    except OSError as error:\n"
        "        assert error.errno == 21\n    else:\n        pytest.skip('flaky')\n",
        "tests/test_app.py:18 warning",
    ),
    Example(
        "the only test of a fix is skipped, whatever for",
        before={"app.py": _API},
        after={
            "app.py": _API.replace("open(path)", "open(path, encoding='utf-8')"),
            "tests/test_app.py": f'{_HEAD}@pytest.mark.skip(reason="run by hand, with an API key")\n{_TEST}',
        },
        expect=("tests/test_app.py:7 warning",),
    ),
    _example(
        "a platform",
        _TEST,
        f'@pytest.mark.skipif(sys.platform == "win32", reason="POSIX paths")\n{_TEST}',
    ),
    _example(
        "a package that may be missing",
        _TEST,
        _TEST.replace('    (tmp_path / "a").w', '    pytest.importorskip("numpy")\n    (tmp_path / "a").w'),
    ),
    Example(
        "another project of the same repository, which may not be installed",
        before={
            "core/pyproject.toml": "[project]\nname = 'core'\n",
            "core/core/__init__.py": "",
            "shell/pyproject.toml": "[project]\nname = 'shell'\n",
            "shell/shell/__init__.py": "",
        },
        after={
            "core/pyproject.toml": "[project]\nname = 'core'\n",
            "core/core/__init__.py": "",
            "core/tests/test_shell.py": "import pytest\n\n\ndef test_old_name():\n"
            "    pytest.importorskip('shell')\n    import core\n    assert core.__name__ == 'core'\n",
            "shell/pyproject.toml": "[project]\nname = 'shell'\n",
            "shell/shell/__init__.py": "",
        },
    ),
    _example(
        "an error that speaks of credentials; others are raised",
        _TEST,
        f"{_TEST}\n\ndef test_remote():\n    try:\n        text = load('remote')\n    except Exception as error:\n"
        "        if 'api key' in str(error).lower():\n            pytest.skip(f'missing API key: {error}')\n"
        "        raise\n    assert text == 'x'\n",
    ),
    _example(
        "the project's own settings are not at hand",
        _TEST,
        f"{_TEST}\n\nfrom pathlib import Path\n\n\ndef test_extras():\n    import tomllib\n"
        "    extras = {}\n    for name in ('app', 'lib'):\n        path = Path(name) / 'pyproject.toml'\n"
        "        if path.exists():\n            extras[name] = tomllib.loads(path.read_text())\n"
        "    if not extras:\n        pytest.skip('runs without the sources')\n    assert load('a') in extras\n",
    ),
    _example(
        "permissions that may not be enforced",
        _TEST,
        f"{_TEST}\n\ndef test_locked(tmp_path):\n    tmp_path.chmod(0)\n    try:\n        tmp_path.stat()\n"
        "    except PermissionError:\n        pass\n    else:\n"
        "        pytest.skip('permissions are not enforced for root')\n    assert load(tmp_path / 'a') == ''\n",
    ),
    _example(
        "a version of somebody else's package that is too old",
        _TEST,
        f"{_TEST}\n\ndef test_fields():\n    from wire.types import Result\n"
        "    fields = getattr(Result, 'fields', {})\n"
        "    name = next((it for it in ('body', 'text') if it in fields), None)\n"
        "    if name is None:\n"
        "        pytest.skip('this version of wire predates bodies')\n    assert load(name) == ''\n",
    ),
    _example(
        "a feature that a helper looks for in the sources",
        _TEST,
        f"{_TEST}\n\ndef _has_pool():\n    text = open('app.py').read()\n    return 'pool = ' in text\n\n\n"
        "def test_pool():\n    if not _has_pool():\n        pytest.skip('pools were not taken over')\n"
        "    assert load('pool') == ''\n",
    ),
    Example(
        "a method of a shared class of tests that does not apply",
        before={
            "app.py": _API,
            "tests/shared.py": _SHARED,
        },
        after={
            "app.py": _API,
            "tests/shared.py": _SHARED,
            "tests/test_plain.py": "import pytest\nfrom tests.shared import LoadTests\n\n\n"
            "class TestPlain(LoadTests):\n    def test_flag(self):\n        pytest.skip('it has no flag')\n",
        },
        expect=("tests/test_plain.py:7 note",),
    ),
    Example(
        "too fast to measure",
        before={"app.py": _API},
        after={
            "app.py": _API,
            "tests/benchmarks/test_growth.py": f"{_HEAD}def test_growth():\n    spent = timed(load)\n"
            "    if spent < 1e-7:\n        pytest.skip('too fast')\n    assert timed(load) < 9 * spent\n",
        },
        expect=("tests/benchmarks/test_growth.py:10 note",),
    ),
    _example(
        "a flag that an import sets",
        _TEST,
        "try:\n    import numpy\nexcept ImportError:\n    numpy = None\n\n\n"
        f'@pytest.mark.skipif(numpy is None, reason="numpy")\n{_TEST}',
    ),
    _example(
        "a binary that may be missing, asked in the body",
        _TEST,
        "import shutil\n\n\ndef test_load(tmp_path):\n    git = shutil.which('git')\n    if git is None:\n"
        "        pytest.skip('git')\n    (tmp_path / 'a').write_text('x')\n"
        "    assert load(tmp_path / 'a') == 'x'\n",
    ),
    _example(
        "a case of a matrix that does not apply",
        _TEST,
        f'{_TEST}\n\n@pytest.mark.parametrize("store", ["zip", "local"])\ndef test_delete(store):\n'
        '    if store == "zip":\n        pytest.skip("cannot delete")\n    assert load(store) == ""\n',
    ),
    _example(
        "it was skipped already, for another reason",
        f'@pytest.mark.skip(reason="flaky")\n{_TEST}',
        f'@pytest.mark.skip(reason="flaky, see issue 12")\n{_TEST}',
    ),
    _unimported("its file could not be imported before", _API, "tests/test_app.py:8 note"),
    _unimported("its names are made when asked for", _API + _DYNAMIC, "tests/test_app.py:8 error"),
    _example("a condition that is never true", _TEST, f'@pytest.mark.skipif(False, reason="kept")\n{_TEST}'),
    _example(
        "skips are what the test tests",
        _TEST,
        f"{_TEST}\n\ndef test_skipping():\n    with pytest.raises(pytest.skip.Exception):\n        pytest.skip('x')\n",
    ),
)
