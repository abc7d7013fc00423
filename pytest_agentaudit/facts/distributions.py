"""Which distribution provides a module: what people declare, and what code imports, are not always spelled alike.

The environment that runs the audit is not the audited one, so its installed packages tell nothing. What stands here are
well-known differences; all others follow from the names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from pytest_agentaudit.patterns import regex

_DIFFERENT = """
_cffi_backend: cffi
_pytest: pytest
airflow: apache-airflow
allauth: django-allauth
attr: attrs
bs4: beautifulsoup4
bson: pymongo
cassandra: scylla-driver
clang: libclang
corsheaders: django-cors-headers
crispy_forms: django-crispy-forms
Crypto: pycryptodome
Cryptodome: pycryptodomex
cv2: opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless
debug_toolbar: django-debug-toolbar
dialogflow: google-cloud-dialogflow
discord: py-cord
django_filters: django-filter
elasticsearch_dsl: elasticsearch
environ: django-environ
fitz: pymupdf
gi: pygobject
google: protobuf
googleapiclient: google-api-python-client
gridfs: pymongo
grpc: grpcio
grpc_health: grpcio-health-checking
grpc_status: grpcio-status
grpc_tools: grpcio-tools
magic: python-magic-bin
mem0: mem0ai
memcache: python-memcached
mpl_toolkits: matplotlib
MySQLdb: mysqlclient
newspaper: newspaper3k newspaper4k
osgeo: gdal
past: future
PIL: pillow pillow-simd
pkg_resources: setuptools
playhouse: peewee
pylab: matplotlib
pylsp: python-lsp-server
pynvml: nvidia-ml-py nvidia-ml-py3
pythoncom: pywin32
pytorch_lightning: lightning
pywintypes: pywin32
pyximport: cython
rest_framework: djangorestframework
sass: libsass
serpapi: google-search-results
skimage: scikit-image
sklearn: scikit-learn
skopt: scikit-optimize
slugify: awesome-slugify
storages: django-storages
telegram: python-telegram-bot
tlz: toolz
win32api: pywin32
win32com: pywin32
win32con: pywin32
win32file: pywin32
win32gui: pywin32
win32process: pywin32
win32security: pywin32
winerror: pywin32
xdist: pytest-xdist
"""

_COMPANIONS = """
attrs: attr
aiohttp: multidict yarl aiosignal frozenlist
anthropic: httpx anyio pydantic
black: blib2to3
boto3: botocore s3transfer
celery: kombu billiard vine
cryptography: cffi
django: asgiref sqlparse
fastapi: starlette pydantic pydantic_core anyio
fastmcp: mcp starlette httpx pydantic anyio
flask: werkzeug jinja2 click markupsafe itsdangerous blinker
httpx: httpcore anyio certifi idna h11 sniffio
httpcore: h11 certifi
ipython: traitlets prompt_toolkit pygments
jinja2: markupsafe
jsonschema: referencing rpds
jupyterlab: jupyter_server traitlets
litellm: openai tiktoken httpx pydantic
mcp: starlette httpx anyio pydantic pydantic_settings uvicorn
numba: llvmlite numpy
openai: httpx pydantic
pandas: numpy dateutil pytz
pydantic: pydantic_core annotated_types typing_extensions typing_inspection
pydantic-settings: pydantic dotenv
pytest: pluggy iniconfig packaging py exceptiongroup
pytest-xdist: xdist execnet
requests: urllib3 certifi idna charset_normalizer socks
rich: pygments markdown_it
scikit-learn: numpy scipy joblib threadpoolctl
scipy: numpy
setuptools: pkg_resources distutils
sphinx: docutils jinja2 pygments babel
starlette: anyio
supabase: postgrest gotrue storage3
tox: virtualenv pluggy platformdirs packaging
transformers: huggingface_hub tokenizers numpy
trio: outcome sortedcontainers sniffio attr
typer: click rich
uvicorn: click h11
"""


def _table(text: str) -> dict[str, tuple[str, ...]]:
    rows = (line.partition(": ") for line in text.strip().split("\n"))
    return {key: tuple(values.split()) for key, _, values in rows}


DIFFERENT: Mapping[str, tuple[str, ...]] = _table(_DIFFERENT)
"""Module -> the distributions that provide it, normalised."""

COMPANIONS: Mapping[str, tuple[str, ...]] = _table(_COMPANIONS)
"""Distribution -> modules of others that come along with it: their import works, undeclared, until it does not."""

_SEPARATORS = regex(r"[-_.]+")
_AFFIX = regex(r"^(?:python|py)-?|-?(?:python|py|binary|sdk|client)\d?$")


def normalised(name: str) -> str:
    """A distribution's name in the one form in which indexes compare it (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def provides(distribution: str, module: str) -> bool:
    """Whether a distribution (normalised name) may well be what provides a dotted module.

    Errs on the side of yes: of a family of names ("google-cloud-storage") each provides all modules of the first one.
    """
    root = module.partition(".")[0]
    if distribution in DIFFERENT.get(root, ()):
        return True
    name = normalised(root)
    if distribution == name or distribution.startswith(f"{name}-"):
        return True
    return _bare(distribution) == _bare(name)


def comes_with(distributions: Iterable[str], module: str) -> str:
    """The distribution among these that brings a module of another one along, or ""."""
    root = module.partition(".")[0]
    return next((it for it in sorted(distributions) if root in COMPANIONS.get(it, ())), "")


def roots_of(distribution: str) -> tuple[str, ...]:
    """The modules that a distribution (normalised name) may provide."""
    told = (root for root, names in DIFFERENT.items() if distribution in names)
    plain = (distribution, _AFFIX.sub("", distribution))
    return tuple(dict.fromkeys((*(name.replace("-", "_") for name in plain if name), *told)))


def _bare(name: str) -> str:
    """A name without what people put around a module's: "python-", "py", "-python", "-binary"; and separators."""
    return _AFFIX.sub("", name).replace("-", "") or name


STANDARD = sys.stdlib_module_names | {
    *("annotationlib", "asynchat", "asyncore", "cgi", "cgitb", "compression", "distutils", "imp", "imghdr", "lib2to3"),
    *("msilib", "nntplib", "pipes", "smtpd", "sndhdr", "telnetlib", "tomllib", "uu", "xdrlib"),
    *("_typeshed", "__main__", "StringIO", "cPickle", "ConfigParser", "Queue", "urllib2", "urlparse", "httplib"),
    *("__builtin__", "cStringIO", "Tkinter", "HTMLParser", "SocketServer", "BaseHTTPServer", "Cookie", "cookielib"),
}
"""Modules that some Python brings along: the running one, older and newer ones."""
