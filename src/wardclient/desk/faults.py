"""Faults of storage and network, told in words a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

from wardclient.desk.api import AwayError, DamagedHomeError, DeskError, DiskFullError


@contextmanager
def told() -> Iterator[None]:
    """Raise the desk's errors for what storage and transport raise."""
    import sqlcipher3.dbapi2 as sqlcipher

    from wardclient.storage.cipher import DamagedError
    from wardclient.storage.faults import DiskFullError as NoRoomError
    from wardclient.sync.client import ClosedStreamError, TooLargeError
    from wardclient.sync.core import StoppedError

    try:
        yield
    except NoRoomError as error:
        raise disk_full() from error
    except DamagedError as error:
        raise damaged() from error
    except sqlcipher.DatabaseError as error:
        # A read outside a transaction meets a damaged page here.
        raise (disk_full() if "full" in str(error) else damaged()) from error
    except StoppedError as error:
        raise stopped(error.reason) from error
    except ClosedStreamError as error:
        raise closed() from error
    except TooLargeError as error:
        raise too_large() from error


def disk_full() -> DiskFullError:
    """Return the error of a full disk."""
    return DiskFullError(
        "ディスクに空きがなく、保存できませんでした。画面の内容はそのままです。"
        "空きを作ってから、もう一度保存してください。",
        "The disk is full and nothing was saved. What you typed is still on the screen: make room, then save again.",
    )


def damaged() -> DamagedHomeError:
    """Return the error of a damaged database."""
    return DamagedHomeError(
        "この端末のデータベースが壊れています。送り終えた記録は中央サービスに残っています。管理者に知らせてください。",
        "The database of this PC is damaged. What was sent is safe at the central service. Tell the admin.",
    )


def set_aside() -> DamagedHomeError:
    """Return the error of a database that was found damaged and set aside."""
    return DamagedHomeError(
        "データベースが壊れていたので、消さずに別の場所へ移しました。送り終えた記録は中央サービスにあり、"
        "送っていない仕事は控えから確認箱に戻します。もう一度解錠すると、中央サービスから作り直します。",
        "The database was damaged and set aside, not deleted. What was sent is at the central service; what "
        "was not comes from the journal to the inbox. Unlock again to rebuild.",
    )


def stopped(reason: str) -> DeskError:
    """Return the error of a PC that may not write."""
    sentences = {
        "removed": (
            "この端末は登録から外されています。入力した内容は確認箱に残ります。管理者に知らせてください。",
            "This PC was removed from the ward. What you typed stays in the inbox. Tell the admin.",
        ),
        "rebuilding": (
            "中央サービスから作り直している途中です。終わるまで書き込めません。見ることはできます。",
            "The database is being rebuilt from the central service. Writing waits until it is done.",
        ),
    }
    fallback = (
        "書き込みを止めています。確認箱の異常の記録を見て、管理者に知らせてください。データは残っています。",
        "Writing has stopped. See the incident in the inbox and tell the admin. The data is safe.",
    )
    return DeskError(*sentences.get(reason, fallback))


def closed() -> DeskError:
    """Return the error of a stream whose sharing has ended."""
    return DeskError(
        "同意が終わったため、共有の記録には書けません。自分の側だけの記録としてなら残せます。",
        "The consent has ended: nothing more can be shared. Keep it as an own-office note.",
    )


def too_large() -> DeskError:
    """Return the error of a text longer than a block."""
    return DeskError(
        "一度に保存できる量を超えています。二つに分けて保存してください。画面の内容はそのままです。",
        "This is more than can be saved at once. Save it in two parts; what you typed is still there.",
    )


def away() -> AwayError:
    """Return the error of a service that cannot be reached."""
    return AwayError(
        "中央サービスにつながりません。この端末での仕事は続けられます。入力した内容は残っていて、つながると送ります。",
        "The central service cannot be reached. Work goes on here; what you typed is kept and sent later.",
    )
