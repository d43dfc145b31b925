"""What the measurements are held against: a route that does nothing, and a bare read of the same record."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI

from chassis.database import Database
from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.ids import system_clock
from chassis.likeness import Likeness
from child_index.adapters import tables
from child_index.adapters.unit_of_work import SqlUnitOfWork
from child_index.api.record import ChildAnswer
from child_index.application.read_child import read_child
from contracts.vocabulary import Category, Role


def noop() -> FastAPI:
    app = FastAPI()

    @app.post("/noop")
    async def nothing() -> dict[str, str]:
        return {"status": "nothing"}

    return app


def bare() -> FastAPI:
    """Reads the record as the child index does, with the same statements and the same answer, but asks nobody."""
    database = Database(os.environ["KITH_BENCH_DATABASE_URL"])
    likeness = Likeness("none is made")
    categories = frozenset({Category.BASICS, Category.WHEREABOUTS, Category.FAMILY, Category.INVOLVEMENT})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database.read() as connection:
            await connection.execute(sa.text("SELECT 1"))
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/v1/children/{child_id}")
    async def read(child_id: str) -> dict[str, Any]:
        grant = Grant("", "", Role.TEACHER, None, (), "child.read", "", "", child_id, categories, records=(child_id,))
        uow = SqlUnitOfWork(
            likeness=likeness,
            database=database,
            messaging=tables.messaging,
            clock=system_clock,
            source="bench",
            read_only=True,
        )
        async with uow:
            view = await read_child(uow, grant)
        return disclose(ChildAnswer.of(view), categories)

    return app
