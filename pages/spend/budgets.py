"""Budgets."""

from pages.parts import page

with page.guard():
    page.start("Budgets", subtitle="")
