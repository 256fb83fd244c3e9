"""Forms, files and raw bodies: what of them a view sees, limits included."""

import hashlib

from flask import Flask, jsonify, request

app = Flask(__name__, static_folder=None)
app.config.update(PROPAGATE_EXCEPTIONS=False, MAX_FORM_MEMORY_SIZE=2000, MAX_FORM_PARTS=20)


def file_facts(name, file):
    data = file.read()
    return [
        name,
        file.name,
        file.filename,
        file.content_type,
        file.mimetype,
        file.content_length,
        bool(file),
        len(data),
        hashlib.sha1(data).hexdigest(),
        sorted((key.lower(), value) for key, value in file.headers),
    ]


@app.route("/form", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def form():
    return jsonify(
        form=list(request.form.items(multi=True)),
        files=[file_facts(name, file) for name, file in request.files.items(multi=True)],
        args=list(request.args.items(multi=True)),
        values=list(request.values.items(multi=True)),
        data_left=request.get_data().decode("latin-1"),
        mimetype=request.mimetype,
        params=dict(request.mimetype_params),
        length=request.content_length,
    )


@app.route("/field", methods=["GET", "POST"])
def field():
    name = request.args.get("name", "a")
    return jsonify(
        first=request.form.get(name),
        all=request.form.getlist(name),
        number=request.form.get(name, 0, type=int),
        inside=name in request.form,
        flat=request.form.to_dict(),
        lists=request.form.to_dict(flat=False),
    )


@app.route("/needed", methods=["GET", "POST"])
def needed():
    return request.form["needed"]


@app.route("/needed-file", methods=["POST"])
def needed_file():
    return request.files["needed"].filename


@app.route("/raw", methods=["GET", "POST", "PUT"])
def raw():
    data = request.get_data()
    return jsonify(length=len(data), text=data.decode("latin-1"), again=len(request.data))


@app.route("/uncached", methods=["POST"])
def uncached():
    data = request.get_data(cache=False)
    return jsonify(length=len(data), form=request.form.to_dict(), again=len(request.get_data()))


@app.route("/data-then-form", methods=["POST"])
def data_then_form():
    data = request.get_data(parse_form_data="parse" in request.args)
    return jsonify(length=len(data), form=request.form.to_dict(), files=sorted(request.files))


@app.route("/form-then-data", methods=["POST"])
def form_then_data():
    form = request.form.to_dict()
    return jsonify(form=form, length=len(request.get_data()), data=len(request.data))


@app.route("/stream", methods=["POST"])
def stream():
    first = request.stream.read(4).decode("latin-1")
    rest = request.stream.read().decode("latin-1")
    return jsonify(first=first, rest=rest, end=len(request.stream.read()))


@app.route("/lines", methods=["POST"])
def lines():
    return jsonify([line.decode("latin-1") for line in request.stream])


@app.route("/limited", methods=["GET", "POST"])
def limited():
    request.max_content_length = 30
    if "skip" in request.args:
        return "not read"
    return jsonify(form=request.form.to_dict(), data=len(request.get_data()))


@app.route("/limited-twice", methods=["POST"])
def limited_twice():
    request.max_content_length = 10
    answers = []
    for _ in range(2):
        try:
            answers.append(len(request.form))
        except Exception as error:
            answers.append(f"{type(error).__name__}: {error}")
    return jsonify(answers)


@app.route("/parts", methods=["POST"])
def parts():
    request.max_form_parts = 2
    return jsonify(list(request.form.items(multi=True)))


@app.route("/ignored", methods=["POST"])
def ignored():
    return "ignored"
