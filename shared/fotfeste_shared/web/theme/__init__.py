"""The sources of the look, and the small script that joins them."""
