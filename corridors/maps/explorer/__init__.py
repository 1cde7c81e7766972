"""The explorer: one offline page with the network, the scenarios and the solver inside."""
