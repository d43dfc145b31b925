"""What every service stands on: settings, unit of work, outbox, grants, problem details. Knows no service."""
