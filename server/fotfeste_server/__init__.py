"""The server of Fotfeste: named records, anonymous answers, results and the pages around them."""
