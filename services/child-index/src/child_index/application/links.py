"""The links that an import made by itself: looked at, and undone one by one or all."""

from collections.abc import Collection
from dataclasses import dataclass

from chassis.errors import NotFound
from chassis.grants import Grant
from child_index.application.history import vouched_for
from child_index.application.ports import IndexUnitOfWork
from child_index.application.separate import said_since, separate
from child_index.application.whole import granted_children
from child_index.domain.placement import Knowledge
from child_index.domain.side_by_side import Compared, side_by_side
from child_index.domain.statements import Statement, without
from child_index.domain.wholes import Whole

_HIDDEN = 50
"""How many links to hidden children a page may pass over and still be full."""
AT_ONCE = 100
"""Links that one request undoes at the most: other writers wait for so long."""


@dataclass(frozen=True, slots=True)
class Link:
    """A row beside the child that it was linked to, as they would be without it."""

    statement: Statement
    child: Whole
    compared: dict[str, Compared]


@dataclass(frozen=True, slots=True)
class Undoing:
    """`rows`: these alone. `after`: rows up to this one have been gone through."""

    rows: frozenset[int] | None
    after: int


async def page_speaks_of(
    uow: IndexUnitOfWork, import_id: str, limit: int, after: int, undone: bool | None
) -> list[str]:
    """Ids of the children that a page would speak of."""
    found = await uow.statements.links(import_id, limit + 1 + _HIDDEN, after, undone, None)
    return await _children(uow, found)


async def listed(
    uow: IndexUnitOfWork,
    knowledge: Knowledge,
    import_id: str,
    limit: int,
    after: int,
    undone: bool | None,
    grant: Grant,
) -> list[Link]:
    """Links to permitted children, by row; one more than `limit` where there are more. NotFound for no import."""
    if await uow.imports.get(import_id) is None:
        raise NotFound
    found = await uow.statements.links(import_id, limit + 1 + _HIDDEN, after, undone, None)
    children = _by_number(granted_children(await uow.children.records(grant.records), grant).values())
    shown = [each for each in found if each.child_no in children][: limit + 1]
    numbers = {each.child_no for each in shown}
    statements, vouched = await uow.statements.of(numbers), await vouched_for(uow, numbers)
    links = []
    for each in shown:
        child = children[each.child_no]
        said = [other for other in statements if other.child_no == each.child_no]
        gone = {other.statement_no for other in said_since(each, said)}
        if gone:
            records = [
                without(record, said, gone, vouched[each.child_no]) if record.child_no == each.child_no else record
                for record in child.records
            ]
            child = Whole(records[0], tuple(records[1:]))
        links.append(Link(each, child, side_by_side(each.person, child, knowledge)))
    return links


async def undoing_speaks_of(uow: IndexUnitOfWork, import_id: str, asked: Undoing) -> list[str]:
    return await _children(uow, await _due(uow, import_id, asked))


async def undo(
    uow: IndexUnitOfWork, import_id: str, asked: Undoing, grant: Grant
) -> tuple[list[tuple[int, str]], int | None]:
    """Undoes the next links of the import: rows with their new child's id, and the row to go on after, if any.

    Those of children whom the grant does not name are passed over in silence. Raises NotFound for no such import.
    """
    await uow.children.hold()
    if await uow.imports.get(import_id) is None:
        raise NotFound
    due = await _due(uow, import_id, asked)
    children = _by_number(granted_children(await uow.children.records(grant.records), grant).values())
    done = []
    for each in due[:AT_ONCE]:
        if each.child_no in children and each.row is not None:
            made = await separate(uow, each, grant.viewer_id)
            await uow.imports.separated(import_id, each.row, made.child_id)
            done.append((each.row, made.child_id))
    return done, due[AT_ONCE - 1].row if len(due) > AT_ONCE else None


async def _due(uow: IndexUnitOfWork, import_id: str, asked: Undoing) -> list[Statement]:
    return await uow.statements.links(import_id, AT_ONCE + 1, asked.after, False, asked.rows)


async def _children(uow: IndexUnitOfWork, links: Collection[Statement]) -> list[str]:
    records = await uow.children.numbered({each.child_no for each in links})
    roots = await uow.children.roots([record.child_id for record in records])
    return list(dict.fromkeys(roots.values()))


def _by_number(children: Collection[Whole]) -> dict[int, Whole]:
    return {number: child for child in children for number in child.numbers}
