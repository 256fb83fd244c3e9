"""What a view reads from a request: arguments, headers, types, ranges, authorization."""

from flask import Flask, jsonify, request

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False


def plain(value):
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


@app.route("/args")
def args():
    return jsonify(
        items=list(request.args.items(multi=True)),
        flat=request.args.to_dict(),
        lists=list(request.args.lists()),
        number=request.args.get("n", -1, type=int),
        numbers=request.args.getlist("n", type=int),
        raw=request.query_string.decode("latin-1"),
    )


@app.route("/needed")
def needed():
    return request.args["needed"]


@app.route("/headers")
def headers():
    return jsonify(
        headers=sorted(request.headers.items()),
        lower=request.headers.get("x-test"),
        inside="X-TEST" in request.headers,
        number=request.headers.get("X-Number", 0, type=int),
    )


@app.route("/accept")
def accept():
    return jsonify(
        types=list(request.accept_mimetypes),
        best=request.accept_mimetypes.best,
        match=request.accept_mimetypes.best_match(["text/html", "application/json", "text/*"]),
        json=request.accept_mimetypes.accept_json,
        html=request.accept_mimetypes.accept_html,
        quality=request.accept_mimetypes["text/html"],
        languages=list(request.accept_languages),
        language=request.accept_languages.best_match(["en", "de", "en-GB"]),
        charsets=list(request.accept_charsets),
        encodings=list(request.accept_encodings),
        header=request.accept_mimetypes.to_header(),
    )


@app.route("/cache")
def cache():
    control = request.cache_control
    return jsonify(
        control=plain(control),
        max_age=control.max_age,
        no_cache=plain(control.no_cache),
        max_stale=plain(control.max_stale),
        pragma=plain(request.pragma),
        if_match=plain(request.if_match),
        if_none_match=plain(request.if_none_match),
        if_modified_since=plain(request.if_modified_since),
        if_range=plain(request.if_range),
        range=plain(request.range),
        ranges=request.range.ranges if request.range else None,
        date=plain(request.date),
        max_forwards=request.max_forwards,
    )


@app.route("/auth")
def auth():
    authorization = request.authorization
    if authorization is None:
        return jsonify(None)
    return jsonify(
        type=authorization.type,
        token=authorization.token,
        username=authorization.username,
        password=authorization.password,
        parameters=dict(authorization.parameters or {}),
        header=authorization.to_header(),
    )


@app.route("/client")
def client():
    return jsonify(
        remote_addr=request.remote_addr,
        route=list(request.access_route),
        user=request.remote_user,
        agent=request.user_agent.string,
        referrer=request.referrer,
        origin=request.origin,
        xhr=request.headers.get("X-Requested-With"),
        cors_method=request.access_control_request_method,
        cors_headers=plain(request.access_control_request_headers),
        host=request.host,
        multithread=request.is_multithread,
    )


@app.route("/content", methods=["GET", "POST"])
def content():
    return jsonify(
        type=request.content_type,
        mimetype=request.mimetype,
        params=dict(request.mimetype_params),
        length=request.content_length,
        encoding=request.content_encoding,
        md5=request.content_md5,
        is_json=request.is_json,
        input_terminated=request.environ.get("wsgi.input_terminated"),
        data=request.get_data().decode("latin-1"),
    )


@app.route("/repr")
def representation():
    return repr(request)
