"""Alembic's entry. Runs on the connection and inside the transaction of `core.migrate.upgrade`."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=False)
context.run_migrations()
