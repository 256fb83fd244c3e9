"""The smallest application: it runs by itself, under any server and inside the project.

Flask: Quickstart. Django: mounted with ``path("hello/", hello.app.urls)``.
"""

from flaskish import Flask, url_for

app = Flask(__name__)


@app.route("/")
def index():
    return f'<h1>Hello, World!</h1><p><a href="{url_for("greet", name="Ada")}">Hello, Ada!</a></p>'


@app.route("/<name>")
def greet(name):
    return {"hello": name}


if __name__ == "__main__":
    app.run()
