"""Which of pytest's own filters a change of its settings silences or drops."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.facts.setting_values import is_blanket_filter

FILTERS = "pytest.filterwarnings"
_QUIET_OPTIONS = ("--disable-warnings", "--disable-pytest-warnings")


class QuietSetting(Struct, frozen=True):
    """A setting that silences warnings since the change. `words` are what was added, or the filter that is gone
    (`dropped`); `blanket` is true where nothing limits it.
    """

    setting: Setting
    words: str
    blanket: bool
    dropped: bool = False


def quiet_settings(delta: Delta) -> Iterator[QuietSetting]:
    """What pytest's settings silence at head and did not at the base."""
    old, new = delta.old_settings, delta.new_settings
    before, after = _listed(old.get(FILTERS)), _listed(new.get(FILTERS))
    place = new.get(FILTERS) or old.get(FILTERS)
    for text in after:
        if place and text not in before and text.partition(":")[0] == "ignore":
            yield QuietSetting(place, text, is_blanket_filter(text))
    if place and "error" in before and not any(it.partition(":")[0] == "error" for it in after):
        yield QuietSetting(place, "error", blanket=True, dropped=True)
    yield from _options(delta)


def _options(delta: Delta) -> Iterator[QuietSetting]:
    old, new = delta.old_settings, delta.new_settings
    for key in (f"pytest.addopts.{name}" for name in _QUIET_OPTIONS):
        if key in new and key not in old:
            yield QuietSetting(new[key], key.removeprefix("pytest.addopts."), blanket=True)
    for key, quiet in (("pytest.addopts.-p", "no:warnings"), ("pytest.addopts.-W", "")):
        for text in _listed(new.get(key)):
            if text in _listed(old.get(key)) or not (text == quiet or (not quiet and text.startswith("i"))):
                continue
            words = f"{key.removeprefix('pytest.addopts.')} {text}"
            yield QuietSetting(new[key], words, blanket=bool(quiet) or is_blanket_filter(text))


def _listed(setting: Setting | None) -> tuple[str, ...]:
    value = setting.value if setting else ()
    if isinstance(value, str):
        return (value,)
    return tuple(str(it) for it in value) if isinstance(value, tuple | list) else ()
