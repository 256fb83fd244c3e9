"""The URLconf of the test project; tests mount their apps with ``override_settings``."""

urlpatterns: list[object] = []
