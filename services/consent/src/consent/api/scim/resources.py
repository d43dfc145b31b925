"""What every kind of SCIM resource goes through: found, made, replaced, patched, removed; each in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from scim2_models import Context, PatchOp

from consent.api.common import Reading, Writing
from consent.api.scim import protocol
from consent.application import provisioning
from consent.application.ports import Record, UnitOfWork
from consent.domain.provisioning import Reach


@dataclass(frozen=True, slots=True)
class Resources:
    """One kind. `shown` gives a stored entry as SCIM has it, `before_patch` as a patch finds it, `said` what a resource
    says of an entry: for a patched one, of the entry as it was before."""

    kind: str
    model: Any
    shown: Callable[[Record], dict[str, Any]]
    before_patch: Callable[[Record], dict[str, Any]]
    said: Callable[[Any, Record | None], Any]
    make: Callable[[UnitOfWork, Reach, Any], Awaitable[Record]]
    change: Callable[[UnitOfWork, Reach, Record, Any], Awaitable[Record]]
    take_out: Callable[[UnitOfWork, str, Reach], Awaitable[None]]

    async def list(
        self,
        reach: Reach,
        reading: Reading,
        wanted: str | None,
        start_index: int,
        count: int,
        attributes: str | None,
        excluded: str | None,
    ) -> Response:
        sought = protocol.sought(self.model, wanted)
        offset, limit = protocol.window(start_index, count)
        async with reading() as uow:
            found, total = await provisioning.find(uow, self.kind, reach, sought, offset, limit)
        resources = [protocol.narrowed(self.shown(record), attributes, excluded) for record in found]
        return protocol.listed(resources, total, offset)

    async def get(
        self, given: str, reach: Reach, reading: Reading, attributes: str | None, excluded: str | None
    ) -> Response:
        async with reading() as uow:
            found = self.shown(await provisioning.get(uow, self.kind, protocol.entry_id(given), reach))
        shown = protocol.narrowed(found, attributes, excluded)
        return protocol.ScimResponse(shown, headers={"ETag": found["meta"]["version"]})

    async def create(self, reach: Reach, writing: Writing, request: Request) -> Response:
        resource = await _sent(self.model, request, Context.RESOURCE_CREATION_REQUEST)
        async with writing() as uow:
            record = await self.make(uow, reach, self.said(resource, None))
            await uow.commit()
            return protocol.answered(self.shown(record), 201, uow.effects)

    async def replace(
        self, given: str, reach: Reach, writing: Writing, request: Request, if_match: str | None
    ) -> Response:
        resource = await _sent(self.model, request, Context.RESOURCE_REPLACEMENT_REQUEST)
        return await self._changed(given, reach, writing, if_match, lambda _: self.said(resource, None))

    async def patch(
        self, given: str, reach: Reach, writing: Writing, request: Request, if_match: str | None
    ) -> Response:
        patch = await _sent(PatchOp.__class_getitem__(self.model), request, Context.RESOURCE_PATCH_REQUEST)

        def patched(before: Record) -> Any:
            resource = self.model.model_validate(self.before_patch(before))
            patch.patch(resource, scim_policy=protocol.POLICY)
            return self.said(resource, before)

        return await self._changed(given, reach, writing, if_match, patched)

    async def remove(self, given: str, reach: Reach, writing: Writing, if_match: str | None) -> Response:
        async with writing() as uow:
            if if_match is not None:
                before = await provisioning.get(uow, self.kind, protocol.entry_id(given), reach)
                protocol.check_version(if_match, before["version"])
            await self.take_out(uow, protocol.entry_id(given), reach)
            await uow.commit()
            return protocol.with_effects(Response(status_code=204), uow.effects)

    async def _changed(
        self, given: str, reach: Reach, writing: Writing, if_match: str | None, wanted: Callable[[Record], Any]
    ) -> Response:
        async with writing() as uow:
            before = await provisioning.get(uow, self.kind, protocol.entry_id(given), reach)
            protocol.check_version(if_match, before["version"])
            record = await self.change(uow, reach, before, wanted(before))
            await uow.commit()
            return protocol.answered(self.shown(record), effects=uow.effects)


async def _sent(model: Any, request: Request, context: Context) -> Any:
    """What the body says. Raises pydantic's or scim2-models' errors, which `ScimRoute` answers."""
    return model.model_validate_json(await request.body(), scim_ctx=context, scim_policy=protocol.POLICY)
