"""Only granted fields leave, however deep within a resource they lie."""

from typing import Annotated

from pydantic import BaseModel

from chassis.disclosure import STRUCTURE, In, disclose
from contracts.vocabulary import Category


class Leaf(BaseModel):
    name: Annotated[str, In(Category.BASICS)] = "Jo"
    note: Annotated[str, In(Category.PLAN)] = "kept"
    undeclared: str = "never"


class Tree(BaseModel):
    one: Annotated[Leaf | None, STRUCTURE] = Leaf()
    several: Annotated[list[Leaf], STRUCTURE] = [Leaf(), Leaf()]
    named: Annotated[dict[str, Leaf], STRUCTURE] = {"a": Leaf()}
    counts: Annotated[dict[str, int], STRUCTURE] = {"b": 1}
    whole: Annotated[Leaf, In(Category.HEALTH)] = Leaf()
    none: Annotated[list[Leaf] | None, STRUCTURE] = None


def test_what_lies_within_is_disclosed_by_its_own_category() -> None:
    shown = {"name": "Jo"}
    told = {"one": shown, "several": [shown, shown], "named": {"a": shown}, "counts": {"b": 1}}
    assert disclose(Tree(), {Category.BASICS}) == told
    assert disclose(Tree(), {Category.BASICS, Category.HEALTH}) == {**told, "whole": shown}
    assert disclose(Tree(), {Category.PLAN})["several"] == [{"note": "kept"}, {"note": "kept"}]
    assert disclose(Tree(), ())["several"] == [{}, {}]
