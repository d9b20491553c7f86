"""6a: the site's people and programs are nobody at the desk."""

import secrets
from typing import TYPE_CHECKING

from tests.promises.acting import acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

ROLES = ("p_desk_sign_in", "p_support", "p_legal_process")


def test_no_session_of_the_site_and_no_made_up_one_is_one_of_the_desk(cluster: "Cluster", world: "World") -> None:
    for role in ROLES:
        for token in ("", "x", secrets.token_hex(32), world.alice.token, world.alice.program):
            with acting(cluster.url("djms_desk"), role, token=token, bearer=world.alice.program) as desk:
                for door in ("current_staff('')", "staff_confirmed('')", "my_staff_session()", "my_factors()"):
                    assert desk.refusal(f"SELECT djms.{door}") == "42501", (role, door)


def test_the_desks_login_believes_nobody_to_be_one_of_the_sites_people(cluster: "Cluster", world: "World") -> None:
    for role in ROLES:
        with acting(cluster.url("djms_desk"), role, token=world.alice.token) as desk:
            for door in ("current_person()", "current_member()", "my_accounts()", "administered_accounts()"):
                assert desk.refusal(f"SELECT djms.{door}") == "42501", (role, door)
            for table in ("item", "item_key", "account_key", "account", "person", "share", "ledger_entry"):
                assert desk.refusal(f"SELECT 1 FROM djms.{table}") == "42501", (role, table)
