"""The examples of faked-result."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_FETCH = "def fetch_orders(url):\n    answer = requests.get(url)\n    return answer.json()\n"
_USE = "\n\ndef report(url):\n    return len(fetch_orders(url))\n"
_TRAIN = "def train(model, data):\n    fit(model, data)\n    accuracy = evaluate(model, data)\n    return accuracy\n"


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/orders.py") -> Example:
    return Example(title, before={path: before}, after={path: after}, expect=expect)


EXAMPLES = (
    _example(
        "sample data for a request",
        _FETCH + _USE,
        'def fetch_orders(url):\n    # sample data, for now\n    return [{"id": 1, "total": 9}]\n' + _USE,
        "shop/orders.py:1 error",
    ),
    _example(
        "success for a call",
        "def send_mail(to, text):\n    answer = smtp.send(to, text)\n    return {'status': answer.status}\n",
        "def send_mail(to, text):\n    return {'status': 'ok'}\n",
        "shop/orders.py:1 warning",
    ),
    _example(
        "it waits and says that it is done",
        "A = 1\n",
        "A = 1\n\n\ndef deploy(version):\n    time.sleep(2)\n    print('Deployed successfully')\n    return True\n",
        "shop/orders.py:4 warning",
    ),
    _example(
        "a figure that was measured",
        _TRAIN,
        _TRAIN.replace("evaluate(model, data)", "0.97"),
        "shop/orders.py:3 warning",
    ),
    _example(
        "a figure drawn at random",
        _TRAIN,
        "import random\n\n\n" + _TRAIN.replace("evaluate(model, data)", "random.uniform(0.9, 1.0)"),
        "shop/orders.py:6 warning",
    ),
    _example(
        "a stand-in in earnest",
        "class FakeStore:\n    def save(self, order):\n        self.last = order\n\n\n"
        "def shop(store):\n    return Shop(store)\n",
        "class FakeStore:\n    def save(self, order):\n        self.last = order\n\n\n"
        "def shop(store=None):\n    return Shop(store or FakeStore())\n",
        "shop/orders.py:7 warning",
    ),
    _example(
        "a stand-in where the real thing failed",
        "def shop(url):\n    return Store(url)\n",
        "def shop(url):\n    try:\n        return Store(url)\n    except OSError:\n        return FakeStore()\n",
        "shop/orders.py:5 warning",
    ),
    _example(
        "the backend that the caller's address asks for",
        "A = 1\n",
        "A = 1\n\n\ndef shop(url):\n    memory = memory_of(url)\n    if memory is not None:\n"
        "        return FakeStore(memory)\n    return Store.of(url)\n",
        "shop/orders.py:7 note",
    ),
    _example(
        "success in a new function",
        "A = 1\n",
        "A = 1\n\n\ndef save_all(orders):\n    return {'ok': True}\n",
        "shop/orders.py:4 note",
    ),
    _example("a health check", "A = 1\n", "A = 1\n\n\ndef health():\n    return {'status': 'ok'}\n"),
    _example(
        "success after work",
        _FETCH,
        "def fetch_orders(url):\n    requests.get(url).raise_for_status()\n    return {'status': 'ok'}\n",
    ),
    _example(
        "tokens are drawn at random",
        "import random\n",
        "import random\n\n\ndef session_token(size):\n    return random.getrandbits(size)\n",
    ),
    _example(
        "random by trade",
        "import random\n",
        "import random\n\n\ndef retry_jitter(base):\n    return base + random.uniform(0, 1)\n",
    ),
    _example(
        "a module for testing",
        "A = 1\n",
        "A = 1\n\n\ndef client():\n    return FakeClient()\n",
        path="shop/testing.py",
    ),
    _example("a start value", _TRAIN, _TRAIN.replace("    fit", "    best_score = 0.0\n    fit")),
    _example(
        "it did so before",
        "def send(to):\n    return {'status': 'ok'}\n",
        "def send(to, text):\n    return {'status': 'ok'}\n",
    ),
)
