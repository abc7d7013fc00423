"""What a project demands of every change: settings of checkers, CI, hooks, tasks and guards, base against head.

`Gates` is the look-up that rules ask; everything is read only when asked for, and only from files that matter.
"""
