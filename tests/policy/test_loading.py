"""rules.toml is understood whole or refused with file and line; nothing in it is passed over."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from djmixersoft.policy.compile import compile_rules
from djmixersoft.policy.errors import RulesError
from djmixersoft.policy.loading import load
from djmixersoft.policy.rules import RULES_FILE, Rules

TEXT = RULES_FILE.read_text("utf-8")
LINES = TEXT.splitlines()
# A change of the text (what is replaced by what, the first time), the line to blame as it then reads, the complaint.
FAULTS = [
    ("[categories.network]", "[category.network]", "[category.network]", "unknown key or section 'category'"),
    ("[[uses]]", "[[use]]", "[[use]]", "unknown key or section 'use'"),
    ('version = "2026', 'versoin = "2026', 'versoin = "2026', "unknown key or section 'versoin'"),
    ('rows = "all"', 'row = "all"', 'row = "all"', "unknown key 'row'"),
    ('rows = "own"', 'rows = "mine"', 'rows = "mine"', "unknown rows 'mine'"),
    ('may = ["read"]', 'may = ["look"]', 'may = ["look"]', "unknown verb 'look'"),
    ('purpose = "visiting"', 'purpose = "snooping"', 'purpose = "snooping"', "unknown purpose 'snooping'"),
    ('category = "personal"', 'category = "private"', 'category = "private"', "unknown category 'private'"),
    ('process = ["steward"]', 'process = ["butler"]', 'process = ["butler"]', "unknown process 'butler'"),
    ('tables = ["probe_result"]', 'tables = ["probes"]', 'tables = ["probes"]', "'probes' is not in category"),
    ('tables = ["session"]', 'tables = ["item"]', 'tables = ["item"]', "'item' is not in category 'personal'"),
    (
        '"item", "item_version", "item_key"',
        '"item", "person", "item_version", "item_key"',
        '"item", "person"',
        "two categories",
    ),
    (
        "\n[[retention]]\n",
        '\n[[retention]]\ntable = "x"\nafter = "a"\nkeep = "1 day"\nwords = ""\n[[retention]]\n',
        'table = "x"',
        "unknown table 'x'",
    ),
    ('keep = "0 days"', 'keep = "a while"', 'keep = "a while"', "no number of days or hours"),
    ("touches = { mail_proof", "touches = { mail_prof", "touches = { mail_prof", "unknown table 'mail_prof'"),
    (
        'touches = { mail_proof = ["read"]',
        'touches = { mail_proof = ["see"]',
        'mail_proof = ["see"]',
        "unknown verb 'see'",
    ),
    ('purposes = ["sign-in"]', 'purposes = ["sign-on"]', 'purposes = ["sign-on"]', "unknown purpose 'sign-on'"),
    ('may = ["read"]', 'may = "read"', 'may = "read"', "wrong kind"),
    ('may = ["read"]', "may = [1]", "may = [1]", "wrong kind"),
    ('rows = "own"', "rows = true", "rows = true", "wrong kind"),
    ('touches = { session = ["read"] }', 'touches = ["session"]', 'touches = ["session"]', "wrong kind"),
    ('clause = "2b"\n', "", "[purposes.visiting]", "lacks 'clause'"),
    ('rows = "account"', 'rows = "all"', 'rows = "all"', "rows 'all' can't be used on personal information"),
    ('rows = "named"\nkey = "id"\n', 'rows = "named"\n', 'rows = "named"', "'opened' and 'key' go together"),
    (
        'rows = "linked"\nkey = "id"\n',
        'rows = "linked"\n',
        'rows = "linked"',
        "'opened' and 'key' go together",
    ),
    ('staff = "support"', 'staff = "boss"', 'staff = "boss"', "unknown role 'boss'"),
    ('words = "Showing what a member', 'staff = "legal"\nwords = "Showing what a member', "process", "'desk' alone"),
    ("programs = true", 'programs = "yes"', 'programs = "yes"', "wrong kind"),
    ('["session", "registration"', '["person", "session", "registration"', '["person", "session"', "no retention"),
    ("[[doors]]", "[[doors]", "[[doors]", "not TOML"),
    ('mailer = "Sends mail."', 'mailer = "Sends mail.', 'mailer = "Sends mail.', "not TOML"),
    ("[processes]", "processes = 3\n[other]", "", "other"),
    ('mailer = "Sends mail."', "mailer = 3", "mailer = 3", "wrong kind"),
    ('version = "2026-11-23"', "version = 3", "version = 3", "wrong kind"),
    ('stamp = "added_by"', 'stamp = "added by"', 'stamp = "added by"', "no name"),
    ('after = "expires"', 'after = "expires OR true"', 'after = "expires OR true"', "no name"),
    ('columns = ["name"]', 'columns = ["name)"]', 'columns = ["name)"]', "no name"),
    ("[purposes.visiting]", '[purposes."visiting; --"]', "", "no name"),
    ('"django_migrations"', '"django migrations"', '"django migrations"', "no name"),
    ('mailer = "Sends', '"mail er" = "Sends', '"mail er"', "no name"),
    ('name = "named"', 'name = "../named"', 'name = "../named"', "no name"),
    ('name = "my_accounts"', 'name = "current_person"', "", "two"),
    (
        "\n[[retention]]\n",
        '\n[[retention]]\ntable = "session"\nafter = "a"\nkeep = "1 day"\nwords = ""\n[[retention]]\n',
        'table = "session"',
        "there are two [[retention]] for 'session'",
    ),
    ('trigger = "after insert', 'trigger = "whenever', 'trigger = "whenever', "does not say when"),
]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Rules]:
    """Load rules from a text."""

    def from_text(text: str) -> Rules:
        path = tmp_path / "rules.toml"
        path.write_text(text, "utf-8")
        return load(path)

    return from_text


def test_our_own_rules_are_understood(read: Callable[[str], Rules]) -> None:
    assert read(TEXT) == load()


@pytest.mark.parametrize(("old", "new", "line", "complaint"), FAULTS)
def test_a_fault_is_named_with_file_and_line(
    read: Callable[[str], Rules], old: str, new: str, line: str, complaint: str
) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(RulesError) as caught:
        read(text)
    assert complaint in str(caught.value)
    found = re.match(r".*/rules\.toml:(\d+): ", str(caught.value))
    assert found, str(caught.value)
    if line:
        assert line in text.splitlines()[int(found[1]) - 1]


EMPTY = {"categories": "{}", "processes": "{}", "purposes": "{}", "uses": "[]", "retention": "[]", "doors": "[]"}


@pytest.mark.parametrize(
    ("section", "value"),
    [(name, value) for name in EMPTY for value in ("3", "'x'", "[3]", "{ x = 3 }", "[]", "{}") if value != EMPTY[name]],
)
def test_a_section_of_the_wrong_kind_is_refused(read: Callable[[str], Rules], section: str, value: str) -> None:
    lines = ['version = "1"', *(f"{name} = {value if name == section else empty}" for name, empty in EMPTY.items())]
    with pytest.raises(RulesError, match=rf"rules\.toml:\d+: .*(must be|wrong kind).*|.*{section}.*must be"):
        read("\n".join(lines))


def test_an_empty_policy_allows_nothing(read: Callable[[str], Rules]) -> None:
    rules = read("\n".join(['version = "1"', *(f"{name} = {empty}" for name, empty in EMPTY.items())]))
    assert compile_rules(rules, {}, {}, {}).policies == ()


def test_a_missing_section_and_a_missing_file_are_named(tmp_path: Path, read: Callable[[str], Rules]) -> None:
    with pytest.raises(RulesError, match=r"rules\.toml:1: 'categories' is missing"):
        read('version = "1"\n')
    with pytest.raises(RulesError, match="can't be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(TEXT.replace("Sends", "S\xe9nds").encode("latin-1"))
    with pytest.raises(RulesError, match=r"latin\.toml:\d+: not UTF-8"):
        load(tmp_path / "latin.toml")


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The text with one of its lines deleted, doubled, cut, replaced, moved, or altered in a character."""
    number = draw(st.integers(0, len(LINES) - 1))
    line = LINES[number]
    place = draw(st.integers(0, len(line)))
    some = draw(
        st.text(st.characters(codec="utf-8"), max_size=3) | st.sampled_from(['"', "[", "]", "{", "=", "#", "[]", "3"])
    )
    new = draw(
        st.sampled_from(
            [
                [],
                [line, line],
                [line[:place]],
                [line[:place] + some + line[place:]],
                [line[:place] + some + line[place + 1 :]],
                [draw(st.sampled_from(LINES))],
                [line, draw(st.sampled_from(LINES))],
            ]
        )
    )
    return "\n".join([*LINES[:number], *new, *LINES[number + 1 :]])


@given(damaged())
@settings(max_examples=600, deadline=None, derandomize=True, database=None)
@example(TEXT.replace('tables = ["probe_result"]', "tables = []", 1))
def test_whatever_is_done_to_a_line_the_rules_are_refused_or_compile(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rules.toml"
        path.write_text(text, "utf-8", newline="")
        with suppress(RulesError):
            compile_rules(load(path), {}, {}, {})
