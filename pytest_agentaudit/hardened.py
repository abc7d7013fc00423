"""The settings and variables under which git is run: nothing that could run a program, hide a difference or wait for a
person is left on.
"""

from __future__ import annotations

import os
import sys

SETTINGS = (
    "core.fsmonitor=",  # a program that says which files to look at
    "core.untrackedCache=false",
    "core.ignoreStat=false",
    "core.trustctime=true",  # without it an edit is hidden by setting the old time again
    "core.checkStat=default",
    "core.quotePath=false",
    "core.warnAmbiguousRefs=true",
    "core.commitGraph=false",  # a cache of history that can be forged
    "core.attributesFile=/dev/null",
    "core.hooksPath=/dev/null",
    "diff.external=",
    "diff.renames=false",
    "diff.ignoreSubmodules=none",
    "diff.relative=false",
    "submodule.recurse=false",
    "log.showSignature=false",  # runs gpg.program
    "maintenance.auto=false",
    "gc.auto=0",
    *(("core.ignoreCase=false",) if sys.platform.startswith("linux") else ()),
)
ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": f"{os.devnull}/none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # gits that do not know GIT_NO_LAZY_FETCH: no way to fetch is allowed
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
}
