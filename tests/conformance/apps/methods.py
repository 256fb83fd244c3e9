"""Methods: automatic HEAD and OPTIONS, 405 with Allow, odd methods, class-based views."""

from flask import Flask, jsonify, make_response, request
from flask.views import MethodView, View

app = Flask(__name__, static_folder=None)


@app.route("/get")
def only_get():
    return f"get as {request.method}"


@app.route("/post", methods=["POST"])
def only_post():
    return f"post as {request.method}"


@app.route("/both", methods=["GET", "POST"])
def both():
    return f"both as {request.method}"


@app.route("/split", methods=["GET"])
def split_get():
    return "split get"


@app.route("/split", methods=["POST", "PUT"])
def split_post():
    return f"split {request.method}"


@app.get("/shortcut")
def shortcut_get():
    return "get"


@app.post("/shortcut")
def shortcut_post():
    return "post"


@app.put("/shortcut")
def shortcut_put():
    return "put"


@app.delete("/shortcut")
def shortcut_delete():
    return "delete"


@app.patch("/shortcut")
def shortcut_patch():
    return "patch"


@app.route("/options", methods=["GET", "OPTIONS"])
def own_options():
    return f"own {request.method}"


@app.route("/no-options", methods=["GET"], provide_automatic_options=False)
def no_options():
    return f"no options, {request.method}"


@app.route("/strange", methods=["PROPFIND", "get", "Query"])
def strange():
    return request.method


def annotated():
    return f"annotated {request.method}"


annotated.methods = ["GET", "DELETE"]
annotated.required_methods = ["LINK"]
app.add_url_rule("/annotated", view_func=annotated)


def no_automatic_options():
    return request.method


no_automatic_options.provide_automatic_options = False
app.add_url_rule("/annotated-no-options", view_func=no_automatic_options)


class Item(MethodView):
    init_every_request = False
    decorators = [lambda function: lambda **values: make_response(function(**values))]

    def get(self, number):
        return jsonify(item=number)

    def post(self, number):
        return f"made {number}", 201

    def delete(self, number):
        return "", 204


class ItemWithHead(MethodView):
    def get(self):
        return "body of get"

    def head(self):
        return "", {"X-Head": "own"}

    def trace(self):
        return "traced"


class Child(Item):
    def patch(self, number):
        return f"patched {number}"


class Plain(View):
    methods = ["GET", "POST"]

    def __init__(self, word):
        self.word = word

    def dispatch_request(self, number=0):
        return f"{self.word} {number} {request.method}"


app.add_url_rule("/items/<int:number>", view_func=Item.as_view("item"))
app.add_url_rule("/children/<int:number>", view_func=Child.as_view("child"))
app.add_url_rule("/head", view_func=ItemWithHead.as_view("with_head"))
app.add_url_rule("/plain", view_func=Plain.as_view("plain", "hello"))
app.add_url_rule("/plain/<int:number>", view_func=Plain.as_view("plain_number", word="hi"))
