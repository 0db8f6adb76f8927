"""Faults of storage and network, told in words a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

from wardclient.desk.api import AwayError, DamagedHomeError, DiskFullError


@contextmanager
def told() -> Iterator[None]:
    """Raise the desk's errors for what storage and transport raise."""
    from wardclient.storage.cipher import DamagedError
    from wardclient.storage.faults import DiskFullError as NoRoomError

    try:
        yield
    except NoRoomError as error:
        raise disk_full() from error
    except DamagedError as error:
        raise damaged() from error


def disk_full() -> DiskFullError:
    """Return the error of a full disk."""
    return DiskFullError(
        "ディスクに空きがなく、保存できませんでした。画面の内容はそのままです。空きを作ってから、もう一度保存してください。",
        "The disk is full and nothing was saved. What you typed is still on the screen: make room, then save again.",
    )


def damaged() -> DamagedHomeError:
    """Return the error of a damaged database."""
    return DamagedHomeError(
        "この端末のデータベースが壊れています。送り終えた記録は中央サービスに残っています。管理者に知らせてください。",
        "The database of this PC is damaged. What was sent is safe at the central service. Tell the admin.",
    )


def away() -> AwayError:
    """Return the error of a service that cannot be reached."""
    return AwayError(
        "中央サービスにつながりません。この端末での仕事は続けられます。入力した内容は残っていて、つながると送ります。",
        "The central service cannot be reached. Work goes on here; what you typed is kept and sent later.",
    )
