"""What eight slides say of a project: read from a prompt, a plan and a run, each of which may be missing."""
