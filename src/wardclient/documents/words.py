"""Small words of the papers: era dates and the consent in other languages."""

import datetime as dt
from collections.abc import Mapping

from wardclient.casework.calendar import format_moment, format_wareki


def era(iso: str) -> str:
    """Return an ISO day or moment as offices write it; empty stays empty, other text as it is."""
    try:
        if "T" in iso:
            return format_moment(dt.datetime.fromisoformat(iso))
        return format_wareki(dt.date.fromisoformat(iso)) if iso else ""
    except ValueError:
        return iso


CONSENT_IN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "en": (
        "English (for reading; the Japanese text is the one that counts)",
        (
            "The ward office and Hello Work would like to share the items ticked above to help you find work.",
            "You decide. If you say no, you lose nothing: your benefit and the support stay the same.",
            "You can stop at any time. Tell the counter of the ward office or of Hello Work.",
            "You may ask to see what is recorded about you.",
        ),
    ),
    "vi": (
        "Tiếng Việt (bản để đọc; bản tiếng Nhật là bản chính thức)",
        (
            "Văn phòng quận và Hello Work muốn chia sẻ các mục đã đánh dấu ở trên để giúp bạn tìm việc.",
            "Bạn tự quyết định. Nếu không đồng ý, bạn không bị thiệt gì: trợ cấp và hỗ trợ vẫn như cũ.",
            "Bạn có thể dừng bất cứ lúc nào. Hãy báo quầy của văn phòng quận hoặc Hello Work.",
            "Bạn có thể yêu cầu xem những gì được ghi về bạn.",
        ),
    ),
    "pt": (
        "Português (para leitura; vale o texto em japonês)",
        (
            "A subprefeitura e a Hello Work querem partilhar os itens marcados acima para ajudar você a achar trabalho.",
            "Você decide. Se disser não, não perde nada: o seu benefício e o apoio continuam iguais.",
            "Você pode parar a qualquer momento. Avise o balcão da subprefeitura ou da Hello Work.",
            "Você pode pedir para ver o que está registado sobre você.",
        ),
    ),
    "es": (
        "Español (para leer; vale el texto en japonés)",
        (
            (
                "La oficina del distrito y Hello Work quieren compartir los puntos marcados arriba para ayudarle"
                " a encontrar trabajo."
            ),
            "Usted decide. Si dice que no, no pierde nada: su ayuda y el apoyo siguen igual.",
            "Puede parar en cualquier momento. Avise en la oficina del distrito o en Hello Work.",
            "Puede pedir ver lo que está registrado sobre usted.",
        ),
    ),
    "tl": (
        "Filipino (para basahin; ang tekstong Hapon ang may bisa)",
        (
            (
                "Gusto ng tanggapan ng ward at ng Hello Work na ibahagi ang mga may tsek sa itaas para tulungan kang"
                " makahanap ng trabaho."
            ),
            "Ikaw ang magpapasya. Kung ayaw mo, walang mawawala sa iyo: pareho pa rin ang benepisyo at tulong.",
            "Puwede kang huminto anumang oras. Sabihin sa tanggapan ng ward o sa Hello Work.",
            "Puwede mong hilinging makita ang nakasulat tungkol sa iyo.",
        ),
    ),
}
"""The explanation beside the Japanese one, for languages whose letters the fonts have (decision 0008)."""
