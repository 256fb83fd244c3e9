"""Patterns with other packages: Celery, WTForms, SQLAlchemy, MongoEngine, SQLite."""

from __future__ import annotations

import sqlite3
import warnings
from types import SimpleNamespace

import flask
import pytest
from programs import commands_in

# Celery


@pytest.fixture
def celery_page(page):
    # There is no Redis here. Everything else of the listings stays.
    def listing(*texts, **options):
        source = page("patterns/celery")(*texts, **options)
        source = source.replace('broker_url="redis://localhost"', 'broker_url="memory://"')
        return source.replace(
            'result_backend="redis://localhost"',
            'result_backend="cache+memory://", task_always_eager=True,'
            " task_store_eager_result=True",
        )

    return listing


def test_celery(celery_page, run):
    init = celery_page("def celery_init_app")
    module = run(
        "from flask import Flask",
        init,
        celery_page("celery_app = celery_init_app(app)"),
        celery_page("def add_together"),
        celery_page("def start_add"),
        celery_page("def task_result"),
    )
    assert module.app.extensions["celery"] is module.celery_app
    client = module.app.test_client()
    number = client.post("/add", data={"a": "1", "b": "2"}).json["result_id"]
    assert client.get(f"/result/{number}").json == {"ready": True, "successful": True, "value": 3}


def test_celery_in_a_factory(celery_page, run, folder):
    source = "\n\n".join(
        [
            "from flask import Flask, current_app",
            celery_page("def celery_init_app"),
            celery_page("def create_app"),
            celery_page("def add_together"),
        ]
    )
    folder.write("example.py", source)
    module = run(celery_page("from example import create_app"))
    assert module.celery_app is module.flask_app.extensions["celery"]

    @module.celery_app.task(ignore_result=False)
    def in_a_context():
        return flask.current_app.name

    assert in_a_context.delay().get() == "example"
    assert not flask.has_app_context()


@pytest.fixture
def settings_in_a_folder(folder):
    """A broker and results in a folder, in the place of Redis."""
    for place in ("queue", "results", "control"):
        (folder.path / place).mkdir()
    options = {f"data_folder_{direction}": f"{folder.path}/queue" for direction in ("in", "out")}
    options |= {"control_folder": f"{folder.path}/control"}
    return (
        f'broker_url="filesystem://", broker_transport_options={options},'
        f' result_backend="file://{folder.path}/results"'
    )


def test_worker(page, folder, shell, settings_in_a_folder):
    listing = page("patterns/celery")
    factory = listing("def create_app").replace(
        'broker_url="redis://localhost"', settings_in_a_folder
    )
    factory = factory.replace('result_backend="redis://localhost",', "")
    parts = ("from flask import Flask", listing("def celery_init_app"), factory)
    folder.write("example.py", "\n\n".join([*parts, listing("def add_together")]))
    folder.write("make_celery.py", listing("from example import create_app"))
    question = "print(add_together.delay(1, 2).get(timeout=20))"
    folder.write("ask.py", f"import make_celery\nfrom example import add_together\n{question}\n")
    worker, beat = commands_in(listing("-A make_celery worker"))
    with shell.started(worker):
        assert shell.run("python ask.py") == "3\n"
    with shell.started(beat) as log:
        shell.wait_for(lambda: "beat: Starting..." in log.read_text())


@pytest.mark.parametrize("command", ["worker", "beat"])
def test_worker_finds_no_celery_beside_app(page, folder, shell, settings_in_a_folder, command):
    """Celery takes what is called ``app`` for its own application, which the page does not say."""
    listing = page("patterns/celery")
    application = listing("celery_app = celery_init_app(app)").replace(
        'broker_url="redis://localhost"', settings_in_a_folder
    )
    application = application.replace('result_backend="redis://localhost",', "")
    folder.write("example.py", listing("def celery_init_app").replace(": Flask", "") + application)
    (typed,) = commands_in(listing(f"-A example {command}"))
    with pytest.raises(AssertionError, match="'Flask' object has no attribute 'user_options'"):
        shell.run(typed)


def test_task_that_fetches_its_data(celery_page, run):
    run(
        "from flask import Flask",
        celery_page("def celery_init_app"),
        celery_page("celery_app = celery_init_app(app)"),
    )
    asked = []
    session = SimpleNamespace(get=lambda model, number: asked.append(number))
    names = {"db": SimpleNamespace(session=session), "User": object}
    user = SimpleNamespace(id="7")
    run("from celery import shared_task", celery_page("archive"), current_user=user, **names)
    assert asked == ["7"]


# WTForms


def test_wtforms(page, run, folder):
    listing = page("patterns/wtforms")
    folder.write("templates/_formhelpers.html", listing("{% macro render_field"))
    folder.write("templates/register.html", listing("{% from"))
    app = flask.Flask("forms", root_path=str(folder.path))
    app.secret_key = "a key"
    added = []
    names = {
        name: getattr(flask, name)
        for name in ("request", "flash", "redirect", "url_for", "render_template")
    }
    run(
        listing("class RegistrationForm"),
        listing("def register"),
        app=app,
        User=lambda *values: values,
        db_session=SimpleNamespace(add=added.append),
        **names,
    )
    app.add_url_rule("/login", "login", lambda: str(flask.get_flashed_messages()))
    client = app.test_client()
    assert '<input id="email" maxlength="35"' in client.get("/register").text
    data = {"username": "me", "email": "me@example.com", "password": "a", "confirm": "b"}
    text = client.post("/register", data=data).text
    assert "<li>Field must be between 4 and 25 characters long.</li>" in text
    assert "<li>Passwords must match</li>" in text
    data |= {"username": "myself", "confirm": "a", "accept_tos": "y"}
    text = client.post("/register", data=data, follow_redirects=True).text
    assert text == "['Thanks for registering']"
    assert added == [("myself", "me@example.com", "a")]


# SQLAlchemy


@pytest.fixture
def in_a_folder(folder):
    """Makes the page's database one of the test's folder."""
    return lambda source: source.replace(
        "sqlite:////tmp/test.db", f"sqlite:///{folder.path}/test.db"
    )


def test_sqlalchemy_declarative(page, run, folder, in_a_folder, doctest):
    listing = page("patterns/sqlalchemy")
    application = listing("def shutdown_session")
    folder.write("yourapplication/__init__.py", "")
    folder.write("yourapplication/database.py", in_a_folder(listing("Base.query =")))
    folder.write("yourapplication/models.py", listing("class User(Base)"))
    app = flask.Flask("models")
    run(application, app=app)
    doctest(listing("init_db()", without="def"))
    doctest(listing(">>> u = User"))
    doctest(listing(">>> User.query.all()"), **vars(__import__("yourapplication.models").models))
    from yourapplication.database import db_session
    from yourapplication.models import User

    app.add_url_rule("/", "index", lambda: str(User.query.all()))
    db_session.remove()
    assert app.test_client().get("/").text == "[<User 'admin'>]"
    assert not db_session.registry.has()
    db_session.get_bind().dispose()


def test_sqlalchemy_by_hand(page, run, folder, in_a_folder):
    """The listing imports a function that SQLAlchemy 2 has at its registry."""
    listing = page("patterns/sqlalchemy")
    folder.write("yourapplication/__init__.py", "")
    folder.write("yourapplication/database.py", in_a_folder(listing("metadata = MetaData()")))
    models = listing("mapper(User, users)").replace("import mapper", "import registry")
    models = models.replace("mapper(User", "registry().map_imperatively(User")
    folder.write("yourapplication/models.py", models)
    app = flask.Flask("models")
    run(listing("def shutdown_session"), app=app)
    from yourapplication.database import db_session, init_db
    from yourapplication.models import User

    init_db()
    with app.app_context():
        db_session.add(User("admin", "admin@localhost"))
        db_session.commit()
    app.add_url_rule("/", "index", lambda: str(User.query.all()))
    assert app.test_client().get("/").text == "[<User 'admin'>]"
    assert not db_session.registry.has()
    db_session.get_bind().dispose()


# MongoEngine


def test_documents_of_mongoengine(page, run):
    """With a server in memory. Flask-MongoEngine does not import with Flask 3.1."""
    listing = page("patterns/mongoengine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mongoengine
        import mongomock

        mongoengine.connect("myapp", mongo_client_class=mongomock.MongoClient)
        fields = listing("class Movie(me.Document)", "title =")
        nested = listing("class Imdb").partition("class Movie")[0]
        movie = fields + "\n    imdb = me.EmbeddedDocumentField('Imdb')\n"
        module = run("import mongoengine as me", nested, movie)
        run(listing("bttf.save()"), Movie=module.Movie, Imdb=module.Imdb)
        app = flask.Flask("movies")

        @app.get("/<title>")
        def show(title):
            found = module.Movie.objects(title=title).first() or flask.abort(404)
            return [found.year, *found.actors, found.imdb.imdb_id]

        client = app.test_client()
        answer = client.get("/Back To The Future").json
        assert answer == [1985, "Michael J. Fox", "Christopher Lloyd", "tt0088763"]
        assert client.get("/missing").status_code == 404
        found = run(listing("some_theron_movie"), Movie=module.Movie).some_theron_movie
        assert found is None
        mongoengine.disconnect()


# SQLite


@pytest.fixture
def sqlite_page(page, folder):
    """Makes the page's database one of the test's folder."""

    def listing(*texts, **options):
        source = page("patterns/sqlite3")(*texts, **options)
        return source.replace("/path/to/database.db", str(folder.path / "database.db"))

    return listing


SCHEMA = (
    "create table users (user_id integer, username text);"
    "insert into users values (1, 'one'), (2, 'two');"
)


@pytest.fixture
def database(sqlite_page, run, folder):
    folder.write("schema.sql", SCHEMA)
    app = run("import flask\napp = flask.Flask(__name__)").app
    module = run(
        sqlite_page("def get_db"), sqlite_page("def query_db"), sqlite_page("def init_db"), app=app
    )
    module.init_db()
    return module


def test_connection_of_a_request(sqlite_page, database, run):
    connections = []

    def get_db():
        connections.append(database.get_db())
        return connections[-1]

    view = sqlite_page("def index").replace("...", "return str(cur.execute('select 1').fetchone())")
    run(view, app=database.app, get_db=get_db)
    assert database.app.test_client().get("/").text == "(1,)"
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        connections[0].execute("select 1")


def test_connection_of_a_context(sqlite_page, database, run):
    source = (
        sqlite_page("with app.app_context()", without="def") + "    assert get_db() is get_db()"
    )
    run(source, app=database.app, get_db=database.get_db)


def test_rows_as_dicts_and_objects(sqlite_page, database, run):
    with database.app.app_context():
        db = database.get_db()
        run(sqlite_page("def make_dicts"), db=db)
        assert database.query_db("select * from users")[0] == {"user_id": 1, "username": "one"}
        run(sqlite_page("db.row_factory = sqlite3.Row"), db=db, sqlite3=sqlite3)
        row = database.query_db("select * from users", one=True)
        assert (row["username"], row[1], list(row)) == ("one", "one", [1, "one"])


def test_queries(sqlite_page, database, run, capsys):
    with database.app.app_context():
        database.get_db().row_factory = sqlite3.Row
        run(sqlite_page("for user in query_db"), query_db=database.query_db)
        for name in ("two", "three"):
            source = sqlite_page("user = query_db")
            run(source, query_db=database.query_db, the_username=name)
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["one has the id 1", "two has the id 2", "two has the id 2", "No such user"]


def test_database_from_the_shell(page, database, doctest, folder):
    folder.write("yourapplication.py", "def init_db(): return None\n")
    doctest(page("patterns/sqlite3")(">>> init_db()"))
