"""OpenTelemetry and Sentry themselves, on a mounted application: the names they give requests.

Both change Django's handler for good, so a process of its own asks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """
import json, logging, os, sys
import django
import sentry_sdk
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sentry_sdk.integrations.django import DjangoIntegration
from django.test import Client
from django.urls import path
from flaskish import Flask

events = []

class Transport(sentry_sdk.transport.Transport):
    def capture_envelope(self, envelope):
        events.extend(item.payload.json for item in envelope.items)

logging.disable()
integration = DjangoIntegration(transaction_style=sys.argv[1])
sentry_sdk.init("http://key@localhost/1", transport=Transport, integrations=[integration])
spans, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
DjangoInstrumentor().instrument(tracer_provider=provider)
django.setup()

shop = Flask("project.shop", static_folder=None)
shop.add_url_rule("/cart/<int:number>", "cart", lambda number: str(number))
shop.add_url_rule("/fail/<int:number>", "fail", lambda number: str(1 / 0))
desk = Flask("project.desk", static_folder=None)
desk.add_url_rule("/fail/<int:number>", "fail", lambda number: str(1 / 0))
desk.register_error_handler(500, lambda error: ("sorry", 500))
client = Client(raise_request_exception=False)
urls = (path("shop/", shop.urls), path("desk/", desk.urls))
with django.test.override_settings(ROOT_URLCONF=urls):
    for requested in ("shop/cart/3", "shop/fail/3", "shop/nothing", "desk/fail/3"):
        client.get(f"/{requested}")
names = [span.name for span in spans.get_finished_spans()]
print(json.dumps([names, [event["transaction"] for event in events]]))
"""


def ask(transaction_style: str) -> Any:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", SCRIPT, transaction_style]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize(
    ("transaction_style", "failed"),
    [
        ("url", ["/shop/fail/{number}", "/desk/fail/{number}"]),
        ("function_name", ["project.shop.fail", "project.desk.fail"]),
    ],
)
def test_routes_and_views_have_the_names_of_the_application(
    transaction_style: str, failed: list[str]
) -> None:
    spans, transactions = ask(transaction_style)
    assert spans == [
        "GET shop/cart/<int:number>",
        "GET shop/fail/<int:number>",
        "GET shop/<path:unmatched>",
        "GET desk/fail/<int:number>",
    ]
    # Errors, that one included which the application answers by itself.
    assert transactions == failed
