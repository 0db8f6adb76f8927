"""An invented list of training courses and programmes, as the state brings it: a CSV of any size."""

import csv
import io
from datetime import date, timedelta
from random import Random

from wardclient.casework.calendar import format_wareki

HEADER = (
    "訓練コース番号",
    "訓練科名",
    "訓練実施施設名",
    "訓練開始日",
    "訓練終了日",
    "募集締切",
    "訓練実施場所",
    "定員",
    "訓練内容",
)
_SUBJECTS = (
    ("介護職員初任者研修科", "介護の基本と生活援助の技術。修了すると初任者研修の資格になります。", 3),
    ("介護福祉士実務者研修科", "実務者研修まで。就職の支援が付きます。", 6),
    ("医療事務科", "診療報酬の計算と受付の実務。", 4),
    ("ＯＡ事務基礎科", "文書作成・表計算・ビジネスマナー。初めての人向け。", 3),
    ("Ｗｅｂデザイン科", "HTML・画像の加工・サイト制作の実習。", 5),
    ("ビル設備管理科", "電気・空調・消防設備の保守。第二種電気工事士の受験準備。", 6),
    ("フォークリフト・物流科", "フォークリフト運転技能講習と倉庫の実務。", 2),
    ("調理基礎科", "給食調理の実習と衛生管理。", 3),
    ("就労準備支援事業", "生活のリズムづくりと職場見学。週2日から。", 6),
    ("保育補助研修", "子育て支援員研修。認可保育所での実習があります。", 1),
)
_PROVIDERS = (
    "架空職業訓練センター",
    "試験台ビジネス学院",
    "みほん福祉カレッジ",
    "練習技能協会",
    "架空区就労準備センター",
)
_PLACES = (
    "鶴見区架空町1丁目",
    "中区架空台2番",
    "瀬谷区架空本町3番",
    "神奈川区架空通4丁目",
    "川崎市川崎区架空5番",
)


def make_courses_csv(count: int, today: date, seed: int = 1, encoding: str = "cp932") -> bytes:
    """Return a file of ``count`` courses; their deadlines lie from last week to three months on."""
    dice = Random(seed)  # invented data
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEADER)
    for number in range(count):
        subject, about, months = _SUBJECTS[number % len(_SUBJECTS)]
        deadline = today + timedelta(days=dice.randrange(-7, 90))
        begins = deadline + timedelta(days=dice.randrange(14, 40))
        table.writerow(
            (
                f"5-{today.year % 100:02d}-14-{number + 1:04d}",
                subject,
                _PROVIDERS[(number // len(_SUBJECTS) + number) % len(_PROVIDERS)],
                format_wareki(begins),
                format_wareki(begins + timedelta(days=30 * months)),
                format_wareki(deadline),
                _PLACES[dice.randrange(len(_PLACES))],
                dice.choice((10, 15, 20, 24, 30)),
                about,
            )
        )
    return out.getvalue().encode(encoding)
