"""Audits of changes that are broken on purpose: each must end in a verdict or in a reason why there is none.

    python -m benchmarks.fuzz --minutes 20 [--seed N] [--keep FOLDER]
    python -m benchmarks.fuzz --play FILE ...

Run from the repository's root. The changes are examples of rules and modules of the standard library, their texts, file
names, settings, policies, git's tree and commit objects mutated at random. What broke is made small and written to
FOLDER; `tests/fuzz/corpus` holds what once did, and runs with the tests.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random, SystemRandom

from msgspec.structs import replace

from benchmarks.fuzz_mutations import MUTATIONS, NOTE, SETTINGS, TOKENS, TRACE, happens
from pytest_agentaudit.audit.catalogue import all_rules
from pytest_agentaudit.cli.supervise import Limits
from tests.fuzz.case import Case, Objects, Outcome, commit_body, load, played, save, warm_up

CORPUS = Path("tests/fuzz/corpus")
LIMITS = Limits(busy=60.0, file=10.0, cpu=60)
"""Shorter than an auditor's: what is fuzzed is small."""
LARGEST = 60_000
"""Bytes of a module that is taken for a seed."""
TRIES = 400
"""Audits that the making small of one case may take."""
MINUTE = 60.0
DEEPEST = 300
"""Folders on a path."""
MODES = (0o100755, 0o120000, 0o160000, 0o100664, 0o040000, 0o000000, 0o177777)

Texts = dict[str, str]


class Seeds:
    """What is mutated: pairs of trees, and single Python files."""

    def __init__(self) -> None:
        examples = [example for rule in all_rules().values() for example in rule.examples]
        self.pairs = [(_texts(it.before), _texts(it.after)) for it in examples]
        folder = Path(sysconfig.get_paths()["stdlib"])
        found = sorted((*folder.glob("*.py"), *folder.glob("*/*.py")))
        self.modules = [path for path in found if path.stat().st_size < LARGEST and "site-packages" not in path.parts]
        self.settings = [*SETTINGS.items()]


def _texts(files: Mapping[str, str | bytes]) -> Texts:
    return {
        path.encode("utf-8", "surrogateescape").decode("latin-1"): (
            it.encode("utf-8", "surrogatepass") if isinstance(it, str) else it
        ).decode("latin-1")
        for path, it in files.items()
    }


def mutated(text: str, random: Random, others: list[str]) -> str:
    """A text after some edits; `others` are what may be spliced in."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 5, 9))):
        text = random.choice(MUTATIONS)(text, random, others)
    return text


def cases(seeds: Seeds, random: Random) -> Iterator[Case]:
    """Endlessly many."""
    makers: tuple[Callable[[Seeds, Random], Case], ...] = (
        of_example,
        of_example,
        of_example,
        of_module,
        of_settings,
        of_names,
        of_tree,
        of_commit,
    )
    while True:
        yield random.choice(makers)(seeds, random)


def of_example(seeds: Seeds, random: Random) -> Case:
    """An example of a rule with some texts mutated."""
    old, new = map(dict, random.choice(seeds.pairs))
    others = [*old.values(), *new.values(), *random.choice(seeds.pairs)[1].values(), *TOKENS]
    for files in (old, new):
        for path in [path for path in files if happens(random, 0.5)]:
            files[path] = mutated(files[path], random, others)
    return Case(old, new, message=mutated("Fix it\n\nAll tests pass.", random, others))


def of_module(seeds: Seeds, random: Random) -> Case:
    """A module of the standard library, edited."""
    text = random.choice(seeds.modules).read_bytes().decode("latin-1")
    path = random.choice(("shop.py", "src/shop/a.py", "tests/test_a.py", "conftest.py", "a.pyi", "a.pyx", "setup.py"))
    old = {path: text if happens(random, 0.7) else mutated(text, random, list(TOKENS))}
    new = {path: mutated(text, random, list(TOKENS))}
    return Case({} if happens(random, 0.2) else old, new)


def of_settings(seeds: Seeds, random: Random) -> Case:
    """Settings, policies and CI files around an example, one side or both mutated."""
    case = of_example(seeds, random)
    old, new = dict(case.old), dict(case.new)
    others = [*TOKENS, *(text for _, text in seeds.settings)]
    for path, text in random.sample(seeds.settings, random.randint(1, 4)):
        place = random.choice(("", "", "pkg/", "services/a/")) + path
        old[place] = mutated(text, random, others) if happens(random, 0.4) else text
        new[place] = mutated(text, random, others)
    return replace(case, old=old, new=new)


def of_names(seeds: Seeds, random: Random) -> Case:
    """An example under odd names and modes."""
    old, new = map(dict, random.choice(seeds.pairs))
    others = [*old, *TOKENS, "..", ".git", "a\nb.py", "\xff.py", "CON.py", "x" * 300]
    renamed = {}
    for path, text in new.items():
        name = mutated(path, random, others).replace("\0", "") if happens(random, 0.6) else path
        renamed["/".join(list(filter(None, name.split("/")))[:DEEPEST]) or path] = text
    clean = {path: text for path, text in renamed.items() if not any(it.startswith(f"{path}/") for it in renamed)}
    modes = {path: random.choice(MODES) for path in clean if happens(random, 0.2)}
    return Case(old, clean, modes)


def of_tree(seeds: Seeds, random: Random) -> Case:
    """An example of which head's tree object is mutated."""
    case = Case(*random.choice(seeds.pairs))
    with tempfile.TemporaryDirectory() as folder:
        body = Objects(Path(folder, "repo")).tree(case.new, {}).decode("latin-1")
    others = [body, "100644 a.py\0" + "\1" * 20, "40000 ..\0" + "\2" * 20, "100644 .git\0", *TOKENS]
    return replace(case, root=mutated(body, random, others) or "\0")


def of_commit(seeds: Seeds, random: Random) -> Case:
    """An example of which head's commit object is mutated, or a note on it."""
    case = Case(*random.choice(seeds.pairs))
    with tempfile.TemporaryDirectory() as folder:
        objects = Objects(Path(folder, "repo"))
        base = objects.write("commit", commit_body(objects.write("tree", objects.tree(case.old, {})), "", b"base"))
        head = objects.write("tree", objects.tree(case.new, {}))
    body = commit_body(head, base, b"Fix it\n\nCo-authored-by: Claude <noreply@anthropic.com>").decode("latin-1")
    others = [body, "encoding utf-7\n", "encoding \0\n", "encoding hex\n", "parent 0\n", "gpgsig x\n y\n", *TOKENS]
    note = mutated(random.choice((NOTE, TRACE)), random, [NOTE, TRACE, *TOKENS]) if happens(random, 0.5) else ""
    if note and happens(random, 0.7):
        return replace(case, note=note)
    return replace(case, commit=mutated(body, random, others) or "\0", note=note)


def tried(case: Case) -> Outcome:
    """What the auditor makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        return played(case, Path(folder, "repo"), LIMITS)


def signature(outcome: Outcome) -> frozenset[str]:
    """What tells one defect from another: its words without names and figures."""
    return frozenset(re.sub(r"'[^']*'|\(reading [^)]*\)|\d+(?!\))", "#", it)[:160] for it in outcome.faults)


def smaller(case: Case, known: frozenset[str]) -> Case:
    """The case without what it does not need to break the same way."""
    left = TRIES

    def holds(candidate: Case) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and bool(signature(tried(candidate)) & known)

    for side in ("new", "old"):
        for path in list(getattr(case, side)):
            fewer = {name: it for name, it in getattr(case, side).items() if name != path}
            if holds(candidate := replace(case, **{side: fewer})):
                case = candidate
        for path in list(getattr(case, side)):
            case = _cut(case, side, path, holds)
    return case


def _cut(case: Case, side: str, path: str, holds: Callable[[Case], bool]) -> Case:
    """The case with as little of one text as holds: pieces are taken out, ever smaller ones."""
    text = getattr(case, side)[path]
    size = len(text) // 2
    while size:
        at = 0
        while at < len(text):
            fewer = text[:at] + text[at + size :]
            candidate = replace(case, **{side: {**getattr(case, side), path: fewer}})
            if holds(candidate):
                case, text = candidate, fewer
            else:
                at += size
        size //= 2
    return case


class Tally:
    """What a run saw."""

    def __init__(self) -> None:
        self.results: Counter[str] = Counter()
        self.deaths: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.slowest = 0.0

    def add(self, outcome: Outcome, seconds: float) -> None:
        """Count one more."""
        self.results[outcome.result or ("refused" if outcome.refusal else "BROKEN")] += 1
        self.deaths.update(re.sub(r"\(.*", "", it) for it in outcome.deaths)
        self.refusals.update([re.sub(r"[0-9a-f]{7,}|'.*", "#", outcome.refusal)[:70]] if outcome.refusal else [])
        self.slowest = max(self.slowest, seconds)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.results.most_common())
        ended = ", ".join(f"{count} x {name}" for name, count in self.deaths.most_common()) or "none"
        return f"{counts}; workers ended by a limit: {ended}; slowest {self.slowest:.1f} s"


def fuzz(minutes: float, seed: int, keep: Path) -> int:
    """Try cases until time is out; how many defects there were."""
    warm_up(SETTINGS)
    random, seeds, tally = Random(seed), Seeds(), Tally()  # noqa: S311 - a seed that can be given again is the point
    known: set[str] = set()
    start = told = time.monotonic()
    for case in cases(seeds, random):
        begun = time.monotonic()
        outcome = tried(case)
        now = time.monotonic()
        tally.add(outcome, now - begun)
        if new := signature(outcome) - known:
            known |= signature(outcome)
            small = smaller(case, new)
            path = keep / f"{hashlib.sha256(repr(small).encode()).hexdigest()[:12]}.json"
            save(small, path)
            print(f"BROKEN {path}: {'; '.join(tried(small).faults)}", flush=True)
        if now - told > MINUTE:
            told = now
            print(f"{(now - start) / MINUTE:.0f} min: {tally}", flush=True)
        if now - start > minutes * MINUTE:
            break
    print(f"seed {seed}, {sum(tally.results.values())} changes in {minutes:g} minutes: {tally}")
    for words, count in tally.refusals.most_common(20):
        print(f"  refused {count} x: {words}")
    return len(known)


def main() -> None:
    """Fuzz, or play cases again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--keep", type=Path, default=CORPUS, help="where what broke is written")
    parser.add_argument("--play", type=Path, nargs="+", metavar="FILE", help="cases to be played again")
    options = parser.parse_args()
    for path in options.play or ():
        print(path, tried(load(path)))
    if not options.play and fuzz(options.minutes, options.seed, options.keep):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
