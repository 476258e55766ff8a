"""What server and desktop both stand on: forms, the judge, revisions, the sync messages, and the pages."""
