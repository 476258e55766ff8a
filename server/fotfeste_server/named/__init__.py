"""The named world: people, teams, gatherings and the ledger of what they hand in."""
