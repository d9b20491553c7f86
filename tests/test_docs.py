"""What the documentation says is so: its links lead somewhere, and every key, setting and promise is in it."""

import io
import re
import shlex
from contextlib import redirect_stdout, suppress
from dataclasses import fields

import pytest
from django.utils.module_loading import autodiscover_modules

from djmixersoft.cli import parser
from djmixersoft.policy import show
from djmixersoft.policy.loading import load
from djmixersoft.policy.probing import probes_of
from djmixersoft.policy.prose import clauses
from djmixersoft.policy.rules import ROWS, VERBS, Category, Door, Purpose, Retention, Use
from tests.support import ROOT

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
LINK = re.compile(r"\]\(\s*([^)#\s]+)[^)]*\)")
VARIABLE = re.compile(r"""(?:environ|environment)(?:\.get|\.pop)?[\[(]f?"([A-Z_]+)""")
# Set by the supervisor or by developers, never by an operator; or the base of a name.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "DJMS_PROCESS", "DJMS_SUPERUSER_URL", "DJMS_SUPERUSER_INSIDE_URL"}
FROM_ELSEWHERE = {"XDG_RUNTIME_DIR"}


def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_project_leads_somewhere(page: str) -> None:
    for target in LINK.findall(read(page)):
        assert target.startswith("https://") or ((ROOT / page).parent / target).exists(), target


def test_the_readme_leads_to_every_page() -> None:
    linked = {target.removeprefix("./") for target in LINK.findall(read("README.md"))}
    assert [page for page in PAGES if page != "README.md" and page not in linked] == []


@pytest.mark.parametrize("kind", [Category, Purpose, Use, Retention, Door])
def test_every_key_of_the_rules_is_explained(kind: type) -> None:
    text = read("docs/policy.md")
    assert [field.name for field in fields(kind) if f"`{field.name}`" not in text and field.name != "name"] == []


def test_every_scope_and_verb_of_the_rules_is_explained() -> None:
    text = read("docs/policy.md")
    assert [word for word in (*ROWS, *VERBS) if f"`{word}`" not in text] == []


def test_the_uses_that_are_shown_as_examples_are_there() -> None:
    printed = {re.sub(r" {2,}", "  ", line) for line in show.uses(load()).splitlines()}
    example = read("docs/policy.md").partition("```\npurpose ")[2].partition("```")[0].splitlines()[1:]
    assert len(example) == 3
    assert {re.sub(r" {2,}", "  ", line) for line in example} <= printed


def test_every_setting_that_the_program_reads_is_explained() -> None:
    read_ones = {
        name for path in ROOT.glob("djmixersoft/**/*.py") for name in VARIABLE.findall(path.read_text("utf-8"))
    }
    read_ones -= NOT_SETTINGS | FROM_ELSEWHERE
    assert {"DJMS_URL", "MAIL_URL", "DJMS_LISTEN", "DATABASE_URL", "DJMS_DATA"} <= read_ones, "it finds them"
    text = read("docs/operating.md") + read("docs/programs.md")
    assert [name for name in sorted(read_ones) if name not in text] == []


def test_what_is_tried_and_what_is_only_words_are_all_the_promises() -> None:
    autodiscover_modules("probes")
    text = read("docs/promises.md")
    tried = text.partition("## What is tried")[2].partition("## ")[0]
    rows = {name for cell in re.findall(r"^\| ([^|]+) \|", tried, re.MULTILINE) for name in cell.split(", ")}
    words = text.partition("## What is only words so far")[2].partition("## ")[0]
    bold = {name for group in re.findall(r"\*\*([^*]+)\*\*", words) for name in group.split(", ")}
    assert rows - {"promise", "---"} == {promise for promise in clauses() if probes_of(promise)}
    assert bold == {promise for promise in clauses() if not probes_of(promise)}


def test_the_commands_for_a_witness_are_understood() -> None:
    text = read("docs/witness.md")
    commands = [shlex.split(line)[1:] for line in text.splitlines() if line.startswith("./run ")]
    assert len(commands) == 3
    for words in commands:
        assert parser().parse_args(words).action == "witness"
    options = set(re.findall(r"`(--[a-z-]+)", text)) | {
        word for words in commands for word in words if word[:2] == "--"
    }
    assert options == set(re.findall(r"(--[a-z-]+)", help_of("ledger", "witness"))) - {"--help"}, "each is explained"


def help_of(*words: str) -> str:
    printed = io.StringIO()
    with redirect_stdout(printed), suppress(SystemExit):
        parser().parse_args([*words, "--help"])
    return printed.getvalue()
