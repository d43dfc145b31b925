"""The alerts' rules, proven by Prometheus' own tool: what each fires on, and that a quiet night is one."""

import subprocess

import pytest

from stack.programs import program
from tests.deployment.monitoring import PROMETHEUS, ROOT
from tests.support.proof import Proof


@pytest.mark.prove
def test_the_alerts_fire_on_what_they_should(proof: Proof) -> None:
    folder = ROOT / ".tools" / "prometheus" / "usr" / "bin"
    promtool = program("promtool", also_in=[folder], install="deploy/machine/prepare prove")
    for words in (["check", "config", "prometheus.yml"], ["test", "rules", "rules_test.yml"]):
        done = subprocess.run([promtool, *words], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    proof.note(
        "expectations of alerts that promtool found to hold",
        (PROMETHEUS / "rules_test.yml").read_text().count("alertname:"),
    )
