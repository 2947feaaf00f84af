"""What-if."""

from pages.parts import page

with page.guard():
    page.start("What-if", subtitle="")
