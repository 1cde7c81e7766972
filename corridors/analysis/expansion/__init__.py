"""Which projects to build for a budget: candidates, recourse, cuts, master program, answers."""
