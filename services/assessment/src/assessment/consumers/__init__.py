"""One module for each topic. This service consumes none: whose child an assessment is, it knows from its begin."""
