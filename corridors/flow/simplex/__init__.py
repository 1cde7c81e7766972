"""The own simplex method for the master problem: few binding limits, one row for each commodity."""
