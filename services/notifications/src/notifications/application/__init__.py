"""Use cases, one module each. None of them commits: whoever opened the unit of work does, once, at its end."""
