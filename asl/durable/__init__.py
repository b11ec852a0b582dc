"""Executions that survive any crash and run on many machines: see `Host`.

Needs the extra ``durable``. Nothing of it is imported until it is used.
"""

import importlib

from asl.errors import MissingExtra

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asl.durable.calling import Limit
    from asl.durable.host import Host
    from asl.durable.listing import Description, Page
    from asl.durable.port import Patience
    from asl.durable.telemetry import Telemetry
    from asl.durable.worker import Worker

__all__ = ["Description", "Host", "Limit", "Page", "Patience", "Telemetry", "Worker"]

_HOMES = {
    "Description": "asl.durable.listing",
    "Host": "asl.durable.host",
    "Limit": "asl.durable.calling",
    "Page": "asl.durable.listing",
    "Patience": "asl.durable.port",
    "Telemetry": "asl.durable.telemetry",
    "Worker": "asl.durable.worker",
}

if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        """A public name, imported when somebody first asks for it (PEP 562)."""
        if name not in __all__:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        try:
            value = getattr(importlib.import_module(_HOMES[name]), name)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in ("dbos", "psycopg", "sqlalchemy"):
                raise MissingExtra("durable", "a durable host") from error
            raise
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
