"""Parts of `build_reference.py`."""
