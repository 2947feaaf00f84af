"""The kinds of documents on the page: how they are called, what each is about, and what is said where there is nothing to write about."""

from pages.parts import session

KINDS = {
    "prompt": "Prompt",
    "comparison": "Comparison",
    "evaluation": "Evaluation",
    "cost": "Cost",
    "operations": "Operations",
    "model_card": "Model card",
    "disclosure": "Disclosure",
    "slides": "Slides",
}
ABOUT = {
    "prompt": (
        "Prompt",
        "There is no prompt yet",
        "Documentation is written from a prompt, its runs and its calls.",
        "Write a prompt",
        session.PROMPTS,
    ),
    "comparison": (
        "Run",
        "There is no run of several variants yet",
        "The report gives its verdict, how sure it is, and why.",
        "Compare",
        session.COMPARE,
    ),
    "evaluation": (
        "Run",
        "There is no run yet",
        "The report gives the scores of a run, its slices and its failures.",
        "Compare",
        session.COMPARE,
    ),
    "cost": (
        "Scenario",
        "There is no scenario yet",
        "Keep one on the page What-if; the report writes it out.",
        "Open What-if",
        session.WHATIF,
    ),
    "operations": (
        "Month",
        "Nothing has been called yet",
        "The report of a month is written from its calls.",
        "Bring a file",
        session.IMPORTS,
    ),
    "model_card": (
        "Model",
        "No model has been called yet",
        "A card says how a model performs as it is used here.",
        "Bring a file",
        session.IMPORTS,
    ),
    "disclosure": ("Model", "No model has been called yet", "The notice names a model that is in use.", "Bring a file", session.IMPORTS),
    "slides": (
        "Prompt",
        "There is no prompt yet",
        "Eight slides are filled from a prompt, a plan and a comparison.",
        "Write a prompt",
        session.PROMPTS,
    ),
}
