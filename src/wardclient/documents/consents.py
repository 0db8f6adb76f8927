"""同意書 and 同意撤回届 (domain 5.2, 5.6), in plain words with furigana."""

from collections.abc import Mapping
from dataclasses import dataclass

from wardclient.documents.languages import CONSENT_IN, ITEMS, ConsentWords
from wardclient.documents.paper import Block, Heading, Paper, Rows, Runs, Sign, Text, Ticks, plain, ruby
from wardclient.documents.words import era

_EXPLAINED = (
    (
        "区役所《くやくしょ》とハローワークが、あなたの仕事《しごと》探《さが》しを一緒《いっしょ》に手伝《てつだ》うため、"
        "下《した》で印《しるし》をつけたことだけを伝《つた》え合《あ》います。"
    ),
    (
        "同意《どうい》しなくても、困《こま》ることはありません。受《う》けている支援《しえん》は変《か》わりません。"
        "いつでもやめられます。やめるときは、区役所《くやくしょ》かハローワークの窓口《まどぐち》に言《い》ってください。"
    ),
    (
        "あなたの記録《きろく》は、見《み》せてもらうよう求《もと》めることができます(開示請求《かいじせいきゅう》)。"
        "これからつけ加《くわ》える記録《きろく》も、印《しるし》のとおりに伝《つた》わります。"
    ),
)
_FORM: Mapping[str, Runs] = {
    name: ruby(text)
    for name, text in {
        "name": "氏名《しめい》",
        "kana": "フリガナ",
        "recipients": "伝《つた》える先《さき》(提供先《ていきょうさき》)",
        "purpose": "目的《もくてき》",
        "period": "期間《きかん》",
        "to_hw": "区役所《くやくしょ》からハローワークへ伝《つた》えること",
        "to_city": "ハローワークから区役所《くやくしょ》へ伝《つた》えること",
        "date": "日付《ひづけ》",
        "signature": "署名《しょめい》",
        "proxy": "代筆《だいひつ》・代理人《だいりにん》(続柄《つづきがら》)",
        "signed_on": "同意《どうい》した日《ひ》",
        "until": "同意《どうい》の期限《きげん》",
    }.items()
}
SCOPE_READ: Mapping[str, Runs] = {
    code: ruby(f"{code} {text}")
    for code, text in {
        "S1": "氏名《しめい》・生年月日《せいねんがっぴ》・住所《じゅうしょ》・連絡先《れんらくさき》",
        "S2": "支援対象区分《しえんたいしょうくぶん》",
        "S3": "学歴《がくれき》・職歴《しょくれき》・資格《しかく》",
        "S4": "希望《きぼう》・制約《せいやく》(育児《いくじ》・介護《かいご》)",
        "S5": "就労上《しゅうろうじょう》の健康《けんこう》・障害《しょうがい》の配慮《はいりょ》",
        "S6": "支援《しえん》プラン・面談記録《めんだんきろく》",
        "S7": "就職後《しゅうしょくご》の状況《じょうきょう》",
        "H1": "求職登録《きゅうしょくとうろく》",
        "H2": "相談記録《そうだんきろく》",
        "H3": "紹介《しょうかい》",
        "H4": "採否《さいひ》",
        "H5": "就職《しゅうしょく》・離職《りしょく》",
    }.items()
}
"""The items as the person reads them; a test holds them against the code list (domain 4.12)."""
_TITLE = "個人情報《こじんじょうほう》の提供《ていきょう》に関《かん》する同意書《どういしょ》"
_WITHDRAWAL_TITLE = "同意撤回届《どういてっかいとどけ》"


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
    language = values.language if other else ""
    return Paper(
        "個人情報の提供に関する同意書",
        (
            *(Text(ruby(text)) for text in _EXPLAINED),
            Rows(
                (
                    (_FORM["name"], f"{values.name}  ({values.kana})"),
                    (_FORM["recipients"], "、".join(values.recipients)),
                    (_FORM["purpose"], "、".join(values.purposes)),
                    (_FORM["period"], f"{era(values.valid_from)} から {era(values.valid_until)} まで"),
                )
            ),
            Heading(_FORM["to_hw"]),
            _ticks("S", values.scope_to_hw, other, language),
            Heading(_FORM["to_city"]),
            _ticks("H", values.scope_to_city, other, language),
            *_beside(other, language),
            Sign((_FORM["date"], _FORM["signature"], _FORM["proxy"])),
            Rows(
                (
                    ("説明者・控えの交付", f"{values.explained_by}    □ 控えを本人に渡した"),
                    ("様式", values.form_version),
                )
            ),
        ),
        title_read=ruby(_TITLE),
        to=(f"横浜市{values.ward_name}福祉保健センター長 様",),
    )


def _ticks(side: str, ticked: tuple[str, ...], other: ConsentWords | None, language: str) -> Ticks:
    codes = [code for code in ITEMS if code.startswith(side)]
    return Ticks(
        tuple((code in ticked, SCOPE_READ[code]) for code in codes),
        tuple(other.item(code) for code in codes) if other else (),
        language,
    )


def _beside(other: ConsentWords | None, language: str) -> tuple[Block, ...]:
    if other is None:
        return ()
    # One paragraph: the paper stays one page in every language.
    return Heading(other.heading, language), plain(" ".join(other.lines), language)


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
            Text(
                ruby(
                    "先《さき》に出《だ》した、個人情報《こじんじょうほう》の提供《ていきょう》の同意《どうい》を、やめます。"
                )
            ),
            Rows(
                (
                    (_FORM["name"], values.name),
                    (_FORM["kana"], values.kana),
                    (_FORM["recipients"], "、".join(values.recipients)),
                    (_FORM["signed_on"], era(values.signed_on)),
                    (_FORM["until"], era(values.valid_until)),
                )
            ),
            Text(
                ruby(
                    "届《とど》け出《で》たあとは、新《あたら》しい情報《じょうほう》は伝《つた》えません。"
                    "相手《あいて》の端末《たんまつ》にある情報《じょうほう》は、次《つぎ》の接続《せつぞく》のときに消《き》えます。"
                )
            ),
            Text(
                ruby(
                    "すでに紙《かみ》で渡《わた》したもの、相手《あいて》が見《み》たことは、取《と》り消《け》せません。"
                    "やめても不利益《ふりえき》はありません。"
                )
            ),
            Sign((_FORM["date"], _FORM["signature"], _FORM["proxy"])),
            Rows((("受けた職員", ""), ("受けた日", ""))),
        ),
        title_read=ruby(_WITHDRAWAL_TITLE),
        to=(f"横浜市{values.ward_name}福祉保健センター長 様",),
    )
