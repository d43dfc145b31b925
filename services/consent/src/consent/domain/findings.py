"""What a rule found, and how that is said in plain English."""

from typing import NamedTuple

from contracts.vocabulary import Category


class Finding(NamedTuple):
    """What decided one category: the rule, whether it permitted, and the id of what it rests on, if any."""

    category: Category | None
    rule: str
    permitted: bool
    reference: str | None = None

    @property
    def because(self) -> str:
        return BECAUSE[self.rule]


BECAUSE = {
    "unknown": "the directory does not know this viewer",
    "inactive": "the viewer is suspended or has left",
    "role": "the viewer's role may never do this",
    "not-named": "the policy names who may do this, and the viewer is not among them",
    "permitted-role": "the viewer's role may do this, and no child is spoken of",
    "anybody": "any signed-in identity may do this",
    "no-such-child": "there is no such child",
    "archived": "the record is archived: it is of somebody grown up",
    "not-own": "the record is not the viewer's own",
    "own": "it is the viewer's own record",
    "not-involved": "the viewer has no current involvement with the child",
    "not-lead": "only the lead professional, or a role that the policy names, may do this",
    "not-entitled": "the viewer's role is not entitled to this category",
    "entitled": "the viewer's role is entitled to this category",
    "no-consent": "no consent in force covers this category for this viewer and purpose",
    "legal-basis": "the viewer is involved, the role is entitled, and a recorded legal basis needs no consent",
    "override": "the viewer broke the glass: an override in force opens this category to them alone",
    "emergency": "the viewer's role may break the glass; officers and the lead professional are told at once",
    "not-referred": "the referral to the viewer's team does not open this category",
    "blocked": "a block placed by or for the young person names the viewer, their team or their agency",
    "shielded": "the record is shielded: this category is hidden, whoever asks",
    "involved": "the viewer is involved with the child and the role is entitled; no consent is needed",
    "consented": "the viewer is involved, the role is entitled, and a consent in force covers it",
    "search": "nobody needs to be involved for this; the role is entitled",
    "data-quality": "the role looks after the quality of the index and needs no involvement for it",
    "contributes": "the viewer is involved and records what they know; nothing is disclosed",
}
