"""Logs and error pages: no line is forged, nothing is echoed unescaped, no console is served."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django import VERSION
from django.core.handlers.asgi import ASGIHandler
from django.core.mail import EmailMultiAlternatives
from django.test import override_settings
from django.utils.functional import lazystr
from django.utils.log import AdminEmailHandler
from django.utils.safestring import SafeString
from django.views.debug import SafeExceptionReporterFilter, get_default_exception_reporter_filter
from django.views.decorators.debug import sensitive_post_parameters
from markupsafe import Markup

from flaskish import (
    Flask,
    Response,
    abort,
    current_app,
    redirect,
    render_template_string,
    request,
    session,
)
from flaskish.bridge.settings import STANDALONE_SETTINGS
from flaskish.bridge.views import django_decorator
from flaskish.logging import default_handler
from flaskish.testing import FlaskClient
from flaskish.werkzeug.debug import DebuggedApplication
from flaskish.werkzeug.exceptions import default_exceptions
from tests.safety.corpora import within
from tests.safety.servers import (
    PREFIX,
    WAYS,
    Answer,
    ask_asgi,
    ask_mounted,
    ask_wsgi,
    dev_server,
    mounted,
    send_raw,
)

SCRIPT = "<script>alert(1)</script>"
SECRETS = ("c2VjcmV0OnNlY3JldA==", "key-of-a-client", "key-of-the-project", "key-of-the-app")


def failing_app(**config: Any) -> Flask:
    app = Flask("failing", static_folder=None)
    app.config.update(PROPAGATE_EXCEPTIONS=False, SECRET_KEY=SECRETS[3], **config)

    @app.route("/<path:path>", methods=["GET", "POST"])
    def fail(path: str) -> str:
        raise RuntimeError(SCRIPT)

    return app


@pytest.mark.parametrize(
    "path", ["a\r\nERROR forged", "a\nb", "a\x1b[2Jb", "a\x85b", "a\u2028b", "a\x00b", "a\x7fb"]
)
def test_a_path_forges_no_line_in_the_log(path: str, caplog: pytest.LogCaptureFixture) -> None:
    app = failing_app()
    app.before_request(lambda: 1 / 0)
    raw_path = f"/{path}".encode().decode("latin-1")
    assert ask_wsgi(app, PATH_INFO=raw_path).status == 500
    assert "Exception on /a" in caplog.messages[0]
    assert caplog.messages[0].isprintable()
    assert len(caplog.messages[0].splitlines()) == 1


CONTROLS = ("\r\nERROR forged", "\x1b[2J", "\x85", "\u2028", "\x7f", "\x9b31m", "\u202e", "%s%(a)s")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "place", ["PATH_INFO", "QUERY_STRING", "REQUEST_METHOD", "HTTP_HOST", "HTTP_USER_AGENT"]
)
def test_no_part_of_a_request_forges_a_line(
    place: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = failing_app()
    app.add_url_rule("/suspicious", "suspicious", lambda: 1 / 0)
    app.register_error_handler(ZeroDivisionError, lambda error: (request.host, 403))
    for text in CONTROLS:
        raw = text.encode().decode("latin-1")
        for path in ("/x", "/missing/", "/suspicious"):
            line = {"PATH_INFO": path, place: path + raw if place == "PATH_INFO" else raw}
            WAYS[way](app, **line)
    if place == "PATH_INFO":
        assert caplog.messages
    for record in caplog.records:
        assert record.getMessage().isprintable(), record.name


@pytest.mark.parametrize("text", CONTROLS)
def test_no_part_of_a_request_forges_a_line_of_the_development_server(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    raw = text.encode()
    with dev_server(failing_app()) as port:
        for line in (
            b"GET /%s HTTP/1.1",
            b"%s / HTTP/1.1",
            b"GET / %s",
            b"GET / HTTP/1.1\r\nX-%s:",
        ):
            send_raw(port, line % raw + b"\r\nHost: localhost\r\n\r\n")
    assert len(caplog.messages) >= 4
    for message in caplog.messages:
        assert message.isprintable()


FORGED = "a\r\n[2026-01-01 00:00:00,000] ERROR in shop: forged\nb\x1b[2J\x85\u2028\u202e\t\x00"


def echoing_app(**config: Any) -> Flask:
    """Make an application that says in its errors and its log what the client said."""
    app = Flask("echoing", static_folder=None)
    app.config.update(config)

    @app.route("/", methods=["POST"])
    def fail() -> str:
        text = request.get_data(as_text=True)
        current_app.logger.error("Seen: %s", text)
        error = ValueError(text)
        error.add_note(text)
        raise RuntimeError(text) from error

    return app


def assert_entries(log: str, count: int) -> None:
    """Check that only entries begin at the beginning of a line, and that they are text."""
    lines = log.splitlines()
    assert [line for line in lines if not line.replace("\t", "").isprintable()] == []
    assert len([line for line in lines if not line.startswith("  ")]) == count, log
    assert "forged" in log


def posted(text: str) -> dict[str, Any]:
    body = text.encode()
    return {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)), "body": body}


@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_no_error_forges_an_entry_of_the_default_handler(
    way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = echoing_app(PROPAGATE_EXCEPTIONS=False)
    app.logger.propagate = False
    app.logger.addHandler(default_handler)
    try:
        assert WAYS[way](app, **posted(FORGED)).status == 500
    finally:
        app.logger.removeHandler(default_handler)
        app.logger.propagate = True
    assert_entries(capsys.readouterr().err, 2)


def test_no_error_forges_an_entry_of_the_development_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = FORGED.encode()
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    app = echoing_app(PROPAGATE_EXCEPTIONS=True)
    app.logger.disabled = True
    try:
        with dev_server(app) as port:
            assert b" 500 " in send_raw(port, head.encode() + body)
    finally:
        app.logger.disabled = False
    messages = [record.getMessage() for record in caplog.records if record.name == "werkzeug"]
    assert_entries("\n".join(message for message in messages if "forged" in message), 1)


def test_no_error_forges_an_entry_beside_the_debug_page() -> None:
    app = echoing_app(PROPAGATE_EXCEPTIONS=True)
    app.logger.disabled = True
    errors = io.StringIO()
    try:
        answer = ask_wsgi(DebuggedApplication(app), **posted(FORGED), **{"wsgi.errors": errors})
    finally:
        app.logger.disabled = False
    assert answer.status == 500
    assert_entries(errors.getvalue(), 1)


def test_a_usual_path_is_logged_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    ask_wsgi(failing_app(), PATH_INFO="/caf\xc3\xa9 %s {}")
    assert caplog.messages[0] == "Exception on /café %s {} [GET]"


def test_a_message_with_percent_signs_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    app = failing_app()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    app.logger.addHandler(handler)
    try:
        ask_wsgi(app, PATH_INFO="/%s%d%(a)s")
    finally:
        app.logger.removeHandler(handler)
    assert "Exception on /%s%d%(a)s [GET]" in stream.getvalue()


@pytest.mark.parametrize("way", WAYS)
def test_an_error_page_echoes_nothing_of_the_request(way: str) -> None:
    app = Flask("pages", static_folder=None)
    line = {
        "PATH_INFO": f"/{SCRIPT}",
        "QUERY_STRING": SCRIPT,
        "HTTP_USER_AGENT": SCRIPT,
        "HTTP_REFERER": SCRIPT,
    }
    answer = WAYS[way](app, **line)
    assert answer.status == 404
    assert b"script" not in answer.body


@pytest.mark.parametrize("code", sorted(default_exceptions))
def test_a_description_is_escaped(code: int, app: Flask, client: FlaskClient) -> None:
    app.config["TRAP_HTTP_EXCEPTIONS"] = False
    if code == 416:
        # Its first argument is a length.
        app.add_url_rule("/", "index", lambda: abort(code, None, description=SCRIPT))
    else:
        app.add_url_rule("/", "index", lambda: abort(code, description=SCRIPT))
    body = client.get("/").get_data(as_text=True)
    assert "<script>" not in body
    assert code in (405,) or "&lt;script&gt;" in body


def test_a_missing_key_in_debug_mode_is_escaped(app: Flask, client: FlaskClient) -> None:
    app.debug = True
    app.config["TRAP_BAD_REQUEST_ERRORS"] = False
    app.add_url_rule("/", "index", lambda: request.args[SCRIPT])
    body = client.get("/").get_data(as_text=True)
    assert "&lt;script&gt;" in body
    assert "<script>" not in body


def test_a_redirect_escapes_what_it_shows(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: redirect(f'/"{SCRIPT}'))
    body = client.get("/").get_data(as_text=True)
    assert "<script>" not in body
    assert 'href="/&#34;&lt;script' in body


def test_the_debug_page_escapes_and_masks() -> None:
    app = failing_app()
    app.config["PROPAGATE_EXCEPTIONS"] = True
    # Read from variables: the page shows the source of this test, too.
    line = {"HTTP_AUTHORIZATION": f"Basic {SECRETS[0]}", "HTTP_X_API_KEY": SECRETS[1]}
    with override_settings(DEBUG=True, SECRET_KEY=SECRETS[2]):
        answer = ask_wsgi(DebuggedApplication(app), PATH_INFO="/x", QUERY_STRING=SCRIPT, **line)
    page = answer.body.decode()
    assert answer.status == 500
    assert SCRIPT not in page
    assert "RuntimeError" in page
    for secret in SECRETS:
        assert secret not in page


# Django's page and mails show the variables of each frame


def secretive_app(**config: Any) -> Flask:
    """Make an application whose failing view has every secret in its variables."""
    app = Flask("secretive", static_folder=None)
    app.config.update(config, SECRET_KEY=SECRETS[3], DB={"PASSWORD": "password-of-db"})

    @app.post("/x")
    @django_decorator(sensitive_post_parameters("pin"))
    def fail() -> str:
        config, headers, environ = current_app.config, request.headers, request.environ
        cookies, form, authorization = request.cookies, request.form, request.authorization
        answer = Response(headers={"Set-Cookie": f"session={HIDDEN[5]}"}).headers
        nested: list[Any] = [
            (environ, answer),
            {"a": [config, {"b": (headers, authorization)}], "c": cookies},
        ]
        nested += [nested, {"form": form, "django": request.django.POST}]
        raise RuntimeError(
            len((config, headers, environ, cookies, form, authorization, answer, nested))
        )

    return app


SECRET_POST = {
    "REQUEST_METHOD": "POST",
    "PATH_INFO": "/x",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "CONTENT_LENGTH": "14",
    "body": b"pin=pin-12&b=2",
    "HTTP_AUTHORIZATION": f"Basic {SECRETS[0]}",
    "HTTP_COOKIE": "session=cookie-of-app; sessionid=cookie-of-project",
    "HTTP_X_API_KEY": SECRETS[1],
}
HIDDEN = (*SECRETS, "password-of-db", "new-cookie", "cookie-of-app", "cookie-of-project", "pin-12")
MAIL = {
    "ADMINS": [("Ada", "ada@example.org")] if VERSION < (6, 0) else ["ada@example.org"],
    "SECRET_KEY": SECRETS[2],
}


def assert_masked(report: str, *shown: str) -> None:
    assert "RuntimeError" in report
    assert [secret for secret in HIDDEN if secret in report and secret not in shown] == []


@pytest.mark.parametrize("include_html", [False, True])
def test_a_mail_of_a_project_about_an_error_masks_secrets(
    include_html: bool, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    with override_settings(**MAIL):
        handler = AdminEmailHandler(include_html=include_html)
        logger = logging.getLogger("django.request")
        logger.addHandler(handler)
        try:
            with pytest.raises(RuntimeError):
                ask_mounted(secretive_app(), **SECRET_POST)
        finally:
            logger.removeHandler(handler)
    # Django's own handler sends the other.
    mail, _ = mailoutbox
    assert_masked(str(mail.body))
    assert len(mail.alternatives) == include_html
    for html, _ in mail.alternatives:
        assert "<td>config</td>" in html
        assert_masked(html)


def test_a_mail_about_an_error_that_the_application_answers_masks_secrets(
    mailoutbox: list[EmailMultiAlternatives],
) -> None:
    app = secretive_app()
    filter_of_ours = "flaskish.bridge.error_reports.AppReportFilter"
    assert STANDALONE_SETTINGS["DEFAULT_EXCEPTION_REPORTER_FILTER"] == filter_of_ours
    get_default_exception_reporter_filter.cache_clear()
    with override_settings(DEFAULT_EXCEPTION_REPORTER_FILTER=filter_of_ours, **MAIL):
        app.logger.addHandler(handler := AdminEmailHandler(include_html=True))
        try:
            app.register_error_handler(500, lambda error: ("sorry", 500))
            assert ask_wsgi(app, **SECRET_POST).status == 500
        finally:
            app.logger.removeHandler(handler)
            get_default_exception_reporter_filter.cache_clear()
    assert_masked(str(mailoutbox[0].alternatives[0][0]))


@pytest.mark.parametrize("way", ["alone", "mounted"])
def test_the_debug_page_masks_secrets_in_variables(way: str) -> None:
    """In debug mode Django shows the fields of a form whatever a view has marked."""
    app = secretive_app(DEBUG=True)
    with override_settings(DEBUG=True, SECRET_KEY=SECRETS[2]):
        if way == "alone":
            page = ask_wsgi(DebuggedApplication(app), **SECRET_POST).body.decode()
        else:
            pages: list[Answer] = []
            with pytest.raises(RuntimeError), mounted(app) as handler:
                pages.append(ask_wsgi(handler, **{**SECRET_POST, "PATH_INFO": f"{PREFIX}/x"}))
            page = pages[0].body.decode()
    assert_masked(page, "pin-12")


@dataclass
class Box:
    """An object of the application's, of which nobody knows what is in it."""

    content: Any


def fail_with_copies() -> str:
    """Fail with secrets in objects that no longer look like the ones that they came from."""
    config, headers = dict(current_app.config), list(request.headers.items())
    boxed = Box([Box(dict(request.headers)), Box(dict(request.cookies)), request.environ])
    keys = [current_app.secret_key, {"key": str(current_app.secret_key) + "!"}]
    secret_part = config.get("DB", {}).values()
    raise RuntimeError(len((config, headers, boxed, keys, secret_part)))


def fail_in_template() -> str:
    """Fail while Jinja's context, which has the config, is a variable of many frames."""
    return render_template_string("{{ none_of_these.x }}")


def fail_in_teardown() -> str:
    return "answered"


def fail_in_session() -> str:
    session["x"] = object()
    return "not kept"


FAILURES = (fail_with_copies, fail_in_template, fail_in_teardown, fail_in_session)


def failing_in(failure: Callable[[], str], **config: Any) -> Flask:
    app = secretive_app(**config)
    app.view_functions["fail"] = failure

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        if failure is fail_in_teardown:
            raise RuntimeError("teardown")

    return app


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("way", ["alone", "mounted", "mounted asgi"])
def test_the_debug_page_masks_secrets_wherever_they_are(
    way: str, failure: Callable[[], str]
) -> None:
    app = failing_in(failure, DEBUG=True)
    pages: list[Answer] = []
    with override_settings(DEBUG=True, SECRET_KEY=SECRETS[2]):
        if way == "alone":
            pages.append(ask_wsgi(DebuggedApplication(app), **SECRET_POST))
        else:
            line = {**SECRET_POST, "PATH_INFO": f"{PREFIX}/x"}
            with suppress(Exception), mounted(app) as handler:
                ask, server = (ask_wsgi, handler) if way == "mounted" else (ask_asgi, ASGIHandler())
                pages.append(ask(server, **line))
    (page,) = pages
    assert page.status == 500
    text = page.body.decode()
    assert "<td>context</td>" in text or "<td>environ</td>" in text
    assert [secret for secret in HIDDEN if secret in text and secret != "pin-12"] == []


@dataclass
class Bag:
    """An object of which a report knows nothing."""

    text: str


def test_a_config_that_contains_itself_has_a_debug_page() -> None:
    app = Flask("looping", static_folder=None)
    app.config["ITSELF"] = inside = {"API_KEY": SECRETS[3]}
    inside["ITSELF"] = inside  # type: ignore[assignment]

    @app.get("/x")
    def fail() -> str:
        copied = Bag(SECRETS[3])
        raise ZeroDivisionError(len(copied.text))

    pages: list[Answer] = []
    with override_settings(DEBUG=True), suppress(ZeroDivisionError), mounted(app) as handler:
        pages.append(ask_wsgi(handler, PATH_INFO=f"{PREFIX}/x"))
    (page,) = pages
    text = page.body.decode()
    assert page.status == 500
    assert "<td>copied</td>" in text
    assert SECRETS[3] not in text


@pytest.mark.parametrize("way", ["mounted", "mounted asgi"])
def test_a_mail_of_a_project_masks_secrets_of_an_error_that_the_application_answers(
    way: str, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    app = secretive_app(PROPAGATE_EXCEPTIONS=False)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler := AdminEmailHandler(include_html=True))
    try:
        assert WAYS[way](app, MAIL, **SECRET_POST).status == 500
    finally:
        logger.removeHandler(handler)
    # Django's own handler sends the other.
    mail, _ = mailoutbox
    assert_masked(str(mail.body))
    ((page, _),) = mail.alternatives
    assert "<td>environ</td>" in page
    assert_masked(str(page))


LARGE = (
    b"[" + b"1," * 100_000 + b"1]",
    b'"' + b"a b " * 200_000 + b'"',
    b"{" + b",".join(b'"%d":[]' % number for number in range(50_000)) + b"}",
    b"[" + b"[[],{}]," * 50_000 + b"1]",
    b"[" * 500 + b"]" * 500,
)


@pytest.mark.parametrize("body", LARGE, ids=lambda body: body[:8])
def test_a_mail_about_an_error_takes_no_longer_than_what_it_shows(
    body: bytes, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    """Whoever sends a large body to a view that fails would have all of it written out."""
    app = Flask("large", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.post("/x")
    def fail() -> None:
        data = request.get_json()
        more = {"set": set(map(str, data)) if len(data) > 1 else ()}
        raise RuntimeError(len(more))

    line = {**SECRET_POST, "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
    logger = logging.getLogger("django.request")
    logger.addHandler(handler := AdminEmailHandler(include_html=True))
    try:
        # By this handler and by Django's own.
        with within(2):
            assert ask_mounted(app, MAIL, **{**line, "body": body}).status == 500
    finally:
        logger.removeHandler(handler)
    assert len(str(mailoutbox[0].alternatives[0][0])) < 500_000


class Raising(dict[Any, Any]):
    """Fails whatever it is asked for."""

    def __repr__(self) -> str:
        raise ValueError(SCRIPT)

    items = keys = values = __iter__ = __len__ = __repr__  # type: ignore[assignment]


class Recursive:
    """Shows itself."""

    def __repr__(self) -> str:
        return repr(self)


class Script(str):
    """Is more than it seems to be."""

    def __repr__(self) -> str:
        return SCRIPT

    def __html__(self) -> str:
        return SCRIPT

    def replace(self, *args: Any) -> str:
        return SCRIPT


def test_hostile_variables_are_shown_escaped() -> None:
    app = Flask("hostile", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.get("/")
    def fail() -> None:
        raising, recursive, script = Raising(a=1), Recursive(), Script(SCRIPT)
        nested = [{"a": (Raising(), Recursive()), script: Script("b")}, "\ud800" + SCRIPT]
        markup = Markup(SCRIPT), SafeString(SCRIPT), lazystr(SCRIPT)
        raise RuntimeError(SCRIPT, len((raising, recursive, script, nested, markup)))

    with within(5), override_settings(DEBUG=True):
        page = ask_wsgi(DebuggedApplication(app), QUERY_STRING=SCRIPT).body.decode()
    assert "<td>recursive</td>" in page
    assert SCRIPT not in page


class OwnFilter(SafeExceptionReporterFilter):
    """The filter of a project that hides one thing more."""

    hidden_settings = re.compile("X_OWN|KEY|AUTH|COOKIE")


def test_the_filter_of_a_project_stays_in_force(mailoutbox: list[EmailMultiAlternatives]) -> None:
    own = f"{__name__}.OwnFilter"
    get_default_exception_reporter_filter.cache_clear()
    with override_settings(DEBUG=True, DEFAULT_EXCEPTION_REPORTER_FILTER=own):
        pages: list[Answer] = []
        line = {**SECRET_POST, "PATH_INFO": f"{PREFIX}/x", "HTTP_X_OWN": "own-secret"}
        with pytest.raises(RuntimeError), mounted(secretive_app()) as handler:
            pages.append(ask_wsgi(handler, **line))
    get_default_exception_reporter_filter.cache_clear()
    assert b"own-secret" not in pages[0].body
    assert b"cookie-of-app" not in pages[0].body


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.0.2.1:5000", None])
def test_a_strange_host_is_shown_the_traceback_only(host: str | None) -> None:
    """A name that leads to this machine for a moment would let a foreign site read the page."""
    application = DebuggedApplication(secretive_app(DEBUG=True))
    answer = ask_wsgi(application, **{**SECRET_POST, "HTTP_HOST": host})
    assert answer.get("Content-Type") == "text/plain; charset=utf-8"
    assert b"trusted_hosts" in answer.body
    assert_masked(answer.body.decode())


@pytest.mark.parametrize("host", ["localhost:5000", "127.0.0.1", "[::1]:5000", "shop.localhost"])
def test_a_trusted_host_is_shown_the_whole_page(host: str) -> None:
    answer = ask_wsgi(
        DebuggedApplication(secretive_app(DEBUG=True)), **{**SECRET_POST, "HTTP_HOST": host}
    )
    assert b"<td>config</td>" in answer.body


@pytest.mark.parametrize(
    "query",
    [
        "__debugger__=yes&cmd=1%2B1&frm=0&s=secret",
        "__debugger__=yes&cmd=pinauth&pin=1&s=secret",
        "__debugger__=yes&cmd=resource&f=debugger.js",
        "__debugger__=yes&cmd=printpin&s=secret",
    ],
)
def test_no_console_is_served(query: str) -> None:
    application = DebuggedApplication(failing_app(), evalex=True)
    for path in ("/x", "/console"):
        answer = ask_wsgi(application, PATH_INFO=path, QUERY_STRING=query)
        assert answer.status == 500
        assert b"EVALEX" not in answer.body
        assert b"SECRET" not in answer.body
        assert answer.get("Set-Cookie") is None
