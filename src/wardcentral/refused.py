"""How a command of the operator ends without having done what was asked."""

REFUSED, USAGE = 1, 2


class CommandError(Exception):
    """Ends a command with a sentence for the operator and an exit code."""

    def __init__(self, text: str, code: int = REFUSED) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
