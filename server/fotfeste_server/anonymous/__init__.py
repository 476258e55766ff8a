"""Anonymous answers: invitations, sealed envelopes, and the frozen blocks that are all anybody ever sees."""
