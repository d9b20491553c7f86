"""4b: no login of the company's people or machines reads Content, whatever customer's secret it holds."""

import random
from typing import TYPE_CHECKING

import pytest

from djmixersoft.policy.loading import load
from tests.promises.hostile import READS, WRITES
from tests.promises.mixing import mix
from tests.promises.trying import LEAST, Attack, Attacker

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

COMPANY = ("desk", "mailer", "analyst", "steward", "sealer", "auditor")


@pytest.mark.parametrize("login", COMPANY)
def test_no_login_of_the_company_gets_at_content_even_with_a_customers_secret(
    cluster: "Cluster", world: "World", login: str
) -> None:
    rules = load()
    mixed = mix(world, rules, login, 4)
    mixed.within_reach = list(rules.categories["content"].tables)
    chance = random.Random(login)
    hidden = (
        world.keys(world.a) | world.keys(world.b) | {"A's music": b"quetzal number", "B's music": b"kookaburra number"}
    )
    roles = ["", *mixed.roles, "p_teamwork", "p_queue"]
    attempts = [
        Attack(
            sql=mixed.fill(chance.choice(READS + WRITES)),
            role=chance.choice(roles),
            token=chance.choice([world.alice.token, world.carol.token]),
            named=str(chance.choice(world.a.items)),
            kept=False,
        )
        for _ in range(LEAST // 4)
    ]
    with Attacker(cluster.url(f"djms_{login}")) as attacker:
        tally = attacker.run_all(attempts, hidden)
    assert tally.breaches == []


@pytest.mark.parametrize("login", COMPANY)
def test_no_login_of_the_company_can_ask_who_is_signed_in(cluster: "Cluster", world: "World", login: str) -> None:
    with Attacker(cluster.url(f"djms_{login}")) as attacker:
        for role in ("p_teamwork", "p_self_service", "p_sign_in", "p_visiting", "djms_door", "djms_site"):
            taken = attacker.run(Attack(f"SET LOCAL ROLE {role}", kept=False))
            assert taken.state == "42501"
        for door in ("current_person()", "my_accounts()", "administered_accounts()", "my_teammates()"):
            for role in ("", "p_queue", "p_retention", "p_administrative_mail"):
                asked = attacker.run(Attack(f"SELECT djms.{door}", role=role, token=world.alice.token, kept=False))
                assert asked.state == "42501"
