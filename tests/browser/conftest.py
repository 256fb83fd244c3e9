"""A headless Chromium, Debian's or another, and the person in front of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .person import Person

#: Debian's names come first; the others are what Chromium is called elsewhere.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless",
    # Chromium's sandbox refuses to run for root.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    # No traffic but that of the tests.
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1100,900",
)


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser for all tests, without anything of the user's own."""
    webdriver = pytest.importorskip(
        "selenium.webdriver", reason="Selenium is not installed: pip install 'flaskish[browser]'"
    )
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    chromedriver = shutil.which("chromedriver")
    if browser is None or chromedriver is None:
        pytest.skip("There is no Chromium. Debian has it: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # With its path given, Selenium does not look for a driver elsewhere.
    service = webdriver.ChromeService(executable_path=chromedriver)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def person(driver: Any, live_server: Any, django_user_model: Any) -> Iterator[Person]:
    """Somebody with an account, who is not logged in yet."""
    django_user_model.objects.create_superuser("ada", password="lovelace")
    person = Person(driver, live_server.url)
    yield person
    pictures = os.environ.get("PICTURES")
    if pictures:
        # For people who want to look: PICTURES=/tmp/pages make browser
        name = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].rpartition(" ")[0]
        Path(pictures).mkdir(exist_ok=True)
        driver.save_screenshot(str(Path(pictures, f"{name.replace('/', '_')}.png")))
    driver.delete_all_cookies()
