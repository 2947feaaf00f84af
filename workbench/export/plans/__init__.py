"""Project plans: what is to be built, with which prompts, by when, and whether the data says it is met.

`model` is a plan and its JSON, `keeping` the store, `measures` what metrics are linked to, `dates` the timeline, `shipped` the templates.
"""
