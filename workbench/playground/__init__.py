"""Conversations: turns that live in the loop thread, tasks that suggest a model."""
