"""What an agency says of its lists once, for all its later imports."""

from chassis.errors import NotFound
from chassis.grants import Grant
from child_index.application.ports import IndexUnitOfWork
from child_index.application.receive_import import may_import_for
from child_index.domain.roll_forms import Mapping


async def read_mapping(uow: IndexUnitOfWork, service_id: str, grant: Grant) -> Mapping:
    """Raises NotFound for a service that the caller may not import for, as for none."""
    if not await may_import_for(uow, service_id, grant):
        raise NotFound
    return await uow.mappings.get(service_id) or Mapping()


async def save_mapping(uow: IndexUnitOfWork, service_id: str, mapping: Mapping, grant: Grant) -> None:
    """Holds for imports that are received from now on."""
    if not await may_import_for(uow, service_id, grant):
        raise NotFound
    await uow.mappings.put(service_id, mapping, grant.viewer_id)
    await uow.commit()
