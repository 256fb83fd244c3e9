"""The smallest application: it runs by itself, under any server and inside the project.

Flask: Quickstart. Django: mounted with ``path("hello/", hello.app.urls)``.
"""

from flaskish import Flask, render_template

app = Flask(__name__)


@app.route("/")
def index():
    return render_template("hello.html")


@app.route("/<name>")
def greet(name):
    return {"hello": name}


if __name__ == "__main__":
    app.run()
