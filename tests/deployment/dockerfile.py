"""Reads a Dockerfile, and carries out its steps, by its own commands, in a folder without Docker."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all_of(self, instruction: str) -> list[str]:
        return [words for name, words in self.steps if name == instruction]

    def environment(self) -> dict[str, str]:
        pairs = re.findall(r"(\w+)=(\S+)", " ".join(self.all_of("ENV")))
        return dict(pairs)

    def health_check(self) -> list[str]:
        """The command, in the form that no shell reads."""
        (check,) = self.all_of("HEALTHCHECK")
        command: list[str] = json.loads(check.partition("CMD")[2])
        return command


def read(file: Path) -> list[Stage]:
    text = re.sub(r"^\s*#.*\n", "", file.read_text(), flags=re.M).replace("\\\n", " ")
    stages: list[Stage] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        instruction, words = line.split(maxsplit=1)
        if instruction == "FROM":
            base, _, name = words.partition(" AS ")
            stages.append(Stage(base, name))
        else:
            stages[-1].steps.append((instruction, words))
    return stages


class Image:
    """What the last stage holds, in a folder. Of the base image there is only this machine's Python, as a copy that may
    be changed; no step is run as another account."""

    def __init__(self, file: Path, folder: Path) -> None:
        self.stages = read(file)
        self.root = folder / "root"
        self._context = file.parent
        self._folder = folder

    def build(self) -> None:
        for stage in self.stages:
            base = self._folder / f"base-{stage.name}"
            subprocess.run([sys.executable, "-m", "venv", str(base)], check=True)
            self.root.mkdir()
            self._carry_out(stage, base / "bin")
            if stage is not self.stages[-1]:
                # The next one has the same folder: what was installed knows where it lies.
                self.root.rename(self._folder / f"stage-{stage.name}")

    @property
    def workdir(self) -> Path:
        return self._at(self.stages[-1].all_of("WORKDIR")[-1])

    def environment(self) -> dict[str, str]:
        """That of the image, its paths where they are here."""
        own = self.stages[-1].environment()
        path = ":".join(str(self._at(each)) for each in own.pop("PATH").split(":") if each != "$PATH")
        return {**own, "PATH": f"{path}:{os.defpath}"}

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _carry_out(self, stage: Stage, programs: Path) -> None:
        where = self.root
        for instruction, words in stage.steps:
            if instruction == "WORKDIR":
                where = self._at(words)
                where.mkdir(parents=True, exist_ok=True)
            elif instruction == "RUN" and words.startswith("apt-get"):
                continue  # Debian's packages are this machine's own: deploy/machine/prepare
            elif instruction == "RUN":
                environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
                subprocess.run(["/bin/sh", "-c", words], cwd=where, env=environment, check=True)
            elif instruction == "COPY":
                self._copy(words.split(), where)

    def _copy(self, words: list[str], where: Path) -> None:
        context, left_out = self._context, ignored(self._context)
        if words[0].startswith("--from="):
            context, left_out = self._folder / f"stage-{words.pop(0).removeprefix('--from=')}", []
        *sources, target = words
        for source in sources:
            found = context / source.lstrip("/")
            if found.is_dir():
                # A link stays one: that of .venv to its Python leads to this machine's.
                shutil.copytree(found, where / target, symlinks=True, ignore=shutil.ignore_patterns(*left_out))
            else:
                (where / target).mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, where / target)


def ignored(context: Path) -> list[str]:
    """What .dockerignore leaves out of each folder."""
    lines = (context / ".dockerignore").read_text().splitlines()
    return [line.removeprefix("**/") for line in lines if line.startswith("**/")]


def sent(context: Path) -> list[str]:
    """What .dockerignore lets into an image; all else is left out."""
    return [line[1:] for line in (context / ".dockerignore").read_text().splitlines() if line.startswith("!")]
