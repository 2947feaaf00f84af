"""Parts of the Spend and Budgets pages."""
