"""Fotfeste on the mentor's own computer: works without network, delivers when there is one."""
