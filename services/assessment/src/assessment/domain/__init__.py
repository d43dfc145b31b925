"""Pure rules and types: no framework, no database, no clock."""
