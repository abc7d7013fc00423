"""The examples of stub."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_WORKS = """
def send_receipt(order):
    lines = [f"{item.name}: {item.price}" for item in order.items]
    return mail(order.customer, "\\n".join(lines))


def close(order):
    send_receipt(order)
    order.done = True
"""
_BODY = """    lines = [f"{item.name}: {item.price}" for item in order.items]
    return mail(order.customer, "\\n".join(lines))
"""
_ROUTE = """
def route(message):
    kind = message["type"]
    if kind == "order":
        return place(message)
    return None
"""


def _emptied(body: str) -> str:
    return _WORKS.replace(_BODY, body)


def _new(text: str, before: str = "RATE = 2\n") -> tuple[dict[str, str | bytes], dict[str, str | bytes]]:
    """A change that adds `text` to a file."""
    return {"shop/mails.py": before}, {"shop/mails.py": before + "\n\n" + text}


def _example(title: str, before: str, after: str, *expect: str) -> Example:
    return Example(title, before={"shop/mails.py": before}, after={"shop/mails.py": after}, expect=expect)


def _added(title: str, text: str, *expect: str) -> Example:
    before, after = _new(text)
    return Example(title, before=before, after=after, expect=expect)


EXAMPLES = (
    _example("emptied, and still called", _WORKS, _emptied("    pass\n"), "shop/mails.py:2 error"),
    _example(
        "emptied to a constant",
        _WORKS,
        _emptied("    # TODO: send it\n    return True\n"),
        "shop/mails.py:2 error",
    ),
    _example(
        "emptied, and nobody calls it",
        _WORKS.partition("\n\n\ndef close")[0] + "\n",
        _emptied("    raise NotImplementedError\n").partition("\n\n\ndef close")[0] + "\n",
        "shop/mails.py:2 warning",
    ),
    _added(
        "new, with a promise, and called",
        'def send_receipt(order):\n    """Send the receipt to the customer."""\n\n\n'
        "def close(order):\n    send_receipt(order)\n    order.done = True\n",
        "shop/mails.py:4 error",
    ),
    _added(
        "new, not implemented",
        "def send_receipt(order):\n    raise NotImplementedError\n",
        "shop/mails.py:4 warning",
    ),
    _example(
        "a branch that drops what it meets",
        _ROUTE,
        _ROUTE.replace(
            "    return None\n",
            '    elif kind == "cancel":\n        # TODO: Implement cancellation\n        return None\n'
            "    return None\n",
        ),
        "shop/mails.py:8 warning",
    ),
    _example(
        "an argument that is left out",
        "def run(hooks):\n    return Engine(hooks=hooks)\n",
        "def run(hooks):\n    return Engine(\n        hooks=None,  # TODO: pass them on\n    )\n",
        "shop/mails.py:3 note",
    ),
    _added(
        "new, a placeholder that a method goes on with",
        "class Mailer:\n    def letter_text(self, order):\n        # placeholder\n        return []\n\n"
        "    def send(self, order):\n        return self.post(self.letter_text(order))\n",
        "shop/mails.py:5 error",
    ),
    _added(
        "abstract methods and protocols",
        "class Mailer(ABC):\n    @abstractmethod\n    def send_letter(self, text): ...\n\n\n"
        "class Box(Protocol):\n    def open_box(self): ...\n",
    ),
    _added(
        "hooks of a base class",
        "class Mailer:\n    def before_send(self, text):\n        pass\n\n"
        "    def send(self, text):\n        self.before_send(text)\n        return text\n",
    ),
    _added(
        "a method that subclasses fill in",
        "class Mailer:\n    def send_text(self, text):\n        raise NotImplementedError\n\n\n"
        "class Post(Mailer):\n    def send_text(self, text):\n        return text\n",
    ),
    _added(
        "a visitor's empty methods, and a null object",
        "class Silent(Visitor):\n    def visit_name(self, node):\n        pass\n\n\n"
        "class NullMailer:\n    def send_text(self, text):\n        pass\n",
    ),
    _added(
        "an exception, a special method, a group of commands",
        "class Late(Exception):\n    pass\n\n\nclass Mail:\n    def __init__(self):\n        pass\n\n\n"
        "@click.group()\ndef commands():\n    pass\n",
    ),
    _example(
        "kept for callers of old releases",
        _WORKS,
        _emptied('    """Do nothing: deprecated, receipts are sent by the queue."""\n'),
    ),
    _example("it was empty before", _emptied("    pass\n"), _emptied("    ...\n")),
    _example(
        "an answer to nobody, by its parameters",
        "A = 1\n",
        'A = 1\n\n\ndef no_progress(_done, _total):\n    """Report nothing."""\n',
    ),
)
