"""Imports of lists: rows of one child end as one child, doubt is kept for a human, and bad rows stop nothing."""

import json

import pytest

from contracts import headers
from contracts.vocabulary import Role
from tests.child_index.kit import Index, code, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADER = "given_name,family_name,date_of_birth,sex,address_line,postcode,nhs_number,upn,local_id\n"
AMARA = "Amara,Okonkwo,2014-03-07,F,12 Canal Street,M1 1AE,9434765919,,A1\n"
OLIVER = "Oliver,Smith,09/01/2012,M,3 Mill Lane,LS1 4AP,,,B2\n"
AMARA_AGAIN = "AMARA,OKONKWO,2014-03-07,,12 canal st,m11ae,,,C3\n"


async def test_a_small_list(index: Index) -> None:
    done = await index.school_system.imported(HEADER + AMARA + OLIVER + AMARA_AGAIN)
    assert done.counts["state"] == "completed"
    assert done.count("total", "processed", "created", "matched", "review", "rejected") == (3, 3, 2, 1, 0, 0)
    assert [(line["row"], line["local_id"], line["outcome"]) for line in done.results] == [
        (1, "A1", "created"),
        (2, "B2", "created"),
        (3, "C3", "matched"),
    ]
    children = done.children
    assert children["A1"] == children["C3"] != children["B2"]

    await index.published("ChildRegistered", 2)
    events = await index.published("ServiceEpisodeStarted", 2)
    assert {event["child_id"] for event in events} == set(children.values())
    for event in events:
        assert (event["bulk"], event["practitioner_id"], event["team_id"]) == (True, None, "staff")
        assert (event["agency_id"], event["opened_by"]) == ("school", "mis")
    assert done.effects == index.heard[-1].id

    assert await index.teacher.found(nhs_number="9434765919") == [children["A1"]]
    assert children["B2"] is not None
    record = await index.teacher.record(children["B2"])
    assert record["basics"]["date_of_birth"] == "2012-01-09"
    assert [school["service_id"] for school in record["whereabouts"]["schools"]] == ["roll"]


async def test_the_same_list_again_creates_nothing(index: Index) -> None:
    doubtful = "Amara,Okonkwo,2014-03-07,F,12 Canal Street,M1 1AE,9990000018,,D4\n"
    unnumbered = "Zainab,Khan,2015-06-30,F,,,,,\n"
    content = HEADER + AMARA + OLIVER + doubtful + unnumbered
    first = await index.school_system.imported(content)
    again = await index.school_system.imported(content)
    assert first.count("created", "matched", "review") == (3, 0, 1)
    assert again.count("created", "matched", "review") == (0, 3, 1)
    assert again.children == first.children
    assert [line["review_id"] for line in again.results] == [line["review_id"] for line in first.results]
    assert again.effects is None
    assert len((await index.officer.reviews())["items"]) == 1
    await index.published("ChildRegistered", 3)
    await index.published("ServiceEpisodeStarted", 3)


async def test_what_happened_since_to_the_children_of_a_list_sent_again(index: Index) -> None:
    """Nothing new is said of them, and yet: one is merged since, one has left, of one the list goes on to say more."""
    zainab = "Zainab,Khan,2015-06-30,F,1 High Street,LS2 8AA,,,Z4\n"
    first = await index.school_system.imported(HEADER + AMARA + OLIVER + zainab)
    amara, oliver, zainab_id = (first.children[id_] or "" for id_ in ("A1", "B2", "Z4"))
    into = await index.officer.registered(given_name="Amara", family_name="Obi", date_of_birth="2014-03-08")
    assert (await index.officer.merge(amara, into)).status_code == 200
    begun = await index.published("ServiceEpisodeStarted", 3)
    (left,) = (each for each in begun if each["child_id"] == oliver)
    closed = await index.teacher.close_episode(left["episode_id"], oliver, ended_on=left["started_on"])
    assert closed.status_code == 200
    moved = zainab.replace("LS2 8AA", "BD1 1AA").replace("1 High Street", "9 Kirkgate")
    again = await index.school_system.imported(HEADER + AMARA + OLIVER + zainab + moved + moved)
    assert again.count("created", "matched", "review") == (0, 5, 0)
    assert [line["child_id"] for line in again.results] == [into, oliver, zainab_id, zainab_id, zainab_id]
    begun = await index.published("ServiceEpisodeStarted", 4)
    assert begun[-1]["child_id"] == oliver
    places = (await index.teacher.record(zainab_id))["whereabouts"]["addresses"]
    assert [place["postcode"] for place in places] == ["BD1 1AA", "LS2 8AA"]


async def test_what_a_list_writes_is_kept_to_the_letter(index: Index) -> None:
    """Signs that mean something to a database, or to how rows travel there, are kept as any other."""
    lines = ["1 'The \\ Oaks'", '2 "Elm\\u0041" {Row}', "3 Ysgol-y-Mŵg, NULL", "4 null \U0001f3e1 {1,2}"]
    given = ("Nina", "Otto", "Rhys", "Sian")
    rows = [
        f'{name},{family},201{at}-0{at + 1}-1{at},,"{line.replace(chr(34), chr(34) * 2)}",LS1 4AP,,,K{at}\n'
        for at, (name, family, line) in enumerate(zip(given, ("Ash", "Birch", "Cedar", "Dogwood"), lines, strict=True))
    ]
    done = await index.school_system.imported(HEADER + "".join(rows))
    assert done.count("created", "rejected") == (4, 0)
    for at, line in enumerate(lines):
        record = await index.teacher.record(done.children[f"K{at}"] or "")
        assert [place["address_line"] for place in record["whereabouts"]["addresses"]] == [line]


async def test_two_lists_of_the_same_children(index: Index) -> None:
    """The surgery's list has the same children with a typing error, another address, the parts in another order."""
    roll = await index.school_system.imported(HEADER + AMARA + OLIVER)
    surgery = "local_id,date_of_birth,family_name,given_name,postcode,address_line,notes\n"
    surgery += "G1,2014-03-07,Okonkow,Amara,M1 1AE,12 Canal Street,kept by nobody\n"
    surgery += "G2,2012-09-01,Smith,Oliver,LS1 4AP,3 Mill Lane,day and month the wrong way round\n"
    done = await index.officer.imported(surgery, "list")
    assert done.count("created", "matched", "review") == (0, 2, 0)
    assert [done.children["G1"], done.children["G2"]] == [roll.children["A1"], roll.children["B2"]]
    events = await index.published("ServiceEpisodeStarted", 4)
    assert [event["service_id"] for event in events[2:]] == ["list", "list"]
    assert "kept by nobody" not in json.dumps(done.results)


async def test_twins_on_one_list(index: Index) -> None:
    """Same birth date, same address: two numbers are two children, however much the names are alike."""
    twins = (
        "Chloe,Carter,2015-06-28,F,30 Clarence Terrace,M1 1AE,,,S1\n"
        "Zoe,Carter,2015-06-28,F,30 Clarence Terrace,M1 1AE,,,S2\n"
        "Muhammad,Malik,2015-06-28,M,12 Clarence Terrace,M1 1AF,,,S3\n"
        "Mohammed,Malik,2015-06-28,M,12 Clarence Terrace,M1 1AF,,,S4\n"
    )
    roll = await index.school_system.imported(HEADER + twins)
    outcomes = {line["local_id"]: line["outcome"] for line in roll.results}
    assert outcomes | {"S4": ""} == {"S1": "created", "S2": "created", "S3": "created", "S4": ""}
    assert outcomes["S4"] != "matched"
    # While one of the two waits for a human, the other one is not taken for him.
    surgery = await index.officer.imported(HEADER + twins.replace(",S", ",G"), "list")
    found = surgery.children
    assert [found["G1"], found["G2"]] == [roll.children["S1"], roll.children["S2"]]
    assert found["G3"] in {None, roll.children["S3"]}
    assert found["G4"] is None or found["G4"] == roll.children["S4"]


async def test_a_review_of_an_import_resolved(index: Index) -> None:
    await index.teacher.registered(
        given_name="Amara", family_name="Okonkwo", date_of_birth="2014-03-07", nhs_number="9990000018"
    )
    done = await index.school_system.imported(HEADER + AMARA)
    (line,) = done.results
    assert (line["outcome"], line["child_id"]) == ("review", None)
    await index.published("ServiceEpisodeStarted", 0)
    resolved = await index.officer.resolve(line["review_id"], same=False)
    (event,) = await index.published("ServiceEpisodeStarted", 1)
    assert (event["child_id"], event["service_id"]) == (resolved.json()["child_id"], "roll")
    again = await index.school_system.imported(HEADER + AMARA)
    assert again.children == {"A1": resolved.json()["child_id"]}


async def test_a_known_number_with_changed_details(index: Index) -> None:
    first = await index.school_system.imported(HEADER + AMARA + OLIVER)
    moved = AMARA.replace("12 Canal Street,M1 1AE", "9 High Street,SW1A 1AA").replace("Okonkwo", "Adeyemi")
    reused = OLIVER.replace("Oliver,Smith,09/01/2012", "Zainab,Khan,2015-06-30")
    again = await index.school_system.imported(HEADER + moved + reused)
    assert [line["outcome"] for line in again.results] == ["matched", "review"]
    child = first.children["A1"]
    assert child is not None
    record = await index.teacher.record(child)
    assert record["basics"]["family_name"] == "Adeyemi"
    assert record["basics"]["other_names"] == [{"given_name": "Amara", "family_name": "Okonkwo"}]
    assert [a["postcode"] for a in record["whereabouts"]["addresses"]] == ["SW1A 1AA", "M1 1AE"]


async def test_bad_rows_are_listed_and_stop_nothing(index: Index) -> None:
    bad = {
        "Ann,Lee,2014-02-30,,,,,,": [("date_of_birth", "is not a day of the calendar")],
        "Ann,Lee,2999-01-01,,,,,,": [("date_of_birth", "is in the future")],
        "Ann,Lee,1970-01-01,,,,,,": [("date_of_birth", "is not a child's date of birth")],
        "Ann,Lee,last spring,,,,,,": [("date_of_birth", "is not a date (YYYY-MM-DD or DD/MM/YYYY)")],
        "Ann,,2014-02-03,,,,,,": [("family_name", "is missing")],
        " ,Lee,2014-02-03,,,,,,": [("given_name", "is missing")],
        "Ann,Lee,,,,,9434765918,,": [
            ("date_of_birth", "is missing"),
            ("nhs_number", "is not a valid NHS number"),
        ],
        "Ann,Lee,2014-02-03,,,,,A801200005001,": [("upn", "is not a valid unique pupil number")],
        "Ann,Lee,2014-02-03,,,nowhere,,,": [("postcode", "is not a UK postcode")],
        "Ann,Lee,2014-02-03,q,,,,,": [("sex", "is not male, female, indeterminate or unknown")],
        "Ann,Le\0e,2014-02-03,,,,,,": [("family_name", "holds characters that are not text")],
        f"Ann,{'L' * 101},2014-02-03,,,,,,": [("family_name", "is too long")],
        "Ann,Lee,2014-02-03": [("row", "has another number of columns than the header")],
        "Ann,Lee,2014-02-03,,,,,,,,": [("row", "has another number of columns than the header")],
        f'Ann,"{"x" * 9000}",2014-02-03,,,,,,': [("row", "is too long")],
        'Ann,"Lee,2014-02-03,,,,,,': [("row", "has another number of columns than the header")],
    }
    content = HEADER + AMARA + "\n".join(bad) + "\n\n" + OLIVER
    done = await index.school_system.imported(content)
    assert done.counts["state"] == "completed"
    assert done.count("total", "created", "rejected") == (len(bad) + 2, 2, len(bad))
    expected = [
        {"row": row, "field": field, "reason": reason}
        for row, faults in enumerate(bad.values(), 2)
        for field, reason in faults
    ]
    assert done.rejections == expected
    assert [line["row"] for line in done.results] == [1, len(bad) + 2]
    assert not any("Lee" in rejection["reason"] for rejection in done.rejections)

    first = await index.school_system.import_state(done.counts["import_id"], "/rejections", limit=5)
    rest = await index.school_system.import_state(
        done.counts["import_id"], "/rejections", limit=200, cursor=first.json()["next_cursor"]
    )
    assert first.json()["items"] + rest.json()["items"] == expected


async def test_quoted_fields_may_hold_line_ends(index: Index) -> None:
    row = 'Amara,Okonkwo,2014-03-07,F,"Flat 2\n12 Canal Street",M1 1AE,,,A1\r\n'
    done = await index.school_system.imported("\ufeff" + HEADER.upper().replace("\n", "\r\n") + row + OLIVER)
    assert done.count("created", "rejected") == (2, 0)
    child = done.children["A1"]
    assert child is not None
    (address,) = (await index.teacher.record(child))["whereabouts"]["addresses"]
    assert address["address_line"] == "Flat 2 12 Canal Street"


async def test_files_that_cannot_be_taken(index: Index) -> None:
    files: dict[str, bytes] = {
        "is empty": b"",
        "has a header, but no rows": HEADER.encode(),
        "is not text in UTF-16": (HEADER + AMARA).encode("utf-16")[:-1],
        "is not text in UTF-8, UTF-16 or Windows-1252": (HEADER + AMARA).encode() + b"\x81\x8d",
        "has no pupils": b"<?xml version='1.0'?><CTfile/>",
        "is XML, but not a Common Transfer File": b"<Pupils><Pupil/></Pupils>",
        "is broken XML, or ends before its end": ctf(PUPIL)[:-20],
        "is nested too deeply": b"<CTfile>" + b"<a>" * 200,
        "declares entities or document types, which no transfer file needs": (
            b'<?xml version="1.0"?><!DOCTYPE CTfile [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
            + ctf(PUPIL.replace("Zoë", "&b;")).partition(b"?>")[2]
        ),
        "has no column date_of_birth": b"given_name,family_name\nAmara,Okonkwo\n",
        "has no column given_name": b"family_name,date_of_birth\nOkonkwo,2014-03-07\n",
        "has the column upn more than once": b"upn,upn," + HEADER.encode() + b",,,,,,,,,,\n",
        "does not begin with a line of column names": b"x" * 9000,
    }
    other_encodings = [
        ("is broken XML, or ends before its end", f"<?xml version='1.0' encoding='{name}'?><CTfile/>".encode())
        for name in ("shift_jis", "gb18030", "utf-7", "utf-32", "no-such")
    ]
    for reason, content in [*files.items(), *other_encodings]:
        answer = await index.school_system.upload(content)
        assert refused_fields(answer) == ["/file"]
        assert answer.json()["errors"][0]["detail"] == reason


PUPIL = """<Pupil><UPN>Q801200005002</UPN><Surname>O’Brien</Surname><Forename>Zoë</Forename><DOB>2014-03-07</DOB>
<Sex>F</Sex><BasicDetails><FormerSurname>Secret</FormerSurname></BasicDetails><SENhistory><SEN>Secret</SEN></SENhistory>
<Address><BS7666Address><SAON>Flat 2</SAON><PAON>1</PAON><Street>Mill Lane</Street><Town>Leeds</Town></BS7666Address>
<PostCode>M1 1AE</PostCode></Address><Contacts><Contact><Surname>Secret</Surname></Contact></Contacts></Pupil>"""


def ctf(*pupils: str, encoding: str = "utf-8") -> bytes:
    return (
        f"<?xml version='1.0' encoding='{encoding}'?><CTfile><Header><DocumentName>Common Transfer File</DocumentName>"
        f"<CTFversion>21.0</CTFversion></Header><CTFpupilData>{''.join(pupils)}</CTFpupilData></CTfile>"
    ).encode(encoding)


PLAIN = "Zoë,O’Brien,2014-03-07,F,1 Mill Lane,M1 1AE,,,Z1\n"
FORMS: dict[str, bytes] = {
    "as we name it": (HEADER + PLAIN).encode(),
    "with a byte order mark": b"\xef\xbb\xbf" + (HEADER + PLAIN).encode(),
    "from an old spreadsheet": (HEADER + PLAIN).encode("cp1252"),
    "saved as Unicode text": (HEADER + PLAIN).replace(",", "\t").encode("utf-16"),
    "from a spreadsheet set to another country": ("sep=;\r\n" + (HEADER + PLAIN).replace(",", ";")).encode("cp1252"),
    "with bars": (HEADER + PLAIN).replace(",", "|").encode(),
    "from a school's system": (
        "Adno;Legal Surname;Surname;Forename;DOB;Gender;Address 1;Post Code;Notes\n"
        "Z1;O’Brien;Jones;Zoë;07/03/2014;Female;1 Mill Lane;m11ae;a secret\n"
    ).encode(),
    "from a surgery's system": (
        '"PATIENT ID","NHS No.","Family-Name","Given_Name(s)","Given Name","Person Birth Date","Sex","Home Address",'
        '"Postcode"\n"Z1","","O’Brien","x","Zoë","07-Mar-2014 00:00:00","2","1 Mill Lane","M1 1AE"\n'
    ).encode(),
}


@pytest.mark.parametrize("form", FORMS)
async def test_a_list_is_read_in_the_form_that_it_has(index: Index, form: str) -> None:
    done = await index.school_system.imported(FORMS[form])
    assert done.count("created", "rejected") == (1, 0), done.rejections
    child = done.children["Z1"]
    assert child is not None
    record = await index.teacher.record(child)
    basics, (address,) = record["basics"], record["whereabouts"]["addresses"]
    assert (basics["given_name"], basics["family_name"], basics["date_of_birth"]) == ("Zoë", "O’Brien", "2014-03-07")
    assert (basics["sex"], address["address_line"], address["postcode"]) == ("female", "1 Mill Lane", "M1 1AE")
    assert "a secret" not in json.dumps([done.results, record])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
async def test_a_common_transfer_file(index: Index, encoding: str) -> None:
    """The pupils' basics are read; what else a school passes on stays in the file."""
    lined = PUPIL.replace("Q801200005002", "").replace("Zoë", "Maïa").replace("2014-03-07", "2012-05-01")
    lined = lined.replace("<Sex>F</Sex>", "<Gender>F</Gender>").partition("<Address>")[0]
    lined += "<Address><AddressLines><AddressLine1>9 Hill Top</AddressLine1></AddressLines><PostCode>LS1 4AP</PostCode>"
    lined += "</Address></Pupil>"
    bad = PUPIL.replace("2014-03-07", "30/02/2014").replace("Q801200005002", "A801200005001")
    done = await index.school_system.imported(ctf(PUPIL, lined, bad, "<Pupil/>", encoding=encoding))
    assert done.count("total", "created", "rejected") == (4, 2, 2)
    assert {(each["row"], each["field"]) for each in done.rejections} == {
        (3, "date_of_birth"), (3, "upn"), (4, "given_name"), (4, "family_name"), (4, "date_of_birth"),
    }  # fmt: skip
    first, second = [await index.teacher.record(line["child_id"]) for line in done.results]
    assert (first["basics"]["given_name"], first["basics"]["upn"]) == ("Zoë", "Q801200005002")
    assert [each["address_line"] for each in first["whereabouts"]["addresses"]] == ["Flat 2 1 Mill Lane"]
    assert (second["basics"]["given_name"], second["basics"]["sex"]) == ("Maïa", "female")
    (address,) = second["whereabouts"]["addresses"]
    assert (address["address_line"], address["postcode"]) == ("9 Hill Top", "LS1 4AP")
    assert "Secret" not in json.dumps([first, second, done.results])
    again = await index.school_system.imported(ctf(PUPIL, lined, encoding=encoding))
    assert again.count("created", "matched") == (0, 2)


DATES = (
    "2014-03-07", "2014/03/07", "2014.03.07", "20140307", "07/03/2014", "7/3/2014", "07-03-2014", "7.3.2014",
    "7 Mar 2014", "07-MAR-2014", "7th March 2014", "2014-03-07T00:00:00Z", "07/03/2014 0:00", "2014-03-07 00:00:00.000",
)  # fmt: skip
NO_DATES = ("03/13/2014", "7/3/14", "2014-3-7", "201437", "7 Mai 2014", "07/03.2014", "2014-03-07 09:30", "٧/٣/٢٠١٤")


async def test_dates_are_read_in_the_forms_that_lists_have_and_never_guessed(index: Index) -> None:
    """One child by her number: each form that is read as another day would be a different child to look at."""
    rows = [f"Amara,Okonkwo,{text},,,M1 1AE,9434765919,,{n}" for n, text in enumerate(DATES + NO_DATES)]
    done = await index.school_system.imported(HEADER + "\n".join(rows))
    assert done.count("created", "matched", "rejected") == (1, len(DATES) - 1, len(NO_DATES))
    assert {(each["row"], each["field"]) for each in done.rejections} == {
        (row, "date_of_birth") for row in range(len(DATES) + 1, len(rows) + 1)
    }
    (child,) = set(done.children.values())
    basics = (await index.teacher.record(child or ""))["basics"]
    assert basics["date_of_birth"] == "2014-03-07"
    assert not basics.get("other_dates_of_birth")


async def test_a_few_broken_bytes_spoil_their_rows_alone(index: Index) -> None:
    """Read in another encoding the whole list would be spoilt."""
    good = [PLAIN.replace("Z1", f"Z{n}").replace("Zoë", name) for n, name in enumerate(("Zoë", "Łucja", "أمينة"))]
    broken = PLAIN.encode().replace("ë".encode(), "ë".encode()[:1])
    done = await index.school_system.imported(HEADER.encode() + good[0].encode() + broken + "".join(good[1:]).encode())
    assert done.rejections == [{"row": 2, "field": "given_name", "reason": "holds characters that are not text"}]
    assert done.count("total", "created") == (4, 3)
    names = [(await index.teacher.record(child or ""))["basics"]["given_name"] for child in done.children.values()]
    assert names == ["Zoë", "Łucja", "أمينة"]


async def test_who_may_import_for_which_service(index: Index) -> None:
    for caller, service in ((index.school_system, "list"), (index.officer, "none"), (index.officer, "x" * 65)):
        assert refused_fields(await caller.upload(HEADER + AMARA, service)) == ["/service_id"]
    assert (await index.officer.upload(HEADER + AMARA, "list")).status_code == 202
    form = {"service_id": (None, "roll")}
    for files, fields in (
        (form, ["/file"]),
        ({"file": ("l.csv", b"x")}, ["/service_id"]),
        ({**form, "file": ("l.csv", b"x"), "more": (None, "y")}, ["/"]),
    ):
        answer = await index.officer.call("POST", "/v1/imports", "import.create", files=files)
        assert refused_fields(answer) == [field.removesuffix("/") for field in fields]
    for content in (b"", b"--x\r\nnothing", b"{}"):
        answer = await index.officer.call(
            "POST",
            "/v1/imports",
            "import.create",
            content=content,
            sent={"Content-Type": "multipart/form-data; boundary=x"},
        )
        assert answer.status_code == 422


async def test_only_the_importing_agency_sees_it(index: Index) -> None:
    import_id = (await index.school_system.upload(HEADER + AMARA)).json()["import_id"]
    await index.school_system.finished(import_id)
    for part in ("", "/results", "/rejections"):
        colleague = index.caller("deputy", "school", Role.INDEX_OFFICER)
        assert (await colleague.import_state(import_id, part)).status_code == 200
        other = await index.officer.import_state(import_id, part)
        none = await index.officer.import_state("01900000-0000-7000-8000-000000000000", part)
        assert (other.status_code, code(other)) == (none.status_code, code(none)) == (404, "not-found")


async def test_a_repeat_with_the_same_key(index: Index) -> None:
    first = await index.school_system.upload(HEADER + AMARA, key="k")
    again = await index.school_system.upload(HEADER + AMARA, key="k")
    assert again.json() == first.json()
    other = await index.school_system.upload(HEADER + OLIVER, key="k")
    assert (other.status_code, code(other)) == (422, "idempotency-key-reused")
    assert headers.EFFECTS not in first.headers
    await index.school_system.finished(first.json()["import_id"])
    await index.published("ChildRegistered", 1)
