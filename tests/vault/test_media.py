"""What kind of file something is, and under which name it is sent."""

import re
from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from djmixersoft.vault.filenames import MAXIMUM, content_disposition, safe_name
from djmixersoft.vault.media import MediaType, known_media_type, may_be_inline, media_type

BEGINNINGS = {
    "kick.wav": (b"RIFF\x24\x08\0\0WAVEfmt ", MediaType.WAV),
    "long.WAV": (b"RF64\xff\xff\xff\xffWAVEds64", MediaType.WAV),
    "a.aif": (b"FORM\0\0\0\0AIFFCOMM", MediaType.AIFF),
    "a.aiff": (b"FORM\0\0\0\0AIFCFVER", MediaType.AIFF),
    "a.flac": (b"fLaC\0\0\0\x22", MediaType.FLAC),
    "tagged.mp3": (b"ID3\x04\0\0\0\0\0\0", MediaType.MP3),
    "bare.mp3": (b"\xff\xfb\x90\x64", MediaType.MP3),
    "a.aac": (b"\xff\xf1\x50\x80", MediaType.AAC),
    "a.m4a": (b"\0\0\0\x20ftypM4A ", MediaType.MP4),
    "a.ogg": (b"OggS\0\x02\0\0", MediaType.OGG),
    "two.dots.opus": (b"OggS\0\x02\0\0", MediaType.OGG),
    "cover.png": (b"\x89PNG\r\n\x1a\n\0\0", MediaType.PNG),
    "cover.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF", MediaType.JPEG),
    "cover.JPEG": (b"\xff\xd8\xff\xe1\0\x10Exif", MediaType.JPEG),
    "old.gif": (b"GIF87a\1\0\1\0", MediaType.GIF),
    "loop.gif": (b"GIF89a\1\0\1\0", MediaType.GIF),
    "flyer.webp": (b"RIFF\x24\0\0\0WEBPVP8 ", MediaType.WEBP),
    "rider.pdf": (b"%PDF-1.7\n", MediaType.PDF),
    "notes.md": ("\ufeff# Größe\r\n".encode(), MediaType.TEXT),
    "crew.txt": ("👩\u200d🎤 क्\u200cष \f".encode(), MediaType.TEXT),
    "set.cue": ("FILE “größe”\r\n\tTRACK 01".encode(), MediaType.TEXT),
    "cut.txt": (("x" + "é" * 300).encode()[:512], MediaType.TEXT),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_the_common_kinds_are_known(name: str) -> None:
    head, kind = BEGINNINGS[name]
    assert media_type(name, head) is kind


PAGE = b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.html", PAGE),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>"),
        ("a.mp3", PAGE),
        ("a.wav", b"RIFF\0\0\0\0AVI "),
        ("a.mp3", b"\xff\xfb\xf0\x00"),
        ("a.mp3", b"\xff"),
        ("a.mp3", b""),
        ("a.txt", b""),
        ("a.txt", b"\xff\xfe\0\0"),
        ("a.txt", b"bell\x07"),
        ("a.txt", b"nul\0"),
        ("a.txt", "UTF-16".encode("utf-16")),
        ("a.txt", "UTF-16, no mark".encode("utf-16-le")),
        ("a.txt", "Größe".encode("latin-1")),
        ("a.txt", b"cut in two \xc3"),
        ("a.txt", b"\xed\xa0\x80"),
        ("a.png", PAGE),
        ("a.png", b""),
        ("a.png", b"\xff\xd8\xff\xe0"),
        ("a.gif", b"GIF88a"),
        ("a.gif", b"/*GIF89a*/alert(1)"),
        ("a.webp", b"RIFF\x24\0\0\0WAVEfmt "),
        ("a.wav", b"RIFF\x24\0\0\0WEBPVP8 "),
        ("a.pdf", b" %PDF-1.7"),
        ("a.pdf", PAGE + b"%PDF-1.7"),
        ("a.pdf.html", b"%PDF-1.7"),
        ("a.xhtml", PAGE),
        ("a.xml", b"<?xml version='1.0'?>"),
        ("mp3", b"ID3"),
        ("a.ogg.exe", b"OggS"),
        ("a.ogg", b"MZ\x90"),
        ("", b"OggS"),
    ],
)
def test_what_does_not_fit_its_name_is_just_bytes(name: str, head: bytes) -> None:
    assert media_type(name, head) is MediaType.BYTES


@given(st.text(), st.binary(max_size=600))
def test_any_file_at_all_has_a_kind(name: str, head: bytes) -> None:
    assert media_type(name, head) in MediaType


@pytest.mark.parametrize("stored", ["text/html", "image/svg+xml", "audio/ogg\r\nX: y", "", "AUDIO/OGG"])
def test_a_recorded_kind_that_is_not_in_the_table_is_never_sent(stored: str) -> None:
    assert known_media_type(stored) is MediaType.BYTES


def test_nothing_that_a_browser_takes_for_a_page_is_shown_inline() -> None:
    inline = {kind.value for kind in MediaType if may_be_inline(kind)}
    of_a_kind = {kind for kind in inline if kind.startswith(("audio/", "image/"))}
    assert inline - of_a_kind == {"application/pdf", "text/plain; charset=utf-8"}
    assert not {"text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"} & {kind.value for kind in MediaType}


def sent_name(header: str) -> str:
    """Return the name as a browser that knows RFC 8187 understands it."""
    found = re.fullmatch(
        r"(inline|attachment); filename=\"([ !#-$&-\[\]-~]*)\"; "
        r"filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+)",
        header,
    )
    assert found is not None, header
    return unquote(found[3], errors="strict")


@given(st.text(st.characters(codec=None)))
@example('say "hi"\r\nSet-Cookie: a=b.mp3')
@example("\ud800.mp3")
@example("x" * 1000 + ".flac")
@example("💿" * 1000 + ".💿")
@example("../../etc/passwd")
@example("a" * 10 + "." + "b" * 1000)
@example(". . .")
def test_any_name_becomes_a_header_that_holds_nothing_else(name: str) -> None:
    header = content_disposition(name, inline=False)
    assert header.isascii()
    assert header.isprintable()
    kept = sent_name(header)
    assert kept == safe_name(name) == safe_name(kept)
    assert 0 < len(kept.encode()) <= MAXIMUM
    assert not set(kept) & set("/\\\0\r\n\u202e\u2066")


@pytest.mark.parametrize(
    "name", ["Vibe Ace.ogg", "Größe 100 %.wav", "日本語.mp3", "👩‍🎤 live.flac", "it's; a=b, c.aif"]
)
def test_an_ordinary_name_arrives_unchanged(name: str) -> None:
    assert sent_name(content_disposition(name, inline=True)) == name
    message = Message()
    message["Content-Disposition"] = content_disposition(name, inline=True)
    assert message.get_content_disposition() == "inline"
    assert message.get_filename() is not None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("cover\u202egpj.exe", "cover_gpj.exe"),
        ("a\tb\x1b[31m.mp3", "a_b_[31m.mp3"),
        ("", "download"),
        ("..", "download"),
        (".htaccess", "htaccess"),
        ("x" * 1000 + ".flac", "x" * 250 + ".flac"),
    ],
)
def test_what_could_mislead_is_taken_out_of_a_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe
