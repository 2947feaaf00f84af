"""Prices."""

from pages.parts import page

with page.guard():
    page.start("Prices", subtitle="")
