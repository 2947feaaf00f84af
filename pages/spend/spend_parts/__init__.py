"""Parts of the pages Spend and Budgets: the period, the sums, the chart, the report; standings, the form, the history of budgets."""
