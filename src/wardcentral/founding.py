"""Who may found a ward at this service."""

import hmac
from dataclasses import dataclass
from typing import Literal


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
