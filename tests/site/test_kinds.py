import pytest

from djmixersoft.site.templatetags.kinds import WORDS, is_track, kind, plays_everywhere
from djmixersoft.vault.media import MediaType
from tests.site.browsing import Person, text_of
from tests.site.test_tracks import uploaded


@pytest.mark.parametrize("media_type", list(MediaType))
def test_every_kind_has_words(media_type: MediaType) -> None:
    assert str(kind(media_type))
    assert "/" not in str(kind(media_type))
    assert set(WORDS) == set(MediaType)


def test_an_unknown_kind_is_a_file() -> None:
    assert (str(kind("text/html")), is_track("text/html")) == ("File", False)


def test_aiff_is_a_track_that_few_browsers_play() -> None:
    assert is_track(MediaType.AIFF)
    assert not plays_everywhere(MediaType.AIFF)


def test_a_track_can_be_played_at_once_and_another_file_cannot(owner: Person) -> None:
    track, other = uploaded(owner), uploaded(owner, b"just bytes", "rider.bin")
    crate = owner.get(owner.crate).text
    assert f'href="{track}?play"' in crate
    assert f'href="{other}?play"' not in crate
    assert "preload" in owner.get(track).text
    assert " autoplay" in owner.get(f"{track}?play").text
    assert " autoplay" not in owner.get(track).text
    assert "<audio" not in owner.get(f"{other}?play").text
    assert "Few browsers play AIFF" not in text_of(owner.get(track))


def test_an_aiff_track_says_that_it_may_stay_silent(owner: Person) -> None:
    track = uploaded(owner, b"FORM\0\0\0\0AIFF", "dub.aiff")
    assert "Few browsers play AIFF" in text_of(owner.get(track))
