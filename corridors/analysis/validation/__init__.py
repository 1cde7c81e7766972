"""Modelled against observed, and the parameters that are fitted."""
