"""The three themes: 明 (light), 暗 (dark), 高コントラスト. A test measures their contrast on the screens.

Colour only repeats what words say. The names of the variables are ours (``ward-…``).
"""

from textual.theme import Theme

NAMES = {"dark": "ward-dark", "light": "ward-light", "contrast": "ward-contrast"}
"""Theme of each setting."""


def _theme(name: str, *, dark: bool, **colours: str) -> Theme:
    text, back = colours["text"], colours["back"]
    return Theme(
        name=NAMES[name],
        primary=colours["accent"],
        secondary=colours["accent"],
        warning=colours["warn"],
        error=colours["bad"],
        success=colours["good"],
        accent=colours["accent"],
        foreground=text,
        background=back,
        surface=colours["field"],
        panel=colours["back"],
        dark=dark,
        text_alpha=1.0,
        variables={
            **{f"ward-{part.replace('_', '-')}": colour for part, colour in colours.items()},
            "input-cursor-background": text,
            "input-cursor-foreground": back,
            "input-cursor-text-style": "none",
            "input-selection-background": colours["chosen"],
            "block-cursor-background": colours["chosen"],
            "block-cursor-foreground": colours["chosen_text"],
            "scrollbar": colours["line"],
            "scrollbar-background": back,
            "scrollbar-corner-color": back,
            "scrollbar-background-hover": back,
            "scrollbar-background-active": back,
            "scrollbar-hover": colours["quiet"],
            "scrollbar-active": colours["quiet"],
        },
    )


DARK = _theme(
    "dark",
    dark=True,
    text="#e4e6ea",
    back="#12161c",
    quiet="#9fabb9",
    line="#4d5b6b",
    accent="#7fc8d8",
    good="#8fd19e",
    warn="#f0c36a",
    bad="#ff9c8f",
    field="#202833",
    field_focus="#2c3846",
    chosen="#254b66",
    chosen_text="#ffffff",
    bar="#1d3242",
    bar_text="#e9f3f8",
    practice="#5c3208",
    practice_text="#ffe9cf",
    key="#f0c36a",
    shared="#18343a",
)
LIGHT = _theme(
    "light",
    dark=False,
    text="#1b2229",
    back="#fbfaf7",
    quiet="#515c68",
    line="#9aa3ad",
    accent="#00586b",
    good="#1c5f2c",
    warn="#6f4600",
    bad="#9c1f14",
    field="#eceae3",
    field_focus="#dfe9f0",
    chosen="#bfdcee",
    chosen_text="#0c1a24",
    bar="#d3e4ec",
    bar_text="#12303f",
    practice="#ffd9a6",
    practice_text="#4a2700",
    key="#7a2e00",
    shared="#e1eff0",
)
CONTRAST = _theme(
    "contrast",
    dark=True,
    text="#ffffff",
    back="#000000",
    quiet="#e0e0e0",
    line="#c0c0c0",
    accent="#7df3ff",
    good="#8dff9b",
    warn="#ffe14d",
    bad="#ffb3aa",
    field="#1c1c1c",
    field_focus="#00305a",
    chosen="#ffe14d",
    chosen_text="#000000",
    bar="#003049",
    bar_text="#ffffff",
    practice="#5a2a00",
    practice_text="#ffffff",
    key="#ffe14d",
    shared="#002b30",
)
ALL = (DARK, LIGHT, CONTRAST)
