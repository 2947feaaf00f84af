"""Our own HTTP routes, mounted in the app's process: prompts out, calls and traces in, metrics out. Owns their shapes and their bounds."""
