"""Subdomains, host matching, server names and trusted hosts, one application for each."""

from pathlib import Path

from flask import Flask, jsonify, request, url_for

HERE = str(Path(__file__).parent)


def answer(**values):
    return jsonify(endpoint=request.endpoint, values=values, host=request.host, url=request.url)


def link(endpoint):
    return url_for(endpoint, **request.args.to_dict())


def make(name, **options):
    app = Flask(name, static_folder=None, **options)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


subdomains = make("subdomains", subdomain_matching=True)
subdomains.config["SERVER_NAME"] = "example.com"
subdomains.add_url_rule("/", "root", answer)
subdomains.add_url_rule("/", "api", answer, subdomain="api")
subdomains.add_url_rule("/", "user", answer, subdomain="<user>")
subdomains.add_url_rule("/folder/", "folder", answer, subdomain="<user>")
subdomains.add_url_rule("/deep", "deep", answer, subdomain="<a>.<b>")
subdomains.add_url_rule("/link/<endpoint>", "link", link)

named = make("named")
named.config["SERVER_NAME"] = "named.example:8080"
named.add_url_rule("/", "root", answer)
named.add_url_rule("/folder/", "folder", answer)
named.add_url_rule("/link/<endpoint>", "link", link)

hosts = make("hosts", host_matching=True)
hosts.add_url_rule("/", "any", answer, host="<name>.example.org")
hosts.add_url_rule("/", "exact", answer, host="www.example.org")
hosts.add_url_rule("/", "ported", answer, host="example.org:8080")
hosts.add_url_rule("/folder/", "folder", answer, host="<name>.example.org")
hosts.add_url_rule("/link/<endpoint>", "link", link, host="<name>.example.org")

trusted = make("trusted")
trusted.config["TRUSTED_HOSTS"] = ["good.example", ".all.example"]
trusted.add_url_rule("/", "root", answer)

default_subdomain = make("default_subdomain", subdomain_matching=True)
default_subdomain.config["SERVER_NAME"] = "example.net"
default_subdomain.url_map.default_subdomain = "www"
default_subdomain.add_url_rule("/", "root", answer)
default_subdomain.add_url_rule("/", "bare", answer, subdomain="")

assets = Flask("assets", host_matching=True, static_host="cdn.example", root_path=HERE)
assets.config["PROPAGATE_EXCEPTIONS"] = False
assets.add_url_rule("/", "root", answer, host="<name>.example")
assets.add_url_rule("/link/<endpoint>", "link", link, host="<name>.example")

APPS = {
    "assets": assets,
    "subdomains": subdomains,
    "named": named,
    "hosts": hosts,
    "trusted": trusted,
    "default": default_subdomain,
}


def app(environ, start_response):
    """Hand on to the application that the header X-App names."""
    chosen = APPS.get(environ.get("HTTP_X_APP", ""), named)
    return chosen(environ, start_response)
