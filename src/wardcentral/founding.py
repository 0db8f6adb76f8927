"""Who may found a ward at this service."""

import hmac
from dataclasses import dataclass
from typing import Literal

from wardcentral.problems import ProblemError
from wardproto import control
from wardproto.control import RefusedError
from wardproto.messages import ControlPush
from wardproto.records import Genesis
from wardproto.wire import MalformedError, ward_id


@dataclass(frozen=True, slots=True)
class Founding:
    """Who may found a ward here: anyone, the holder of the token, nobody."""

    who: Literal["open", "token", "closed"] = "open"
    token: str = ""

    def allows(self, shown: str) -> bool:
        """Whether the token shown lets its holder found a ward."""
        if self.who != "token":
            return self.who == "open"
        return bool(self.token) and hmac.compare_digest(shown.encode(), self.token.encode())


def check_genesis(ward: bytes, push: ControlPush) -> None:
    """ProblemError where what is pushed is not the genesis record of this ward: ``unknown_ward`` or ``malformed``."""
    try:
        record, header = control.read(push.wire)
        if not isinstance(control.body_of(header), Genesis) or ward_id(record.payload) != ward:
            raise ProblemError("unknown_ward")
    except (RefusedError, MalformedError):
        raise ProblemError("malformed") from None
