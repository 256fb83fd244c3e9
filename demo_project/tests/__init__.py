"""Tests of the demo project, as a Django developer writes them: a file for each application."""
