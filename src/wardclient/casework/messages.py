"""The sentences of the rules, once each, in both languages. ``{label}`` is the field's own name."""

from wardclient.casework.problems import Problem

MESSAGES: dict[str, tuple[str, str]] = {
    "required": ("{label}を入力してください。", "{label} is needed."),
    "unknown_field": ("この種類の記録に、この欄はありません。", "This kind of record has no such field."),
    "type": ("{label}の値の形が正しくありません。", "{label} has a value of the wrong kind."),
    "too_long": ("{label}は{most}文字までです。", "{label} holds at most {most} characters."),
    "too_many": ("{label}は{most}件までです。", "{label} holds at most {most} entries."),
    "too_big": ("{label}は0から{most}までの数です。", "{label} is a number from 0 to {most}."),
    "control": ("{label}に使えない制御文字が入っています。", "{label} holds a control character."),
    "geta": (
        "{label}に「〓」があります。本来の文字を入れ、出せないときは外字メモに書いてください。",
        "{label} holds a placeholder for a missing glyph. Describe the glyph in its note.",
    ),
    "my_number": (
        "{label}に個人番号(マイナンバー)らしい12桁があり、記録できません。別の番号なら、間に言葉を入れてください。",
        "{label} seems to hold a My Number, which may not be stored. Other numbers: put a word in between.",
    ),
    "kana": (
        "{label}は全角カタカナで入力してください。",
        "{label} is written in full-width katakana.",
    ),
    "date": ("{label}の日付を確かめてください。", "Check the date of {label}."),
    "code": ("{label}は一覧から選んでください。", "Choose {label} from the list."),
    "number": ("{label}は数字で入力してください。", "{label} is a number."),
    "phone": ("{label}は0で始まる10桁か11桁の番号です。", "{label} has 10 or 11 digits and starts with 0."),
    "postal_code": ("{label}は 230-0051 の形で入力してください。", "{label} has the form 230-0051."),
    "municipality": (
        "{label}は区の名前か5桁の番号で入力してください。",
        "{label} is a ward's name or a 5-digit code.",
    ),
    "office": (
        "{label}はハローワークの5桁の番号で入力してください。",
        "{label} is the 5-digit number of a Hello Work office.",
    ),
    "opening_no": (
        "{label}は 14990-00012345 の形で入力してください。",
        "{label} has the form 14990-00012345.",
    ),
    "jobseeker_no": (
        "{label}は 14990-12345678 の形で入力してください。",
        "{label} has the form 14990-12345678.",
    ),
    "establishment_no": (
        "{label}は 1499-123456-7 の形で入力してください。",
        "{label} has the form 1499-123456-7.",
    ),
    "occupation": ("{label}は職業分類の番号 (例 034-01) です。", "{label} is a code such as 034-01."),
    "industry": ("{label}は産業分類の番号 (例 E) です。", "{label} is a code such as E."),
    "id": ("{label}の番号が正しくありません。", "{label} is not a valid number."),
    "future": ("{label}に先の日付は入れられません。", "{label} may not be in the future."),
    "birth_age": (
        "生年月日から計算すると15歳から100歳の外になります。確かめてください。",
        "By this birth date the person is not between 15 and 100. Please check.",
    ),
    "wishes_support": (
        "支援を希望するかどうかを本人に聞いて、入れてください。",
        "Ask whether the person wishes support, and enter it.",
    ),
    "not_before": ("{label}は{other}より後にしてください。", "{label} must be after {other}."),
    "not_earlier": ("{label}は{other}以後にしてください。", "{label} may not be before {other}."),
    "year": ("同意の期間は1年までです。", "A consent lasts at most one year."),
    "ended": ("有効期間の終わりが、もう過ぎています。", "The period has already ended."),
    "nobody": (
        "渡す項目も受け取る項目もありません。このままでは誰とも共有できません。",
        "Nothing is ticked in either direction: this would share with nobody.",
    ),
    "no_recipient": (
        "提供先のハローワークを選んでください。提供先のない同意は誰とも共有しません。",
        "Choose the receiving office. Without one nothing is shared with anybody.",
    ),
    "s1_always": (
        "S1 氏名・生年月日・住所・連絡先 は、同意のときは必ず渡す項目です。",
        "S1 is always part of a consent.",
    ),
    "explainer": ("同意の説明は区の職員が行います。", "The consent is explained by the ward's staff."),
    "channel_hw": (
        "ハローワークの紹介は、ハローワークの職員だけが登録できます。",
        "Only Hello Work staff enter a Hello Work referral.",
    ),
    "channel_city": (
        "市の無料職業紹介は、就労支援専門員だけが登録できます。",
        "Only the employment specialist enters a city referral.",
    ),
    "no_free_placement": (
        "この区は無料職業紹介の届出がないため、市の紹介は使えません。",
        "This ward has not notified free placement; the city channel is off.",
    ),
    "past_deadline": (
        "紹介年月日が求人の紹介期限を過ぎています。",
        "The referral is later than the opening's deadline.",
    ),
    "both_sides": (
        "同席の記録には、区とハローワークの出席者がそれぞれ一人以上必要です。",
        "A joint note needs at least one person of each side.",
    ),
    "own_kind": (
        "この種別の記録は、相手側の職員だけが書けます。",
        "Notes of this kind are written by the other side.",
    ),
    "other_visibility": (
        "相手側だけの記録は、ここからは書けません。",
        "A note for the other side alone cannot be written here.",
    ),
    "reject_only": ("不採用理由は、採否が不採用のときだけ入れます。", "A reason belongs to a refusal only."),
    "result_first": ("先に採否を入力してください。", "Enter the result first."),
    "group_household": (
        "世帯類型は支援対象 A1 の人だけに入れます。",
        "The household type is for group A1 only.",
    ),
}


def problem(
    code: str,
    field: str = "",
    label: tuple[str, str] = ("", ""),
    *,
    other: tuple[str, str] = ("", ""),
    most: int = 0,
) -> Problem:
    """Return the problem of a code; ``label`` and ``other`` are names of fields in both languages."""
    ja, en = MESSAGES[code]
    return Problem(
        field,
        code,
        ja.format(label=label[0], other=other[0], most=most),
        en.format(label=label[1], other=other[1], most=most),
    )
