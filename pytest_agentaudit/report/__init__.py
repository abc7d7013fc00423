"""One renderer per format: a Verdict and a stream. Targets say which format goes where."""

from pytest_agentaudit.report.summary import summary
from pytest_agentaudit.report.targets import (
    FORMATS,
    Renderer,
    Style,
    Target,
    TargetError,
    parse_target,
    write,
    write_file,
)
from pytest_agentaudit.report.terminal import could_not_audit, render, render_summary

__all__ = [
    "FORMATS",
    "Renderer",
    "Style",
    "Target",
    "TargetError",
    "could_not_audit",
    "parse_target",
    "render",
    "render_summary",
    "summary",
    "write",
    "write_file",
]
