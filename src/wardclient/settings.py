"""What a person may set on this PC: language, theme, how soon it locks. Holds nothing personal.

The file is JSON in the platform's settings folder. A file that cannot be read is as good as
none: a broken setting must not keep anybody from work.
"""

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

THEMES = ("dark", "light", "contrast")
LEAST_IDLE, MOST_IDLE = 1, 15
"""Minutes without a key after which the desk locks; an office may choose within these."""
MOST_CURTAIN = 300


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of one PC. ``idle_minutes`` until the lock, ``curtain_seconds`` from curtain to lock."""

    language: str = "ja"
    theme: str = "dark"
    idle_minutes: int = 5
    curtain_seconds: int = 60
    presence: bool = True
    """Whether this PC tells the others which case is open here, and shows where else it is (0013)."""

    def checked(self) -> "Settings":
        """Return these settings with whatever is out of bounds put back to its default or limit."""
        default = Settings()
        return replace(
            self,
            language=self.language if self.language in ("ja", "en") else default.language,
            theme=self.theme if self.theme in THEMES else default.theme,
            idle_minutes=_within(self.idle_minutes, LEAST_IDLE, MOST_IDLE, default.idle_minutes),
            # A file edited by hand may hold anything.
            presence=self.presence is not False,
            curtain_seconds=_within(self.curtain_seconds, 1, MOST_CURTAIN, default.curtain_seconds),
        )


def settings_path() -> Path:
    """Return where the settings of this person on this PC are kept."""
    chosen = os.environ.get("WARDCLIENT_SETTINGS")
    if chosen:
        return Path(chosen)
    from platformdirs import user_config_path

    return user_config_path("wardclient", appauthor=False) / "settings.json"


def load_settings(path: Path) -> Settings:
    """Return the settings at ``path``; defaults for what is missing or cannot be read."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(given, dict):
        return Settings()
    known = {field.name: given[field.name] for field in fields(Settings) if field.name in given}
    return Settings(**known).checked()


def save_settings(path: Path, settings: Settings) -> bool:
    """Write the settings; False when there is no room or no right to write."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(settings), indent=2) + "\n", encoding="utf-8")
    except OSError:
        return False
    return True


def _within(value: object, least: int, most: int, default: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return default
    return min(max(value, least), most)
