"""The explorer as a widget: what is shut in its page comes back to Python, and the other way."""
