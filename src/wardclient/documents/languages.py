"""The 同意書 in other languages, beside the Japanese text, which is the one that counts (domain 5.2, decision 0008)."""

from collections.abc import Mapping
from dataclasses import dataclass

ITEMS = ("S1", "S2", "S3", "S4", "S5", "S6", "S7", "H1", "H2", "H3", "H4", "H5")
"""The items of a consent in the order of the words below."""


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """The consent in one language: ``name`` of the language in Japanese, then what stands on the paper."""

    name: str
    heading: str
    lines: tuple[str, ...]
    items: tuple[str, ...]

    def item(self, code: str) -> str:
        """Return what an item is called."""
        return self.items[ITEMS.index(code)]


CONSENT_IN: Mapping[str, ConsentWords] = {
    "en": ConsentWords(
        "英語",
        "English (for reading; the Japanese text is the one that counts)",
        (
            "The ward office and Hello Work would like to share the items ticked above to help you find work.",
            "You decide. If you say no, you lose nothing: your benefit and the support stay the same.",
            "You can stop at any time. Tell the counter of the ward office or of Hello Work.",
            "You may ask to see what is recorded about you.",
        ),
        (
            *(
                "name, date of birth, address, contact",
                "kind of support",
                "schooling, work history, licences",
            ),
            *("wishes and limits (child care, nursing)", "health or disability at work"),
            *("support plan and notes of meetings", "how it goes after you start work"),
            *("registration as a job seeker", "notes of consultations", "referrals to employers"),
            *("result of selection", "starting and leaving work"),
        ),
    ),
    "zh": ConsentWords(
        "中国語(簡体字)",
        "中文(供阅读;以日文为准)",
        (
            "为了帮助您找工作,区政府和 Hello Work(公共职业安定所)希望共享上面打勾的信息。",
            "是否同意由您决定。不同意也不会有任何损失:您的补助和支援不会改变。",
            "您随时可以停止。请告诉区政府或 Hello Work 的窗口。",
            "您可以要求查看有关您的记录。",
        ),
        (
            *("姓名、出生日期、地址、联系方式", "支援对象类别", "学历、工作经历、资格"),
            *("希望和限制(育儿、护理)", "工作中需要照顾的健康或残疾情况"),
            *("支援计划和面谈记录", "就业后的情况"),
            *("求职登记", "咨询记录", "职业介绍"),
            *("录用结果", "就业和离职"),
        ),
    ),
    "ko": ConsentWords(
        "韓国・朝鮮語",
        "한국어(읽기용; 일본어가 정본입니다)",
        (
            "구청과 헬로워크는 일자리 찾기를 돕기 위해 위에 표시한 항목을 함께 보고자 합니다.",
            "동의할지는 본인이 정합니다. 동의하지 않아도 손해가 없습니다. 급여와 지원은 그대로입니다.",
            "언제든지 그만둘 수 있습니다. 구청이나 헬로워크 창구에 말씀해 주십시오.",
            "본인에 관한 기록을 보여 달라고 요청할 수 있습니다.",
        ),
        (
            *("이름, 생년월일, 주소, 연락처", "지원 대상 구분", "학력, 경력, 자격"),
            *("희망과 제약(육아, 간병)", "일할 때 배려가 필요한 건강·장애"),
            *("지원 계획과 면담 기록", "취업 후 상황"),
            *("구직 등록", "상담 기록", "직업 소개"),
            *("채용 결과", "취업과 퇴직"),
        ),
    ),
    "vi": ConsentWords(
        "ベトナム語",
        "Tiếng Việt (bản để đọc; bản tiếng Nhật là bản chính thức)",
        (
            "Văn phòng quận và Hello Work muốn chia sẻ các mục đã đánh dấu ở trên để giúp bạn tìm việc.",
            "Bạn tự quyết định. Nếu không đồng ý, bạn không bị thiệt gì: trợ cấp và hỗ trợ vẫn như cũ.",
            "Bạn có thể dừng bất cứ lúc nào. Hãy báo quầy của văn phòng quận hoặc Hello Work.",
            "Bạn có thể yêu cầu xem những gì được ghi về bạn.",
        ),
        (
            *("họ tên, ngày sinh, địa chỉ, liên lạc", "loại hỗ trợ", "học vấn, kinh nghiệm, bằng cấp"),
            *("mong muốn, hạn chế (nuôi con, chăm sóc)", "sức khỏe, khuyết tật khi làm việc"),
            *("kế hoạch hỗ trợ, ghi chép buổi gặp", "tình hình sau khi đi làm"),
            *("đăng ký tìm việc", "ghi chép tư vấn", "giới thiệu việc làm"),
            *("kết quả tuyển chọn", "bắt đầu và nghỉ việc"),
        ),
    ),
    "pt": ConsentWords(
        "ポルトガル語",
        "Português (para leitura; vale o texto em japonês)",
        (
            (
                "A prefeitura do distrito e a Hello Work querem compartilhar os itens marcados acima para ajudar você a achar"
                " trabalho."
            ),
            "Você decide. Se disser não, não perde nada: o seu benefício e o apoio continuam iguais.",
            "Você pode parar a qualquer momento. Avise o balcão da prefeitura do distrito ou da Hello Work.",
            "Você pode pedir para ver o que está registrado sobre você.",
        ),
        (
            *("nome, nascimento, endereço, contato", "tipo de apoio", "estudos, experiência, licenças"),
            *("desejos e limites (filhos, cuidados)", "saúde ou deficiência no trabalho"),
            *("plano de apoio e notas das conversas", "como vai depois de começar a trabalhar"),
            *("cadastro de emprego", "notas de consultas", "encaminhamentos a empresas"),
            *("resultado da seleção", "início e fim do trabalho"),
        ),
    ),
    "es": ConsentWords(
        "スペイン語",
        "Español (para leer; vale el texto en japonés)",
        (
            (
                "La oficina del distrito y Hello Work quieren compartir los puntos marcados arriba para ayudarle a encontrar"
                " trabajo."
            ),
            "Usted decide. Si dice que no, no pierde nada: su ayuda y el apoyo siguen igual.",
            "Puede parar en cualquier momento. Avise en la oficina del distrito o en Hello Work.",
            "Puede pedir ver lo que está registrado sobre usted.",
        ),
        (
            *("nombre, nacimiento, dirección, contacto", "tipo de apoyo", "estudios, experiencia, licencias"),
            *("deseos y límites (hijos, cuidados)", "salud o discapacidad en el trabajo"),
            *("plan de apoyo y notas de entrevistas", "cómo va después de empezar a trabajar"),
            *("registro de empleo", "notas de consultas", "presentaciones a empresas"),
            *("resultado de la selección", "inicio y fin del trabajo"),
        ),
    ),
    "tl": ConsentWords(
        "フィリピノ語",
        "Filipino (para basahin; ang tekstong Hapon ang may bisa)",
        (
            (
                "Gusto ng tanggapan ng ward at ng Hello Work na ibahagi ang mga may tsek sa itaas para tulungan kang makahanap"
                " ng trabaho."
            ),
            "Ikaw ang magpapasya. Kung ayaw mo, walang mawawala sa iyo: pareho pa rin ang benepisyo at tulong.",
            "Puwede kang huminto anumang oras. Sabihin sa tanggapan ng ward o sa Hello Work.",
            "Puwede mong hilinging makita ang nakasulat tungkol sa iyo.",
        ),
        (
            *(
                "pangalan, kapanganakan, tirahan, kontak",
                "uri ng tulong",
                "pinag-aralan, karanasan, lisensiya",
            ),
            *("gusto at limitasyon (anak, pag-aalaga)", "kalusugan o kapansanan sa trabaho"),
            *("plano ng tulong at tala ng pag-uusap", "kalagayan pagkatapos makapagtrabaho"),
            *("rehistro sa paghahanap ng trabaho", "tala ng konsultasyon", "pagrekomenda sa kompanya"),
            *("resulta ng pagpili", "simula at pag-alis sa trabaho"),
        ),
    ),
}
"""By language. Nobody whose language it is has read them yet: the paper says that the Japanese text counts."""
