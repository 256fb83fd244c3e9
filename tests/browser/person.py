"""What a person does with the demo project: open, read, fill in, click.

Flask: none. Django: ``LiveServerTestCase`` serves the pages.
"""

from __future__ import annotations

from typing import Any

_IS_NEW_PAGE = "return !window.isOldPage && document.readyState === 'complete'"


class Person:
    """Somebody in front of a browser.

    :param driver: The browser.
    :param address: Where the project is served.
    """

    def __init__(self, driver: Any, address: str) -> None:
        self.driver = driver
        self.address = address

    def open(self, path: str) -> None:
        self.driver.get(f"{self.address}{path}")

    @property
    def path(self) -> str:
        """The path of the page in front of the person."""
        return str(self.driver.current_url.removeprefix(self.address))

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return str(self.driver.find_element("css selector", "body").text)

    @property
    def heading(self) -> str:
        """What the page is about."""
        return str(self.driver.find_element("css selector", "h1").text)

    @property
    def user(self) -> str:
        """What the page says in the corner where it names the user."""
        return str(self.driver.find_element("css selector", ".who").text)

    def fill_in(self, **values: str) -> None:
        """Type into fields, by their names; a file's path into the field of an upload."""
        for name, value in values.items():
            self.driver.find_element("name", name).send_keys(value)

    def press(self, label: str) -> None:
        """Press a button; the page that it leads to is there afterwards."""
        self._go_by(self.driver.find_element("xpath", f"//button[normalize-space()='{label}']"))

    def follow(self, text: str) -> None:
        """Follow a link."""
        self._go_by(self.driver.find_element("link text", text))

    def _go_by(self, element: Any) -> None:
        """Click, and wait until the page in front of the person is another one."""
        # Loaded here: there may be no Selenium, for which the tests are skipped.
        from selenium.common.exceptions import WebDriverException
        from selenium.webdriver.support.wait import WebDriverWait

        self.driver.execute_script("window.isOldPage = true")
        element.click()
        # Between two pages there is none to ask.
        wait = WebDriverWait(self.driver, 10, 0.05, ignored_exceptions=[WebDriverException])
        wait.until(lambda driver: driver.execute_script(_IS_NEW_PAGE))

    def wait_for(self, text: str) -> None:
        """Wait until a script has put a text on the page."""
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.driver, 10, 0.05).until(lambda driver: text in self.text)

    def log_in(self) -> None:
        """Log in on the page in front of the person, Django's."""
        self.fill_in(username="ada", password="lovelace")
        self.press("Log in")

    def look_of(self, selector: str) -> dict[str, str]:
        """Return how a part of the page is drawn."""
        element = self.driver.find_element("css selector", selector)
        properties = ("background-color", "font-family", "font-size", "width")
        return {name: str(element.value_of_css_property(name)) for name in properties}

    def complaints(self) -> list[str]:
        """Return what the browser had to complain about since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]
