"""Every converter with its arguments, and converters made by the application."""

from flask import Flask, jsonify, url_for
from werkzeug.routing import BaseConverter, UnicodeConverter, ValidationError

app = Flask(__name__, static_folder=None)


class ListConverter(BaseConverter):
    def to_python(self, value):
        return value.split(",")

    def to_url(self, value):
        return ",".join(super(ListConverter, self).to_url(item) for item in value)


class HexConverter(BaseConverter):
    regex = r"[0-9a-f]+"
    weight = 60

    def to_python(self, value):
        return int(value, 16)

    def to_url(self, value):
        return f"{value:x}"


class EvenConverter(BaseConverter):
    regex = r"\d+"

    def to_python(self, value):
        if int(value) % 2:
            raise ValidationError
        return int(value)


class TwoPartsConverter(BaseConverter):
    regex = r"[a-z]+/[a-z]+"
    part_isolating = False


class ShoutConverter(UnicodeConverter):
    def to_python(self, value):
        return value.upper()


class BrokenConverter(BaseConverter):
    def to_python(self, value):
        raise ZeroDivisionError("broken converter")


app.url_map.converters.update(
    list=ListConverter,
    hex=HexConverter,
    even=EvenConverter,
    two=TwoPartsConverter,
    shout=ShoutConverter,
    broken=BrokenConverter,
)


def answer(**values):
    return jsonify({name: [type(value).__name__, str(value)] for name, value in values.items()})


RULES = [
    "/int/<int:v>",
    "/int2/<int(2):v>",
    "/range/<int(min=3, max=7):v>",
    "/fixed/<int(fixed_digits=3):v>",
    "/signed/<int(signed=True):v>",
    "/float/<float:v>",
    "/float-range/<float(min=1.5, max=9):v>",
    "/float-signed/<float(signed=True):v>",
    "/string/<string:v>",
    "/length/<string(length=2):v>",
    "/lengths/<string(minlength=2, maxlength=4):v>",
    "/any/<any(one, two, 'with-hyphen', \"quo ted\"):v>",
    "/uuid/<uuid:v>",
    "/path/<path:v>",
    "/path/<path:v>/end",
    "/path-int/<path:v>/<int:n>",
    "/list/<list:v>",
    "/hex/<hex:v>",
    "/even/<even:v>",
    "/even/<v>",
    "/two/<two:v>",
    "/two/<two:v>/tail",
    "/shout/<shout:v>",
    "/shout-length/<shout(length=3):v>",
    "/broken/<broken:v>",
    "/mix/<int:a>-<float:b>_<string(length=1):c>.<any(x, y):d>",
    "/many/<a>/<int:b>/<path:c>/z",
    "/prefix-<int:v>",
    "/<int:v>-suffix",
    "/mixed/<int:v>",
    "/mixed/<float:v>",
    "/mixed/<v>",
    "/mixed/<path:v>",
]
for number, rule in enumerate(RULES):
    app.add_url_rule(rule, f"e{number}", answer)

SAMPLES = {
    "int": (0, 12, -3, True, "7", 2.5),
    "int2": (3, 12, 123),
    "fixed": (3, 123, 1234),
    "float": (1.0, 2.5, -0.5, 3, "4.5"),
    "string": ("x", "a/b", "ü ?#%", "", 5),
    "any": ("one", "three", "with-hyphen"),
    "path": ("a/b", "/a", "a//b", "ü/?", "a b"),
    "list": (["a", "b c"], ["x/y"], []),
    "hex": (255,),
    "two": ("a/b",),
    "uuid": ("12345678123456781234567812345678",),
}


@app.route("/build/<name>/<int:index>")
def build(name, index):
    endpoint = next((f"e{n}" for n, rule in enumerate(RULES) if rule.startswith(f"/{name}/")), "no")
    samples = SAMPLES.get(name, ("x",))
    return url_for(endpoint, v=samples[index % len(samples)])
