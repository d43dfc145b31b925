"""`POST /dev/token`: an access token for whoever is named. Exists only with the development issuer."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from chassis.issuer import DEFAULT_TTL_SECONDS, MAX_TTL_SECONDS, DevelopmentIssuer


class TokenRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sub: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    """Id of the practitioner or account."""
    ttl_seconds: Annotated[int, Field(ge=1, le=MAX_TTL_SECONDS)] = DEFAULT_TTL_SECONDS


class TokenAnswer(BaseModel):
    """As RFC 6749 section 5.1 has it."""

    access_token: str
    token_type: str
    expires_in: int


def development_router(issuer: DevelopmentIssuer) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post("/dev/token")
    async def token(asked: TokenRequest) -> TokenAnswer:
        return TokenAnswer(
            access_token=issuer.token(asked.sub, asked.ttl_seconds),
            token_type="Bearer",  # noqa: S106  the name of a scheme, not a secret
            expires_in=asked.ttl_seconds,
        )

    return router
