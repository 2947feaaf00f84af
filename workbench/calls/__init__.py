"""The one door to a model: limits, retry, price, record. Owns the only event loop; refuses to know what a prompt or a run is.

from workbench.calls import door
outcome = door.ask(door.Call("openai", Request("gpt-5", messages), source="playground"))
"""
