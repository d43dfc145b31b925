"""Tables, repositories, the unit of work."""
