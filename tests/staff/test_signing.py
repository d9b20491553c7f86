"""Signing in at the desk by its pages: two halves, nothing lost, nothing told."""

import pytest

from djmixersoft.staff import commands
from tests.conftest import Cluster
from tests.promises.acting import acting
from tests.promises.serving import Site
from tests.site.browsing import text_of
from tests.staff.agents import PASSWORD, Agent, added, hidden
from tests.staff.desk import superuser


def put_back(cluster: Cluster, agent: Agent, column: str, minutes: int) -> None:
    with superuser(cluster) as everything:
        everything.execute(
            f"UPDATE djms.staff_session SET {column} = now() - make_interval(mins => %s) WHERE staff_id ="
            " (SELECT id FROM djms.staff WHERE email = %s)".encode(),
            [minutes, agent.email],
        )


def test_a_link_leads_to_a_password_a_factor_and_the_desk_and_works_once(cluster: Cluster, desk: Site) -> None:
    with added(cluster, desk, "support", "editorial") as agent:
        shown = agent.get(f"/welcome/{agent.link}")
        assert shown.status_code == 200
        assert agent.email in shown.text
        weak = agent.post(f"/welcome/{agent.link}", {"password": "password12"})
        assert weak.status_code == 422
        assert "guessed soon" in weak.text
        agent.post(f"/welcome/{agent.link}", {"password": PASSWORD})
        assert agent.get("/")["Location"] == "/you/factors/new", "nothing else is to be done first"
        wrong = agent.post("/you/factors/new", {**hidden(agent.get("/you/factors/new")), "name": "x", "code": "000000"})
        assert wrong.status_code == 422
        assert agent.add_app()["Location"] == "/?done=factor-added"
        landing = agent.get("/").text
        assert "You answer what people ask." in landing
        assert agent.pseudonym in landing
        again = desk.browser().get(f"/welcome/{agent.link}")
        assert (again.status_code, "works once" in text_of(again)) == (404, True)


def test_a_password_made_of_ones_own_address_and_pseudonym_is_refused(cluster: Cluster, desk: Site) -> None:
    with added(cluster, desk, "support", pseudonym="Grey Heron", email="robin@staff.example") as agent:
        for guessed in ("robin robin", "Robin-Robin1", "grey heron!", "Heron Grey Heron", "robin.staff"):
            weak = agent.post(f"/welcome/{agent.link}", {"password": guessed})
            assert (weak.status_code, "guessed soon" in weak.text) == (422, True), guessed
        agent.enrol()
        weak = agent.post("/you/password", {"old_password": PASSWORD, "password": "grey heron!"})
        assert (weak.status_code, "guessed soon" in weak.text) == (422, True)
        given = {"old_password": PASSWORD, "password": "robin counts forgotten dubplates"}
        assert agent.post("/you/password", given).status_code == 303, "one's name may be in it"


def test_the_list_says_plainly_how_somebody_signs_in(cluster: Cluster, agent: Agent) -> None:
    with acting(cluster.url("djms_owner"), "p_staffing") as owner:
        everybody = owner.rows("SELECT * FROM djms.staff_roster()")
    (mine,) = (row for row in everybody if row[0] == agent.pseudonym)
    assert commands.in_words(mine[3], is_invited=mine[4]) == "an app that shows codes"
    assert commands.in_words(["passkey", "totp"], is_invited=False) == "a passkey, an app that shows codes"


def test_who_typed_a_password_is_led_to_the_second_factor_and_then_where_they_wanted(agent: Agent) -> None:
    agent.browser.cookies.clear()
    assert agent.get("/you")["Location"] == "/sign-in?next=%2Fyou"
    half = agent.sign_in(next="/you")
    assert half.status_code == 200
    assert "one-time-code" in half.text
    assert "Confirm with this code" in text_of(half)
    assert hidden(half)["next"] == "/you"
    assert agent.get("/you")["Location"] == "/sign-in/second-factor?next=%2Fyou"
    assert agent.confirm(next="/you")["Location"] == "/you"
    assert agent.pseudonym in agent.get("/you").text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/no-such-page", "javascript:x"])
def test_nobody_is_led_elsewhere(agent: Agent, elsewhere: str) -> None:
    assert agent.confirm(next=elsewhere)["Location"] == "/"


def test_a_code_is_good_once(agent: Agent) -> None:
    code = agent.code()
    assert agent.post("/sign-in/second-factor", {"code": code})["Location"] == "/"
    agent.browser.cookies.clear()
    agent.sign_in()
    for replayed in (code, f"{code[:3]} {code[3:]}"):
        answer = agent.post("/sign-in/second-factor", {"code": replayed})
        assert answer.status_code == 422
        assert "used already" in answer.text
    assert agent.get("/").status_code == 303


def test_wrong_codes_are_slowed_down_with_a_sentence(agent: Agent) -> None:
    answers = [agent.post("/sign-in/second-factor", {"code": f"{n:06}"}) for n in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert "Too many tries" in answers[-1].text
    assert int(answers[-1]["Retry-After"]) > 0
    assert agent.confirm().status_code == 429, "a right one too"


def test_wrong_passwords_are_slowed_down_with_a_sentence_whether_or_not_the_address_is_known(
    agent: Agent, desk: Site
) -> None:
    browser = desk.browser()
    for address in (agent.email, "nobody@staff.example"):
        stranger = Agent(agent.cluster, desk, address, "", browser, "")
        answers = [stranger.sign_in("wrong wrong wrong") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]
        assert "don’t go together" in answers[0].text


def test_confirming_is_asked_for_after_five_minutes_and_nothing_typed_is_lost(agent: Agent, cluster: Cluster) -> None:
    put_back(cluster, agent, "confirmed_at", 6)
    assert agent.get("/").status_code == 200
    assert agent.get("/you/factors/new")["Location"] == "/sign-in/second-factor?next=%2Fyou%2Ffactors%2Fnew"
    asked = agent.post("/you/factors/new", {"name": "Velvet phone", "code": "123456"})
    assert asked.status_code == 401
    assert "Velvet phone" in asked.text
    gone_on = agent.post("/sign-in/second-factor", {**hidden(asked), "code": agent.code()})
    assert gone_on.status_code == 200
    assert "Velvet phone" in gone_on.text
    assert 'action="/you/factors/new"' in gone_on.text


def test_who_leaves_or_was_idle_for_half_an_hour_is_out(agent: Agent, cluster: Cluster) -> None:
    put_back(cluster, agent, "seen_at", 31)
    answer = agent.get("/you")
    assert answer["Location"] == "/sign-in?next=%2Fyou"
    assert "__Host-desk" not in agent.browser.cookies or not agent.browser.cookies["__Host-desk"].value
    agent.sign_in()
    assert agent.confirm().status_code == 303
    with acting(cluster.url("djms_owner"), "p_staffing", kept=True) as owner:
        assert owner.value("SELECT djms.end_staff(%s)", agent.email)
    assert agent.get("/")["Location"] == "/sign-in?next=%2F"
    assert agent.sign_in().status_code == 422


def test_signing_out_ends_the_session_itself(agent: Agent) -> None:
    token = agent.browser.cookies["__Host-desk"].value
    assert agent.post("/sign-out")["Location"] == "/sign-in?done=signed-out"
    agent.browser.cookies["__Host-desk"] = token
    assert agent.get("/").status_code == 303


def test_a_new_password_ends_the_other_sign_ins(agent: Agent, desk: Site) -> None:
    other = Agent(agent.cluster, desk, agent.email, agent.pseudonym, desk.browser(), "", agent.secret, agent.used)
    other.sign_in()
    assert other.confirm().status_code == 303
    wrong = agent.post("/you/password", {"old_password": "x", "password": "crate of forgotten dubplates"})
    assert wrong.status_code == 422
    done = agent.post("/you/password", {"old_password": PASSWORD, "password": "crate of forgotten dubplates"})
    assert done["Location"] == "/you?done=password-changed"
    assert agent.get("/").status_code == 200
    assert other.get("/").status_code == 303


def test_the_desk_has_none_of_the_sites_pages_and_the_site_none_of_the_desks(agent: Agent) -> None:
    for path in ("/studio", "/register", "/api/v1/accounts", "/mailbox/x/", "/privacy"):
        assert agent.get(path).status_code == 404, path


@pytest.mark.parametrize("path", ["/", "/questions", "/you"])
def test_whoever_is_at_work_stays_signed_in(agent: Agent, cluster: Cluster, path: str) -> None:
    for _ in range(2):
        put_back(cluster, agent, "seen_at", 20)
        assert agent.get(path).status_code == 200
    with superuser(cluster) as everything:
        row = everything.execute(
            "SELECT max(seen_at) > now() - interval '1 minute' FROM djms.staff_session WHERE staff_id ="
            " (SELECT id FROM djms.staff WHERE email = %s)",
            [agent.email],
        ).fetchone()
    assert row == (True,)
