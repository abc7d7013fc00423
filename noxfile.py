"""The matrix: every supported Python with pytest 8 and 9. `nox` runs what is installed, `nox -s tests-3.12` a row."""

import nox

nox.options.default_venv_backend = "venv"


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
@nox.parametrize("pytest", ["8", "9"])
def tests(session: nox.Session, pytest: str) -> None:
    """The whole suite."""
    session.install("-e", ".[dev]", f"pytest=={pytest}.*")
    session.run("python", "-m", "pytest", "-n", "auto", *session.posargs)
