"""同意書 and 同意撤回届 (domain 5.2, 5.6)."""

from dataclasses import dataclass

from wardclient.casework.codes import SCOPE_TO_CITY, SCOPE_TO_HW
from wardclient.documents.paper import Block, Heading, Paper, Rows, Sign, Text, Ticks, plain
from wardclient.documents.words import CONSENT_IN, era

_EXPLAINED = Text(
    (
        ("区役所", "くやくしょ"),
        ("と", ""),
        ("ハローワーク", ""),
        ("が、あなたの", ""),
        ("仕事", "しごと"),
        ("探", "さが"),
        ("しを", ""),
        ("一緒", "いっしょ"),
        ("に", ""),
        ("手伝", "てつだ"),
        ("うため、", ""),
        ("下", "した"),
        ("で", ""),
        ("印", "しるし"),
        ("をつけたことだけを", ""),
        ("伝", "つた"),
        ("え", ""),
        ("合", "あ"),
        ("います。", ""),
    )
)
_FREE = Text(
    (
        ("同意", "どうい"),
        ("しなくても、", ""),
        ("困", "こま"),
        ("ることはありません。いつでもやめられます。やめるときは、", ""),
        ("区役所", "くやくしょ"),
        ("かハローワークの", ""),
        ("窓口", "まどぐち"),
        ("に", ""),
        ("言", "い"),
        ("ってください。あなたの", ""),
        ("記録", "きろく"),
        ("は、", ""),
        ("見", "み"),
        ("せてもらうよう", ""),
        ("求", "もと"),
        ("めることができます(", ""),
        ("開示請求", "かいじせいきゅう"),
        (")。", ""),
    )
)


@dataclass(frozen=True, slots=True)
class ConsentValues:
    """What a 同意書 says. Dates ISO; items as S1…, H1…; ``language``: a key of CONSENT_IN or empty."""

    ward_name: str
    name: str
    kana: str
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    scope_to_hw: tuple[str, ...]
    scope_to_city: tuple[str, ...]
    valid_from: str
    valid_until: str
    form_version: str
    explained_by: str
    language: str = ""


def consent_paper(values: ConsentValues) -> Paper:
    """Return the 同意書: what goes to whom, for how long, and how to stop it."""
    other = CONSENT_IN.get(values.language)
    beside: tuple[Block, ...] = (Heading(other[0]), *(plain(line) for line in other[1])) if other else ()
    return Paper(
        "個人情報の提供に関する同意書",
        (
            _EXPLAINED,
            _FREE,
            Rows(
                (
                    ("氏名", values.name),
                    ("フリガナ", values.kana),
                    ("提供先", "、".join(values.recipients)),
                    ("目的", "、".join(values.purposes)),
                    ("期間", f"{era(values.valid_from)} から {era(values.valid_until)} まで"),
                )
            ),
            Heading("区役所からハローワークへ伝えること"),
            Ticks(tuple((k in values.scope_to_hw, f"{k} {v.ja}") for k, v in SCOPE_TO_HW.items())),
            Heading("ハローワークから区役所へ伝えること"),
            Ticks(tuple((k in values.scope_to_city, f"{k} {v.ja}") for k, v in SCOPE_TO_CITY.items())),
            *beside,
            Sign(("日付", "署名", "代筆・代理人(続柄)")),
            Rows(
                (
                    ("説明者", values.explained_by),
                    ("控えの交付", "□ 本人に渡した"),
                    ("様式", values.form_version),
                )
            ),
        ),
        to=(f"横浜市{values.ward_name}福祉保健センター長 様",),
    )


@dataclass(frozen=True, slots=True)
class WithdrawalValues:
    """What a 同意撤回届 says."""

    ward_name: str
    name: str
    kana: str
    recipients: tuple[str, ...]
    signed_on: str
    valid_until: str


def withdrawal_paper(values: WithdrawalValues) -> Paper:
    """Return the 同意撤回届."""
    return Paper(
        "同意撤回届",
        (
            plain("先に出した個人情報の提供に関する同意を、やめます。"),
            Rows(
                (
                    ("氏名", values.name),
                    ("フリガナ", values.kana),
                    ("提供先", "、".join(values.recipients)),
                    ("同意した日", era(values.signed_on)),
                    ("同意の期限", era(values.valid_until)),
                )
            ),
            plain(
                "届け出たあとは、新しい情報は伝えません。相手の端末にある情報は、次の接続のときに消えます。"
            ),
            plain("すでに紙で渡したもの、相手が見たことは、取り消せません。やめても不利益はありません。"),
            Sign(("日付", "署名", "代筆・代理人(続柄)", "受けた職員")),
        ),
        to=(f"横浜市{values.ward_name}福祉保健センター長 様",),
    )
