"""Requests about URLs: rules, converters, methods, redirects, hosts and blueprints.

Flask: URL Route Registrations, URL Building. Django: URL dispatcher.
"""

from __future__ import annotations

from exchange import Cases, Request, get, post, words

_ROUTING_TARGETS = words("""
/ // /plain /plain/ /plain// //plain /folder /folder/ /folder?a=b /folder//leaf /folder/leaf/
/loose /loose/ /loose-folder /loose-folder/ /users/me /users/ME /users/you /users/ /users/12
/users/1.5 /users/a/b /users/a/posts /users/a/posts/ /users/a/posts/3 /users/a/posts/x
/users/a/posts/3/edit /users/a%2Fb /users/%20 /users/%FF /users/%C3%BC /users/a%0Ab
/users/a//posts
/a-x-b /a-x-y-b /a--b /a-1.txt /a-x.txt /pages /pages/ /pages/1 /pages/2 /pages/x
/old/me /old/me?q=1 /called/4 /called/x /alias/x /other-alias/x /other-alias/x?q=%20
/double//slash /double/slash /merged//a//x /merged/a/x /socket /built/x
/%C3%BCn%C3%AFcode/x /%c3%bcn%c3%afcode/x
/with%20space/x /with+space/x /pipe|d /pipe%7Cd /en/about /wiki/a /wiki/a/b /wiki/a/edit
/wiki/edit /wiki/a/5 /wiki/5 /wiki/5/6 /wiki/ /wiki//a /wiki/a//b /wiki/a/ /twice/a/b /twice/a/fixed
/twice/fixed/b /twice/fixed/fixed /opt /opt/ /opt/all /opt/all/ /opt/all/0 /opt/x /opt/x/ /opt/x/0
/opt/x/3 /by-rule/x /nothing /nothing/ /. /.. /a/../plain /%2Fplain /plain%2F /plain%00 /PLAIN
/go/plain /go/plain?code=308 /go/plain?code=200 /build/user?name=a /build/user
/build/user_number?number=3
/build/pages /build/pages?page=1 /build/pages?page=2 /build/opt /build/opt?kind=all&number=0
/build/opt?kind=x&number=0 /build/opt?kind=x&number=4 /build/target?name=x /build/nowhere
/build/built?name=x /build/unicode?name=%C3%BC /build/space?name=a%20b /build/plain?a=1&a=2&b=%26
/build/plain?_external=1 /build/plain?_anchor=x&_scheme=https /build/plain?_method=POST
/build/edit?name=a&post=1&_method=POST /build/old?name=x /build/wiki?page=2&_external=1
/build/users /build/index /build/double /build/piped /build/socket
""")

_CONVERTER_VALUES = words("""
0 1 12 012 123 1234 -1 +1 1.5 -1.5 .5 1. 1e5 1,5 a ab abc abcd abcde A one two One
with-hyphen quo%20ted
%D9%A3 %C2%B2 %C3%BC a/b a%2Fb a//b / ff FF 0x1 a,b ,a, 12345678-1234-5678-1234-567812345678
12345678123456781234567812345678 12345678-1234-5678-1234-56781234567G a%0A 1%0A a/b/end a/1
""")

_CONVERTERS = words(
    "int int2 range fixed signed float float-range float-signed string length lengths any uuid path"
    " path-int list hex even two shout shout-length broken mixed many"
)

_METHODS_PATHS = words(
    "/get /post /both /split /shortcut /options /no-options /strange /annotated"
    " /annotated-no-options /items/1 /items/x /children/1 /head /plain /plain/3 /missing /get/"
)

_REDIRECT_PATHS = [
    *(f"/to/{n}" for n in range(17)),
    *(f"/plain-to/{n}" for n in range(17)),
    *(f"/absolute-to/{n}" for n in range(17)),
    *(f"/build/{n}" for n in range(22)),
    "/slash",
    "/slash?q=1",
    "/folder",
    "/folder?a=%C3%BC&b",
    "/deep/folder",
    "/deep//folder/",
    "/url-facts",
    "/url-facts/a%20b/%C3%BC?x=%FF&y=a+b",
    "/url-facts/",
    "/to/1?code=300",
    "/to/1?code=305",
    "/to/1?code=404",
    "/static/nothing.css",
]

_HOSTS = words(
    "localhost example.com EXAMPLE.com example.com:80 api.example.com API.example.com a.example.com"
    " a.b.example.com x.y.z.example.com example.org www.example.org web.example.org"
    " example.org:8080 example.org:80 named.example named.example:8080 named.example:80"
    " www.named.example:8080 good.example bad.example sub.all.example all.example good.example:8000"
    " example.net www.example.net other.net cdn.example www.example"
    " 127.0.0.1:5000 [::1]:5000 under_score.example"
)

_HOST_APPS = ("subdomains", "named", "hosts", "trusted", "default", "assets")
_ODD_HOSTS = (
    "",
    " ",
    "a b",
    "b\xc3\xbccher.example",
    "xn--bcher-kva.example",
    "a:b",
    "example.com:",
    "user@example.com",
    "example.com/path",
    "-",
    "..",
    "[::1",
    "example.com:99999",
)

_BLUEPRINT_PATHS = words(
    "/parent/ /parent /parent/x/1 /parent/child/ /parent/child/x/2 /parent/child/grand/"
    " /parent/child/grand/x/3 /parent/child/grand/abort/418 /parent/child/grand/abort/403"
    " /parent/child/grand/abort/404 /parent/child/nothing /parent/child/links"
    " /parent/child/bad-link /one/ /two/ /one/x/1 /two/x/5 /assets/template/own"
    " /assets/template/shared /template/shared /template/own /assets/static/letters.txt"
    " /assets/static/nothing /tenant/a/ /tenant/a /tenant/%C3%BC%20b/page/2 /defaults/kind"
    " /defaults/kind/x /map /hosted/"
)

CATALOGUE = {
    "routing": Cases(
        [
            *(get(target) for target in _ROUTING_TARGETS),
            *(
                Request(method, target)
                for method in ("POST", "HEAD", "OPTIONS", "DELETE", "get")
                for target in words(
                    "/ /plain /plain/ /folder /pages/1 /users/a/posts/3/edit /old/me /by-rule/x"
                    " /socket /nothing /other-alias/x /opt/all/0 //folder /users/a//posts"
                )
            ),
            get("/folder", script_name="/root"),
            get("/plain", script_name="/root", scheme="https", host="a.example:8443"),
            get("/pages/1?q=1", script_name="/root"),
            get("/build/wiki?page=a%2Fb&_external=1", script_name="/root"),
            get("", host="localhost"),
            get("/go/%0A"),
            post("/folder?x=1", "a=b"),
            get("/socket", ("Upgrade", "websocket"), ("Connection", "Upgrade")),
            get("/socket", environ={"wsgi.url_scheme": "ws"}),
        ],
        [
            *_ROUTING_TARGETS,
            "/users/{}",
            "/users/{}/posts/{}",
            "/{}/about",
            "/wiki/{}/{}",
            "/twice/{}/{}",
            "/opt/{}/{}",
            "/a-{}-b",
            "/a-{}.{}",
            "/pages/{}",
            "/merged/{}/x",
            "/{}",
            "/{}/{}",
            "/go/{}",
            "/build/user?name={}",
            "/build/wiki?page={}",
        ],
    ),
    "converters": Cases(
        [
            *(get(f"/{name}/{value}") for name in _CONVERTERS for value in _CONVERTER_VALUES),
            *(get(f"/build/{name}/{n}") for name in _CONVERTERS for n in range(6)),
            *(get(f"/prefix-{value}") for value in ("1", "x", "-1", "")),
            *(get(f"/{value}-suffix") for value in ("1", "x", "-1", "")),
            *(get(f"/mix/{v}") for v in ("1-2.5_a.x", "1-2_a.x", "1-2.5_ab.x", "1-2.5_a.z")),
            get("/many/a/1/b/c/z"),
            get("/many/a/1/z"),
            get("/many/a/x/b/z"),
            post("/broken/x"),
        ],
        [
            *(f"/{name}/{{}}" for name in _CONVERTERS),
            "/mix/{}-{}_{}.{}",
            "/many/{}/{}/{}/z",
            "/prefix-{}",
            "/{}-suffix",
            "/path/{}/{}/end",
            "/two/{}/{}/tail",
        ],
    ),
    "methods": Cases(
        [
            Request(method, path)
            for path in _METHODS_PATHS
            for method in (
                *words("GET HEAD OPTIONS POST PUT DELETE PATCH TRACE LINK PROPFIND QUERY CONNECT"),
                "get",
                "",
            )
        ],
        _METHODS_PATHS,
    ),
    "redirects": Cases(
        [
            *(get(path) for path in _REDIRECT_PATHS),
            *(
                get(path, script_name="/root/d\xc3\xa9", scheme="https", host="a.example:8443")
                for path in _REDIRECT_PATHS
            ),
            Request("HEAD", "/to/0"),
            post("/deep/folder", "a=b"),
            post("/folder", "a=b"),
            get("/url-facts", host="A.Example:80"),
            get("/url-facts", host="a.example:443", scheme="https"),
            get("/url-facts", host="b\xc3\xbccher.example"),
        ],
        [*_REDIRECT_PATHS, "/to/{}", "/text/{}", "/path/{}/{}", "/url-facts/{}", "/item/{}"],
    ),
    "hosts": Cases(
        [
            *(
                get(path, ("X-App", app), host=host)
                for app in _HOST_APPS
                for host in (*_HOSTS, *_ODD_HOSTS)
                for path in ("/", "/folder")
            ),
            *(
                get(f"/link/{target}", ("X-App", app), host=host)
                for app in ("subdomains", "named", "hosts")
                for host in ("localhost", "example.com", "named.example:8080", "a.example.org")
                for target in words(
                    "root user?user=x api deep?a=x&b=y folder?user=u exact any?name=n"
                    " root?_external=1 ported"
                )
            ),
            *(
                get(path, ("X-App", "assets"), host=host)
                for host in ("cdn.example", "www.example", "cdn.example:8080", "other.net")
                for path in words(
                    "/ /static/letters.txt /static/sub/inner.txt /static/missing"
                    " /link/static?filename=letters.txt /link/static?filename=a%20b&_external=1"
                    " /link/root?name=www /link/root?name=cdn"
                )
            ),
        ],
        [
            *("/", "/folder", "/folder/", "/deep", "/link/root", "/link/user?user={}", "/{}"),
            *("/static/letters.txt", "/static/{}", "/link/static?filename={}"),
        ],
        headers=[(("X-App", app),) for app in _HOST_APPS],
        hosts=_HOSTS,
    ),
    "blueprints": Cases(
        [
            *(get(path) for path in _BLUEPRINT_PATHS),
            *(get(path, host="api.localhost") for path in ("/hosted/", "/parent/")),
            *(Request("POST", path) for path in ("/parent/", "/two/x/5", "/parent/child/nothing")),
            *(get(path, script_name="/root") for path in ("/parent/child/links", "/tenant/a/")),
        ],
        [
            *_BLUEPRINT_PATHS,
            "/parent/x/{}",
            "/tenant/{}/",
            "/tenant/{}/page/{}",
            "/defaults/kind/{}",
            "/assets/static/{}",
            "/parent/child/grand/abort/{}",
        ],
    ),
}
