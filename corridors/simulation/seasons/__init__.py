"""Seasons, which the calendar knows beforehand, and what sets off because of them."""
