"""Vocabularies, routes and events that the parts of Kith agree on. Data only: no behaviour lives here."""
