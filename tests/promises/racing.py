"""Two people who do something at the very same moment, each through the site as its web server calls it.

The WSGI application gets a request's bytes, on a thread of its own for each, and takes connections from its pool; no
test client of Django's is between. A gate makes each round a race for sure: the superuser holds a table, or rows, that
both requests need, until the database says that the transactions of both have begun and wait; then it lets both go.
"""

import random
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from io import BytesIO
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import psycopg

from djmixersoft.policy.compile import door_text
from djmixersoft.wsgi import application
from tests.promises.people import World
from tests.site.browsing import PASSWORD, new_address, registration
from tests.support import IS_LONG, wait_until

ROUNDS = 200 if IS_LONG else 12
SEED = 20261123
COOKIE = "__Host-session"
WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"


class Answer:
    """What the site answered. `page`: its words; `done`: what the page after a redirect says was done."""

    def __init__(self, status: str, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        self.status = int(status[:3])
        self.location = dict(headers).get("Location", "")
        self.cookies = [value for name, value in headers if name == "Set-Cookie"]
        self.page = body.decode()

    @property
    def won(self) -> bool:
        return self.status == 303

    @property
    def done(self) -> str:
        return self.location.partition("?done=")[2].partition("#")[0]

    def __repr__(self) -> str:
        return f"{self.status} {self.location}"


class Caller:
    """A browser, as far as the web server sees one; signed in, if it has a cookie."""

    def __init__(self, email: str = "", token: str = "") -> None:
        self.email, self.token = email, token

    def post(self, path: str, **fields: str) -> Answer:
        body = urlencode(fields).encode()
        environment: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost:8443",
            "HTTP_ORIGIN": "https://localhost:8443",
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "HTTP_COOKIE": f"{COOKIE}={self.token}" if self.token else "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        head: list[Any] = []

        def start(
            status: str,
            headers: list[tuple[str, str]],
            _error: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
            /,
        ) -> Callable[[bytes], object]:
            head[:] = [status, headers]
            return head.append

        response: Any = application(environment, start)
        try:
            content = b"".join(response)
        finally:
            # Ends the request, which gives its connection back to the pool.
            response.close()
        return Answer(head[0], head[1], content)

    def sign_in(self) -> None:
        """Sign in by the form, and keep the cookie."""
        answer = self.post("/sign-in", email=self.email, password=PASSWORD)
        assert answer.location == "/studio", answer.page
        (cookie,) = answer.cookies
        self.token = SimpleCookie(cookie)[COOKIE].value


Step = Callable[[], Answer]


class Races:
    """Rounds on one database. `superuser` opens people's mail, holds the gate and puts things back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.superuser = world.superuser()
        self.chance = random.Random(SEED)

    def close(self) -> None:
        self.superuser.close()

    def value(self, query: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the database answers
        ((found,),) = self.superuser.execute(query.encode(), arguments)
        return found

    def unguarded(self, *statements: str, **arguments: object) -> None:
        """Change rows past the triggers, which would ask who is signed in."""
        with self.superuser.transaction():
            self.superuser.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                self.superuser.execute(statement.encode(), arguments)

    def forget_tries(self) -> None:
        self.superuser.execute("DELETE FROM djms.sign_in_try")

    def link(self, email: str, template: str) -> str:
        """The secret of the last such mail to an address."""
        return str(self.links(email, template)[-1])

    def links(self, email: str, template: str) -> list[str]:
        rows = self.superuser.execute(
            "SELECT secret FROM djms.mail_message WHERE recipient = %s AND template = %s ORDER BY created_at",
            [email, template],
        )
        return [secret for (secret,) in rows]

    def person(self, name: str, **more: str) -> Caller:
        """Somebody who registered, confirmed and signed in, by the site's forms."""
        self.forget_tries()
        caller = Caller(new_address(name))
        assert caller.post("/register", **registration(caller.email, **more)).status == 200
        assert caller.post(f"/confirm/{self.link(caller.email, 'confirm-registration')}").won
        caller.sign_in()
        return caller

    def person_id(self, caller: Caller) -> Any:  # noqa: ANN401 - a UUID
        return self.value("SELECT id FROM djms.person WHERE email = %s", caller.email)

    def account_of(self, caller: Caller) -> Any:  # noqa: ANN401 - a UUID
        return self.value(
            "SELECT account_id FROM djms.membership JOIN djms.person p ON p.id = person_id WHERE p.email = %s",
            caller.email,
        )

    def race(self, gate: str, *steps: Step) -> list[Answer]:
        """Take the steps at once, their transactions overlapping; the answers in the steps' order.

        `gate`: a table, or rows (as a SELECT), that each of them needs, or comes to wait for another that needs them.
        """
        answers: dict[int, Answer] = {}
        barrier = threading.Barrier(len(steps) + 1)

        def run(number: int) -> None:
            barrier.wait()
            answers[number] = steps[number]()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(len(steps))]
        self.chance.shuffle(threads)
        with psycopg.connect(self.world.superuser_url) as keeper:
            rows = gate.startswith("SELECT ")
            keeper.execute(
                (f"{gate} FOR UPDATE" if rows else f"LOCK TABLE djms.{gate} IN ACCESS EXCLUSIVE MODE").encode()
            )
            for thread in threads:
                thread.start()
            barrier.wait()
            wait_until("all of them wait at once", lambda: self.value(WAITING) == len(steps), 10, pause=0.001)
            keeper.commit()
        for thread in threads:
            thread.join(20)
        assert len(answers) == len(steps), "one of them never ended"
        return [answers[number] for number in range(len(steps))]

    @contextmanager
    def without(self, door: str, *guards: str) -> Iterator[None]:
        """Take words out of a door's text that guard against races; as it was afterwards."""
        text = door_text(door)
        weaker = text
        for guard in guards:
            assert guard in weaker, f"{door} no longer says {guard!r}"
            weaker = weaker.replace(guard, "")
        self.superuser.execute(weaker.encode())
        try:
            yield
        finally:
            self.superuser.execute(text.encode())


def exactly_one_won(answers: Sequence[Answer], *sentences: str) -> int:
    """Which one did; every other got one of these sentences, and nobody an error of ours."""
    assert all(answer.status < 500 for answer in answers), answers
    winners = [number for number, answer in enumerate(answers) if answer.won]
    assert len(winners) == 1, answers
    for answer in answers:
        assert answer.won or any(sentence in answer.page for sentence in sentences), answer.page
    return winners[0]
