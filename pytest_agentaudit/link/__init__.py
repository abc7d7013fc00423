"""The link between the run and the auditor process: messages, the channel, and how the auditor is started."""

from pytest_agentaudit.link.channel import Channel, GoneError, LateError, LinkError, StolenError
from pytest_agentaudit.link.launch import Order, launch
from pytest_agentaudit.link.messages import Done, Failure, Message, Progress, Snapshot, Start

__all__ = [
    "Channel",
    "Done",
    "Failure",
    "GoneError",
    "LateError",
    "LinkError",
    "Message",
    "Order",
    "Progress",
    "Snapshot",
    "Start",
    "StolenError",
    "launch",
]
