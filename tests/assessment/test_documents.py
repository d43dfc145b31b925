"""Assessments as PDF documents: exactly what the reader may see, for every reader and in every script."""

import asyncio
import re
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.adapters.typesetting import ProcessTypesetter
from assessment.adapters.typst_process import set_document
from assessment.application.typesetting import LONGEST
from assessment.domain.sheets import UK, extent, heading, isolated, paragraph, said
from chassis.errors import Unavailable
from contracts.events.consent import AgencyChanged, PractitionerChanged
from contracts.vocabulary import Category, PractitionerStatus, Role, Sector
from tests.assessment.desk import BASE, KNOWN, TEACHER, Desk, Practitioner
from tests.assessment.papers import A4, Paper, words
from tests.assessment.test_prefill import begun
from tests.notifications.kit import child, problem

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
WRITTEN = {
    "English": "She likes to read; “every day”, she says – it's 100 % her thing.",
    "Yoruba": "Olábísí Ọ̀ṣun ń kọ́ Ẹ̀kọ́ dáadáa, ó sì fẹ́ràn ìwé kíkà. Ọ́ Ẹ́",
    "Igbo and Lithuanian": "Ụ̀wà Ọ́nwụ́ Ị̀. Ąžuolas, ė́.",
    "Vietnamese": "Nguyễn Thị Ánh Tuyết thích đi học",
    "Welsh and Polish": "Mae hi'n hoffi'r ysgol. Zażółć gęślą jaźń.",
    "Arabic": "اسمي آمنة وأحب المدرسة",
    "Hebrew": "אני אוהבת לקרוא ספרים",
    "Chinese": "我喜欢上学和踢足球。",
    "Greek and Russian": "Μου αρέσει το σχολείο. Мне нравится школа.",
    "Punjabi": "ਮੈਨੂੰ ਸਕੂਲ ਪਸੰਦ ਹੈ",
    "Emoji": "Football 😀 and 👨‍👩‍👧 too",
}


def person(name: str, shown: str, role: Role = Role.TEACHER, agency: str = "agency") -> PractitionerChanged:
    return PractitionerChanged(
        practitioner_id=name, name=shown, agency_id=agency, team_ids=[], role=role,
        status=PractitionerStatus.ACTIVE, email=f"{name}@example.org", phone="01632 960001", version=1,
    )  # fmt: skip


async def staffed(desk: Desk) -> None:
    await desk.kit.tell(
        AgencyChanged(agency_id="agency", name="Elm School", sector=Sector.EDUCATION, contact=None, version=1),
        AgencyChanged(agency_id="clinic", name="عيادة النور", sector=Sector.HEALTH, contact=None, version=1),
        person("teacher", "Tia Teacher"),
        person("sw", "Sam Söderström", Role.SOCIAL_WORKER),
        person("hv", "هناء", Role.HEALTH_VISITOR, "clinic"),
    )


def sheet(*texts: str, mark: str = "Reader") -> dict[str, Any]:
    blocks = [heading(1, "A heading"), *(paragraph(said(text)) for text in texts)]
    return {"kind": "document", "title": "Assessment", "mark": mark, "blocks": blocks}


def made(*texts: str, mark: str = "Reader") -> Paper:
    return Paper(set_document(sheet(*texts, mark=mark), int(AT.timestamp())))


async def test_an_assessment_is_a_tagged_document_with_who_read_it_on_every_page(desk: Desk) -> None:
    await staffed(desk)
    jo = child()
    teacher, hv = desk.practitioner("teacher", jo, TEACHER), desk.practitioner("hv", jo)
    begun_id = await begun(teacher, "common-assessment")
    await teacher.write(begun_id, "learning", {"aspirations": "a vet\nor a pilot", "progress_and_achievement": "good"})
    await hv.write(begun_id, "learning", {"aspirations": "طبيبة"})
    await teacher.write(begun_id, "strengths_and_needs", {"be_healthy": {"strengths": "runs", "needs": "sleep " * 700}})
    await teacher.write(begun_id, "parent_words", {"words": "We are proud", "said_by": "both_parents"})
    before = datetime.now(UK)
    answer = await teacher.paper(begun_id)
    after = datetime.now(UK)

    assert answer.headers["content-disposition"] == f'attachment; filename="assessment-{begun_id}.pdf"'
    assert (answer.headers["cache-control"], answer.headers["content-language"]) == ("no-store", "en-GB")
    paper = Paper.of(answer)
    assert paper.root["/MarkInfo"]["/Marked"].value is True
    assert (paper.root["/Lang"], paper.root["/ViewerPreferences"]["/DisplayDocTitle"].value) == ("en-GB", True)
    assert paper.sizes == {A4}
    tags = paper.tags()
    assert [tag for tag in tags if tag == "/H1"] == ["/H1"]
    assert tags.index("/H1") < tags.index("/H2") < tags.index("/H3")
    assert {"/Table", "/THead", "/TH", "/TR", "/TD", "/L", "/LI", "/P"} <= set(tags)
    # Nobody's name is in the file but on its pages.
    assert "Assessment" in paper.metadata
    for name in ("Olábísí", "Tia", "Sam", "Elm"):
        assert name not in paper.metadata
    assert "pdfuaid" in paper.metadata

    assert paper.pages > 1
    times = {f"{at.day} {at:%B %Y, %H:%M %Z}" for at in (before, after)}
    for number, text in enumerate(paper.page_texts(), 1):
        assert f"Page {number} of {paper.pages}" in text
        assert any(f"Tia Teacher, Elm School · {at}" in text for at in times)
    text = paper.text()
    for line in (
        "Common assessment", "Olábísí Ọ̀ṣun", "29 February 2012", "Begun on", "by Tia Teacher, teacher, Elm School",
        "speech is late", "Learning and school", "a vet or a pilot", "طبيبة", "Both parents", "We are proud",
        "Strengths", "runs", "Nobody has written here.",
    ):  # fmt: skip
        assert words(line) in text, line
    assert text.count("sleep") == 700
    # Second opinions stand beside each other, each under its author's name.
    assert "هناء" in text
    assert tags.count("/Table") == 1


async def test_what_a_reader_may_not_see_leaves_no_trace(desk: Desk) -> None:
    """Two children of whom all is alike but for what the reader may not see."""
    await staffed(desk)
    papers = []
    sw_only = {"development": {"general_health": "SECRET" * 50}, "parents_and_carers": {"wider": "SECRET"}}
    assessments = []
    for hidden in (True, False):
        jo = child()
        teacher, sw = desk.practitioner("teacher", jo, TEACHER - {Category.FAMILY}), desk.practitioner("sw", jo)
        begun_id = await begun(teacher, "common-assessment")
        await teacher.write(begun_id, "learning", {"aspirations": "a vet"})
        if hidden:
            for key, content in sw_only.items():
                await sw.write(begun_id, key, content)
            await teacher.draft("PUT", begun_id, "child_words", {"words": "SECRET"})
            await begun(sw, "early-help")
        assessments.append((teacher, begun_id))
    for _ in range(30):
        papers = [Paper.of(each) for each in await asyncio.gather(*(who.paper(its) for who, its in assessments))]
        if papers[0].pdf == papers[1].pdf:
            break
        stamps = [re.findall(rb"<xmp:CreateDate>(.*?)<", paper.pdf) for paper in papers]
        assert stamps[0] != stamps[1], "made at the same second, and yet not the same"
    else:
        raise AssertionError("never made at the same second")
    assert "SECRET" not in papers[0].text()
    assert "development" not in papers[0].text()
    shown = Paper.of(await desk.practitioner("sw", assessments[0][0].child_id).paper(assessments[0][1]))
    assert "SECRET" in shown.text().replace(" ", "")


async def test_it_says_what_the_json_says_for_each_reader(desk: Desk) -> None:
    await staffed(desk)
    jo = child()
    teacher, sw, hv = (desk.practitioner(who, jo) for who in ("teacher", "sw", "hv"))
    begun_id = await begun(sw, "common-assessment")
    for who in (teacher, sw, hv):
        await who.write(begun_id, "learning", {"aspirations": f"said by {who.viewer.viewer_id}"})
    await hv.write(begun_id, "development", {"general_health": "a cough"})

    async def read_by(who: Practitioner) -> str:
        return Paper.of(await who.paper(begun_id)).text()

    blind = desk.practitioner("teacher", jo, frozenset({Category.HEALTH}))
    text = await read_by(blind)
    assert "a cough" in text
    for gone in ("Olábísí", "speech is late", "هناء", "said by", "Begun", "Status"):
        assert gone not in text
    # Who may not learn where the child is, is told of nobody else by name, as in JSON.
    sw.viewer.veiled = (jo,)
    text = await read_by(sw)
    assert "Somebody whose name is not shown" in text
    assert "Söderström, social worker, Elm School" in text
    for gone in ("هناء", "Tia"):
        assert gone not in text
    assert (await desk.practitioner("teacher", child()).paper(begun_id)).status_code == 404
    hidden = await desk.practitioner("teacher", child()).paper(begun_id)
    none = await desk.practitioner("teacher", jo).paper(child())
    assert problem(hidden) == problem(none)
    assert (await teacher.paper(begun_id, None)).status_code == 503


async def test_who_is_not_known_by_name_is_named_by_id(desk: Desk) -> None:
    jo = child()
    stranger = desk.practitioner("gp-17", jo)
    begun_id = await begun(stranger, "common-assessment")
    text = Paper.of(await stranger.paper(begun_id, KNOWN.model_copy(update={"child": None}))).text()
    assert "by gp-17" in text
    assert "Olábísí" not in text


async def test_what_is_too_long_for_paper_is_refused(desk: Desk) -> None:
    jo = child()
    begun_id = await desk.begun(jo)
    page = "wordy " * 833
    outcomes = ("be_healthy", "stay_safe", "enjoy_and_achieve", "make_a_positive_contribution")
    for number in range(8):
        who = desk.practitioner(f"sw-{number}", jo)
        needs = {each: {"strengths": page, "needs": page} for each in outcomes}
        assert (await who.write(begun_id, "strengths_and_needs", needs)).status_code == 201
        assert (await who.write(begun_id, "learning", {"aspirations": page})).status_code == 201
    refused = await who.paper(begun_id)
    assert (refused.status_code, problem(refused)["type"]) == (409, "urn:kith:problem:document-too-long")
    # For who sees less of it, it is not too long.
    seen = Paper.of(await desk.practitioner("t", jo, BASE | {Category.EDUCATION}).paper(begun_id))
    assert seen.pages > 10
    assert seen.text().count("wordy") == 8 * 833


@pytest.mark.parametrize("script", WRITTEN)
def test_every_script_can_be_read_back(script: str) -> None:
    paper = made(WRITTEN[script])
    assert words(WRITTEN[script]) in paper.text("-raw") or words(WRITTEN[script]) in paper.text(), paper.text()
    assert "brackets" not in paper.text()


@pytest.mark.parametrize("text", ["ile M̀bà", "שָׁלוֹם יְלָדִים", "مُحَمَّدٌ"])
@pytest.mark.xfail(strict=True, reason="typst/typst#8767: a mark at another height is told with its letter once more")
def test_some_marks_are_seen_and_not_read_back(text: str) -> None:
    assert words(text) in made(text).text()


def test_what_has_no_letter_is_printed_as_its_code_and_said() -> None:
    paper = made("a\U000e1234b and \U000effffc", "tab\there \x07 bell", "\u202eturned\u2066", "joined\ufeffup")
    text = paper.text()
    for shown in ("a[U+E1234]b", "[U+EFFFF]c", "tab here", "turned", "joinedup"):
        assert shown in text
    assert "stand as their codes in brackets" in text


def test_a_page_of_nothing_but_such_characters_is_made_in_time() -> None:
    codes = [chr(0xE1000 + number) for number in range(1000)]
    began = time.monotonic()
    text = made(" ".join(codes), "0\u064b").text()
    assert time.monotonic() - began < 20
    assert all(f"[U+{ord(each):04X}]" in text for each in codes)


def test_nothing_that_is_written_is_markup() -> None:
    evil = (
        '#import "/etc/passwd" $x^2$ *b* _i_ <label> @ref = H `raw` #sys.inputs \\ // x /* y */ #read("common.typ") "}'
    )
    paper = made(evil, mark=evil)
    assert words(evil) in paper.text()
    assert "paper(sheet" not in paper.text()


def test_a_sheet_and_a_moment_give_the_same_bytes() -> None:
    assert made("one").pdf == made("one").pdf
    assert made("one").pdf != made("two").pdf


def test_a_word_of_any_length_stays_on_the_paper() -> None:
    paper = made("x" * 3000, "é" * 300, "👨‍👩‍👧" * 100)
    text = paper.text().replace(" ", "")
    assert (text.count("x"), text.count("é"), text.count("👧")) == (3000, 300, 100)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.sampled_from([5, 18, 60]))
def test_no_character_is_lost_on_the_way_to_the_paper(text: str, longest: int) -> None:
    parts = said(text, longest)
    together = "".join(part["t"] for part in parts).replace("\u200b", "")
    for character in text:
        seen = character.isprintable() and not character.isspace() and character != "\u200b"
        if seen and not "\u2066" <= character <= "\u2069":
            assert character in together
    assert all(part["t"].strip() for part in parts)
    assert len(isolated(text)) <= len(text) + 2


def test_a_paragraph_is_read_from_the_side_of_its_first_letter() -> None:
    mixed = said("… Jo כתבה\n(2) שלום Jo\nاسمي\n123\n\u202dשלום")
    assert [part["rtl"] for part in mixed] == [False, True, True, False, True]


def test_what_there_is_to_set_is_counted_with_its_places() -> None:
    assert extent({"a": ["bc", "def", 1], "g": {}}) >= 5
    assert extent([[]] * LONGEST) > LONGEST


async def test_only_so_many_are_made_at_once_and_each_only_so_long() -> None:
    asleep = (sys.executable, "-c", "import time; time.sleep(60)")
    slow = ProcessTypesetter(1, 0.5, asleep)
    began = time.monotonic()
    with pytest.raises(Unavailable) as late:
        await slow.pdf({}, AT)
    assert (late.value.retry_after, time.monotonic() - began < 20) == (5, True)

    async def refused() -> BaseException | None:
        try:
            await slow.pdf({}, AT)
        except Unavailable as error:
            return error
        return None

    crowd = ProcessTypesetter(1, 30, asleep)
    waiting = [asyncio.create_task(crowd.pdf({}, AT)) for _ in range(9)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    with pytest.raises(Unavailable) as busy:
        await crowd.pdf({}, AT)
    assert (busy.value.retry_after, time.monotonic() - began < 1) == (5, True)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    # And it goes on afterwards.
    crowd._command = ProcessTypesetter(1, 30)._command
    assert (await crowd.pdf(sheet("one"), AT)).startswith(b"%PDF-")


async def test_what_cannot_be_set_tells_nothing_of_itself() -> None:
    for command in ((sys.executable, "-c", "print('secret')"), (sys.executable, "-c", "raise SystemExit(3)")):
        with pytest.raises(Unavailable) as failed:
            await ProcessTypesetter(1, 30, command).pdf(sheet("one"), AT)
        assert failed.value.retry_after is None
    with pytest.raises(Unavailable):
        await ProcessTypesetter(1, 30).pdf({**sheet("one"), "kind": "../../etc"}, AT)
