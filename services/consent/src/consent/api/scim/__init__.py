"""SCIM 2.0 (RFC 7643, RFC 7644): an authority's identity provider keeps practitioners and teams by it."""

from fastapi import APIRouter

from consent.api.scim import discovery, groups, users

router = APIRouter()
for part in (users, groups, discovery):
    router.include_router(part.router)
