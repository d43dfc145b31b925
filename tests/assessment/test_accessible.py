"""Documents against the standard of accessible PDFs (PDF/UA-1, ISO 14289-1), by its reference validator."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from assessment.adapters.typst_process import set_document
from assessment.api.my_plan_page import my_plan_page
from assessment.domain.sheets import bullets, cell, facts, heading, own, paragraph, plain, said, table
from stack.programs import program, run
from tests.architecture.conftest import ROOT
from tests.assessment.test_documents import AT, WRITTEN
from tests.support.proof import Proof

POM = ROOT / "tests" / "assessment" / "verapdf.xml"
JARS = ROOT / ".tools" / "verapdf"


def sheets() -> list[dict[str, Any]]:
    """Of each kind of block and each script; the page in full and with nothing on it."""
    everything = [
        heading(1, "Assessment"),
        facts(
            [("Label", cell("Fact")), ("Parts", [facts([("Inner", own("Fact")), ("List", [bullets([said("a")])])])])]
        ),
        *(block for text in WRITTEN.values() for block in (heading(2, "Script"), paragraph(said(text)))),
        heading(3, "Side by side"),
        table("Caption", ["", "One", "Two"], [[own("q"), cell(text), []] for text in WRITTEN.values()], [1, 2, 2]),
        paragraph(plain("by the way \U000e1234"), "note"),
    ]
    action = {"title": WRITTEN["Arabic"], "by": "Jo", "due_on": "2026-12-01"}
    person = {"name": WRITTEN["Hebrew"], "role": "gp", "phone": "1", "leads": True}
    full = {"given_name": "Jo", "actions": [action] * 50, "next_review_on": "2026-12-01", "around": [person] * 20,
            "own_words": [{"text": "\n".join(WRITTEN.values()) * 20, "said_on": "2026-01-01"}]}  # fmt: skip
    document = {"kind": "document", "title": "Assessment", "mark": WRITTEN["Yoruba"]}
    return [
        {**document, "blocks": everything},
        {**document, "blocks": everything[:1]},
        my_plan_page(full, "Jo · now"),
        my_plan_page({}, "Own copy"),
    ]


@pytest.mark.prove
def test_the_validator_finds_nothing_wrong(tmp_path: Path, proof: Proof) -> None:
    mvn, java = (
        program("mvn", install="apt-get install maven"),
        program("java", install="apt-get install openjdk-17-jre-headless"),
    )
    JARS.mkdir(parents=True, exist_ok=True)
    run("Maven, asked for veraPDF,", [mvn, "-B", "-C", "-q", "-f", str(POM), "package", f"-Djars.directory={JARS}"])
    files = []
    for number, sheet in enumerate(sheets()):
        file = tmp_path / f"{number}.pdf"
        file.write_bytes(set_document(sheet, int(AT.timestamp())))
        files.append(str(file))
    check = [java, "-cp", f"{JARS}/*", "org.verapdf.apps.GreenfieldCliWrapper", "-f", "ua1", "--format", "text"]
    done = subprocess.run([*check, *files], capture_output=True, text=True, check=False)
    assert sorted(done.stdout.split("\n")[:-1]) == [f"PASS {file} ua1" for file in files], done.stdout + done.stderr
    # The validator finds what is wrong: the same without its structure.
    bare = tmp_path / "bare.pdf"
    bare.write_bytes(Path(files[0]).read_bytes().replace(b"/StructTreeRoot", b"/StructTreeGone"))
    assert "FAIL" in subprocess.run([*check, str(bare)], capture_output=True, text=True, check=False).stdout
    proof.note("documents that veraPDF finds to be PDF/UA-1", len(files))
