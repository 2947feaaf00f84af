"""Spend."""

from pages.parts import page

with page.guard():
    page.start("Spend", subtitle="")
