"""Results seen otherwise: by anything, by who used what is shut, and kept on disk."""
