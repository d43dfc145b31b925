"""What the gateway brings along from the child index for a document, filtered by category once more."""

from fastapi import Request
from pydantic import ValidationError

from chassis.errors import Unavailable
from chassis.grants import Grant
from contracts.supplies import DocumentFacts
from contracts.vocabulary import Category


async def facts_supplied(request: Request, grant: Grant) -> DocumentFacts:
    """Raises `Unavailable` where it did not come along."""
    try:
        known = DocumentFacts.model_validate_json(await request.body())
    except ValidationError as error:
        raise Unavailable("What the child index knows did not come along") from error
    involved = grant.permits(Category.INVOLVEMENT)
    return DocumentFacts(
        child=known.child if grant.permits(Category.BASICS) else None,
        lead=known.lead if involved else None,
        around=known.around if involved else None,
    )
