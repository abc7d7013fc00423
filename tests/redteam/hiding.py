"""Attacks that let a plain `git diff` show nothing of a suppression that ships, or show it to nobody."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable, Mapping

from tests.redteam.scene import CALC, QUIET, REFUSED, Attack, Naive, Scene
from tests.support.repo import GitRepo

QUIETED = ("added-suppression",)
HIDDEN = ("hidden-change", *QUIETED)
BARE = "def sub(a, b):\n    return a - b  # noqa\n"


def after(
    act: Callable[[Scene], None], *fits: str, naive: Naive = Naive.DIFF, environ: Mapping[str, str] | None = None
) -> Attack:
    """The suppression is committed, then `act` bends git or the repository."""

    def build(scene: Scene) -> None:
        scene.commit()
        act(scene)

    return Attack(fits or QUIETED, QUIET, act=build, naive=naive, environ=environ or {})


def setting(key: str, value: str, *, naive: Naive = Naive.DIFF) -> Attack:
    """A line in the repository's configuration changes what a diff looks like."""
    return after(lambda scene: scene.set(key, value), naive=naive)


def attribute(line: str, *fits: str, naive: Naive = Naive.DIFF) -> Attack:
    """A line in .gitattributes does."""
    return Attack((*fits, *HIDDEN), {**QUIET, ".gitattributes": f"{line}\n"}, naive=naive)


def named(path: str) -> Attack:
    """A new file with a name that breaks a parser of diffs."""
    return Attack(QUIETED, {path: BARE})


def straight_on_main(scene: Scene) -> None:
    scene.git("switch", "-q", "main")
    scene.commit()


def _nothing(scene: Scene) -> None:
    """The environment does it."""


def _main_moves(scene: Scene) -> None:
    scene.git("branch", "-f", "main", "HEAD")


def _copies(scene: Scene) -> None:
    scene.commit()
    scene.set("diff.renames", "copies")


def _no_base(scene: Scene) -> None:
    scene.git("branch", "-D", "main")


def _skip_worktree(scene: Scene) -> None:
    for path in QUIET:
        scene.git("update-index", "--skip-worktree", path)


def _excluded(scene: Scene) -> None:
    (scene.path / ".git/info/exclude").write_text("extra.py\n")
    scene.write({"src/extra.py": BARE})


def _textconv(scene: Scene) -> None:
    scene.set("diff.plain.textconv", "sed -e s/#.*//")
    (scene.path / ".git/info/attributes").write_text("*.py diff=plain\n")


def _replaced(scene: Scene) -> None:
    scene.git("replace", scene.base, scene.head)


def _forged(scene: Scene) -> None:
    blob = scene.ask("rev-parse", "main:src/calc.py")
    path = scene.path / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    content = (scene.path / "src/calc.py").read_bytes()
    path.write_bytes(zlib.compress(b"blob %d\0" % len(content) + content))


def _nested(scene: Scene) -> None:
    scene.write({"src/calc.py": "from vendored.calc import add\n"})
    GitRepo(scene.path / "src/vendored").commit({"calc.py": QUIET["src/calc.py"], "__init__.py": ""})


def _other_git_dir(scene: Scene) -> None:
    scene.commit()
    other = scene.clone(scene.outside("other"), "-b", "agent")
    other.git("branch", "main")


def _other_index(scene: Scene) -> None:
    index = {"GIT_INDEX_FILE": str(scene.outside("index"))}
    shutil.copy(scene.path / ".git/index", scene.outside("index"))
    scene.git("update-index", "--assume-unchanged", "src/calc.py", environ=index)


def _link(scene: Scene) -> None:
    scene.outside("calc.py").write_text(str(QUIET["src/calc.py"]))
    calc = scene.path / "src/calc.py"
    calc.unlink()
    calc.symlink_to(scene.outside("calc.py"))
    scene.commit()


def _sparse(scene: Scene) -> None:
    scene.git("sparse-checkout", "set", "--no-cone", "/*", "!src/calc.py")


def _ignored_stat(scene: Scene) -> None:
    scene.set("core.ignoreStat", "true")
    calc = scene.path / "src/calc.py"
    scene.git("rm", "-q", "--cached", "src/calc.py")
    calc.write_text(CALC)
    scene.git("add", "src/calc.py")
    scene.git("update-index", "--assume-unchanged", "src/calc.py")
    calc.write_text(str(QUIET["src/calc.py"]))


def _included(scene: Scene) -> None:
    scene.outside("more").write_text("[diff]\n\texternal = /bin/true\n")
    scene.set("include.path", str(scene.outside("more")))


def _watcher(scene: Scene) -> None:
    program = scene.outside("watch")
    program.write_text(f"#!/bin/sh\ntouch {scene.outside('ran')}\nexit 1\n")
    program.chmod(0o755)
    scene.set("core.fsmonitor", str(program))


def _of_another(scene: Scene) -> None:
    scene.commit()
    if not os.getuid():
        for path in (scene.path, *scene.path.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)


def _clean_again(scene: Scene) -> None:
    scene.write({"src/calc.py": CALC})


def _renamed(scene: Scene) -> None:
    for number in range(60):
        content = "".join(f"def area_{number}_{line}(a):\n    return a * {line}\n\n\n" for line in range(5))
        scene.write({f"src/part{number}.py": content.replace("* 3", "* 3  # noqa") if number == 30 else content})
    scene.commit()
    scene.set("diff.renameLimit", "1")


def _elsewhere(scene: Scene) -> None:
    scene.commit()
    (scene.path / ".git").rename(scene.outside("kept"))
    (scene.path / ".git").write_text(f"gitdir: {scene.outside('kept')}\n")


def _huge() -> str:
    plain = [f"def part_{number}(a):\n    return a + {number}\n\n\n" for number in range(5_000)]
    plain[2_500] = "def part_2500(a):\n    return a + 2500  # noqa\n\n\n"
    return "".join(plain)


ATTACKS = {
    "H01": Attack(QUIETED, QUIET, act=straight_on_main, naive=Naive.DIFF),
    "H03": after(_main_moves),
    "H05": after(_no_base, REFUSED, *QUIETED),
    "H07": Attack(HIDDEN, QUIET, act=_skip_worktree, committed=False, naive=Naive.DIFF),
    "H09": Attack(
        (*HIDDEN, "unreadable-file"),
        {"src/calc.py": f"from extra import sub\n\n\n{CALC}\n\n__all__ = ['sub']\n"},
        act=_excluded,
        committed=False,
        naive=Naive.DIFF,
    ),
    "H11": attribute("*.py -diff"),
    "H13": attribute("*.py diff=none", naive=Naive.NONE),
    "H15": Attack(
        HIDDEN,
        {
            "src/calc.py": str(QUIET["src/calc.py"]).encode("utf-16"),
            ".gitattributes": "src/calc.py working-tree-encoding=UTF-16\n",
        },
    ),
    "H17": after(_textconv),
    "H19": setting("diff.external", "/bin/true"),
    "H21": after(_replaced),
    "H23": after(_forged, REFUSED, *QUIETED, naive=Naive.NONE),
    "H25": Attack(("unreadable-file",), act=_nested, committed=False, naive=Naive.DIFF),
    "H27": Attack(QUIETED, QUIET, act=_other_git_dir, environ={"GIT_DIR": "{root}/../other/.git"}, naive=Naive.DIFF),
    "H29": Attack(
        QUIETED,
        QUIET,
        act=_other_index,
        environ={"GIT_INDEX_FILE": "{root}/../index"},
        committed=False,
        naive=Naive.DIFF,
    ),
    "H31": Attack(("hidden-change",), QUIET, act=_link, naive=Naive.DIFF),
    "H33": named(os.fsdecode(b"src/m\xfcl.py")),
    "H35": named('src/q"q.py'),
    "H37": named("src/t\tb.py"),
    "H39": named("src/e\u0301.py"),
    "H41": after(_sparse, naive=Naive.NONE),
    "H43": setting("diff.mnemonicPrefix", "true", naive=Naive.NONE),
    "H45": setting("diff.srcPrefix", "z/", naive=Naive.NONE),
    "H47": Attack(
        QUIETED,
        {"src/more.py": BARE},
        before={"scripts/old.py": BARE},
        act=_copies,
        naive=Naive.NONE,
    ),
    "H49": setting("diff.context", "50", naive=Naive.NONE),
    "H51": setting("diff.statGraphWidth", "1", naive=Naive.NONE),
    "H53": Attack(HIDDEN, QUIET, act=_ignored_stat, committed=False, naive=Naive.DIFF),
    "H55": setting("diff.algorithm", "patience", naive=Naive.NONE),
    "H57": after(_included),
    "H59": setting("diff.relative", "true", naive=Naive.NONE),
    "H61": after(_watcher, naive=Naive.NONE),
    "H63": Attack((REFUSED, *QUIETED), QUIET, act=_of_another, naive=Naive.DIFF),
    "H65": after(_clean_again, "unreadable-file", *QUIETED),
    "H67": Attack(QUIETED, act=_renamed, naive=Naive.NONE),
    "H69": Attack(QUIETED, {"src/parts.py": _huge()}, naive=Naive.NONE),
    "H71": Attack(QUIETED, QUIET, act=_elsewhere, naive=Naive.NONE),
    "H73": after(
        _nothing,
        environ={"GIT_DIFF_OPTS": "-u0", "GIT_CEILING_DIRECTORIES": "{root}/..", "GIT_LITERAL_PATHSPECS": "1"},
        naive=Naive.NONE,
    ),
}
