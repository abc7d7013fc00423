"""The rule silenced-warnings."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.command_lines import QUIET_RUN
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import NUMBERS, QUIETED, TLS, WARNINGS
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.warning_settings import QuietSetting, quiet_settings
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_FIX = "mend what warns; where that is somebody else's code, ignore its category and message alone"


class SilencedWarnings(Rule):
    """Warnings or log records are switched off without a limit.

    Looked at are Python's filters in code, pytest's marks, settings and options, `PYTHONWARNINGS`, `logging.disable`,
    urllib3's and numpy's switches. What was there before, moved or became narrower is not new.

    Level: error for product code that ignores every warning of whoever imports it, without a comment that says why and
    outside of a program; warning for all else that names no category, message or module and holds from a module's
    import on, in a conftest, in pytest's settings or in CI; note where it ends with a block, a function or a test, or
    names what it ignores. `error` that leaves pytest's filters is a warning.

    Why: a warning is how a library says that the code will break; unread ones hide defects of tests too (an assertion
    on a tuple, a coroutine that nobody awaits).
    Fix: mend what warns; where that is somebody else's code, ignore its category and message alone.
    Not a fix: a wider category; the same filter in another place.
    """

    name = "silenced-warnings"
    family = Family.SUPPRESSIONS
    level = Level.ERROR
    examples = kept_apart("silenced_warnings")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for equal places of a file, and one for each setting."""
        for file in audit.files(FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST, FileRole.SCRIPT, FileRole.CI):
            groups: dict[tuple[str, str, Level], list[Occurrence]] = {}
            for it in file.new_ones(QUIETED):
                groups.setdefault((it.details["what"], it.details["narrow"], _level(file, it)), []).append(it)
            for (what, narrow, level), members in groups.items():
                yield self._quieted(file, what, narrow, level, members)
        settings = tuple(quiet_settings(audit.delta))
        for file in audit.files(FileRole.CI, FileRole.CONFIG, FileRole.SCRIPT):
            yield from self._commands(file, {it.setting.path for it in settings})
        for setting in settings:
            yield self._setting(setting)

    def _quieted(self, file: FileDelta, what: str, narrow: str, level: Level, members: list[Occurrence]) -> Finding:
        first, *more = members
        scope = f"ignores {what} ({narrow})" if narrow else f"ignores all {what}"
        return self.finding(
            Location(file.path, first.line, first.end_line, first.symbol),
            f"`{first.text}` {scope}{_REACHES[first.details['reach']]}.",
            level=level,
            fix=_FIX,
            not_a_fix="the same filter in another place",
            related=tuple(Location(file.path, it.line, it.end_line, it.symbol) for it in more),
        )

    def _commands(self, file: FileDelta, told: set[str]) -> Iterator[Finding]:
        """What command lines say; a settings file speaks by its settings."""
        for it in file.new_ones(QUIET_RUN) if file.path not in told else ():
            blanket = it.details["blanket"] and file.role is not FileRole.SCRIPT
            yield self.finding(
                Location(file.path, it.line),
                f"`{it.details['what']}` silences warnings of what this file runs.",
                level=Level.WARNING if blanket else Level.NOTE,
                fix=_FIX,
                not_a_fix="the same filter in another place",
            )

    def _setting(self, it: QuietSetting) -> Finding:
        message = f"`{it.words}` silences {'all warnings' if it.blanket else 'warnings'} of the tests."
        if it.dropped:
            message = "`error` left pytest's filters: warnings do not fail the tests any more."
        return self.finding(
            Location(it.setting.path, it.setting.line),
            message,
            level=Level.WARNING if it.blanket else Level.NOTE,
            fix=_FIX,
            not_a_fix="the same filter in another place",
        )


_REACHES = {
    "import": " from the import of this module on",
    "function": " from this call on",
    "block": " in this block",
    "test": " of the tests that it marks",
}


def _level(file: FileDelta, it: Occurrence) -> Level:
    """A limit, an end or a test's own mark make it a note; what every importer gets is an error."""
    reach = it.details["reach"]
    if it.details["narrow"] or reach == "block" or file.role is FileRole.SCRIPT:
        return Level.NOTE
    everywhere = reach == "import" or file.role is FileRole.CONFTEST or (reach == "test" and not it.symbol)
    if it.details["what"] == NUMBERS or (file.role is FileRole.TEST and it.details["what"] == TLS):
        return Level.NOTE
    if not everywhere:
        return Level.NOTE
    imposed = file.role is FileRole.PRODUCT and not (it.details["comment"] or it.details["program"])
    return Level.ERROR if imposed and it.details["what"] == WARNINGS else Level.WARNING
