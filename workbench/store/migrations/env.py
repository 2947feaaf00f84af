"""Runs the migrations on the connection that `workbench.store.migrate` hands over, inside its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None, transaction_per_migration=False)
context.run_migrations()
