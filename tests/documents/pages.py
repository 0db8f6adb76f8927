"""Read a PDF back as a reader does: its text, and its pages as small grey pictures."""

import struct
import unicodedata
import zlib
from pathlib import Path

import pypdfium2

SCALE = 0.35


def text(pdf: bytes) -> str:
    """Return the text of all pages; compatibility forms (the font shares 令 with U+F9A8) as usual letters."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = "\n".join(page.get_textpage().get_text_range() for page in document)
        return unicodedata.normalize("NFKC", found)
    finally:
        document.close()


def pictures(pdf: bytes) -> list[tuple[int, int, bytes]]:
    """Return (width, height, grey bytes) of each page."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    try:
        for page in document:
            bitmap = page.render(scale=SCALE, grayscale=True)
            rows, width = bytes(bitmap.buffer), bitmap.width
            lines = (rows[y * bitmap.stride : y * bitmap.stride + width] for y in range(bitmap.height))
            found.append((width, bitmap.height, b"".join(lines)))
            bitmap.close()
    finally:
        document.close()
    return found


def write_png(path: Path, picture: tuple[int, int, bytes]) -> None:
    """Keep a picture as an 8-bit grey PNG without filters."""
    width, height, grey = picture
    raw = b"".join(b"\0" + grey[y * width : (y + 1) * width] for y in range(height))

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + packed)


def read_png(path: Path) -> tuple[int, int, bytes]:
    """Return what `write_png` kept."""
    data = path.read_bytes()
    width, height = struct.unpack_from(">II", data, 16)
    (size,) = struct.unpack_from(">I", data, 33)
    raw = zlib.decompress(data[41 : 41 + size])
    return width, height, b"".join(raw[y * (width + 1) + 1 : (y + 1) * (width + 1)] for y in range(height))


def difference(one: bytes, other: bytes) -> float:
    """Return the mean difference of two pictures, 0 to 255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
