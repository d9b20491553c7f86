"""The check names each route, job and clause that is not as the policy says."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, clear_url_caches, include, path

from djmixersoft.policy import jobs
from djmixersoft.policy.check import clauses_that_lack, jobs_at_fault, routes, routes_at_fault
from djmixersoft.policy.loading import load
from djmixersoft.policy.purposes import purpose

urlpatterns: list[URLPattern | URLResolver] = []


def view(_: HttpRequest) -> HttpResponse:
    return HttpResponse()


def view_for(name: str) -> object:
    return purpose(name)(lambda _: HttpResponse())


@pytest.fixture
def routed() -> Iterator[list[URLPattern | URLResolver]]:
    """Make the URLconf be what a test puts into this list."""
    with override_settings(ROOT_URLCONF=__name__, URLCONFS={"site": __name__}):
        clear_url_caches()
        yield urlpatterns
        urlpatterns.clear()
    clear_url_caches()


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, jobs.Job]:
    """Make the registered jobs be what a test puts into this dictionary."""
    empty: dict[str, jobs.Job] = {}
    monkeypatch.setattr(jobs, "_registered", empty)
    monkeypatch.setattr("djmixersoft.policy.check.autodiscover_modules", lambda _: None)
    return empty


def test_routes_with_a_purpose_of_the_site_are_fine(routed: list[URLPattern | URLResolver]) -> None:
    deeper = [path("below/<uuid:id>", view_for("teamwork"))]  # type: ignore[call-overload]  # any callable is a view
    routed += [path("fine", view_for("visiting")), path("over/", include((deeper, "deeper")))]  # type: ignore[call-overload]  # as above
    assert [route for route, _ in routes()] == ["/fine", "/over/below/<uuid:id>"]
    assert list(routes_at_fault(load())) == []


@pytest.mark.parametrize(
    ("marked", "sentence"),
    [
        (view, "route /bad has no purpose"),
        (view_for("snooping"), "route /bad has the purpose 'snooping', which rules.toml does not know"),
        (view_for("retention"), "route /bad has the purpose 'retention', which the process 'site' may not have"),
    ],
)
def test_a_route_at_fault_is_named(routed: list[URLPattern | URLResolver], marked: object, sentence: str) -> None:
    routed += [path("bad", marked)]  # type: ignore[call-overload]  # as above
    assert list(routes_at_fault(load())) == [sentence]


@pytest.mark.parametrize(
    ("process", "job_purpose", "sentence"),
    [
        ("steward", "retention", None),
        ("mailer", "retention", "job one has the purpose 'retention', which the process 'mailer' may not have"),
        ("mailer", "snooping", "job one has the purpose 'snooping', which rules.toml does not know"),
        ("mailer", None, "job one has no purpose"),
    ],
)
def test_a_job_at_fault_is_named(
    registered: dict[str, jobs.Job], process: str, job_purpose: str | None, sentence: str | None
) -> None:
    jobs.job("one", process=process, purpose=job_purpose)(lambda: None)  # type: ignore[arg-type]  # the fault is the point
    assert set(registered) == {"one"}
    assert list(jobs_at_fault(load())) == ([sentence] if sentence else [])


def test_two_jobs_of_one_name_are_refused(registered: dict[str, jobs.Job]) -> None:
    jobs.job("one", process="steward", purpose="retention")(lambda: None)
    with pytest.raises(ValueError, match="exactly one purpose"):
        jobs.job("one", process="steward", purpose="queue")(lambda: None)
    assert registered["one"].purpose == "retention"


def test_our_own_jobs_and_clauses_are_fine() -> None:
    assert list(jobs_at_fault(load())) == []
    assert list(clauses_that_lack(load())) == []


def test_a_purpose_that_no_clause_describes_is_named() -> None:
    rules = load()
    teamwork, content, door = rules.purposes["teamwork"], rules.categories["content"], rules.doors[0]
    for changed, sentence in (
        (replace(rules, purposes={"teamwork": replace(teamwork, clause="9z")}), "names clause '9z'"),
        (replace(rules, purposes={"teamwork": replace(teamwork, prose="Selling it.")}), "does not say 'Selling it.'"),
        (replace(rules, categories={"content": replace(content, clause="9z")}), "category 'content' names clause '9z'"),
        (replace(rules, doors=(replace(door, clause="9z"),)), f"door {door.name!r} names clause '9z'"),
    ):
        (found,) = clauses_that_lack(changed)
        assert sentence in found
