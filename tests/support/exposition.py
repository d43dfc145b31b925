"""What Prometheus is told, read as Prometheus reads it."""

from collections import defaultdict

from prometheus_client.parser import text_string_to_metric_families

Told = dict[str, list[tuple[dict[str, str], float]]]
"""By the name of the sample: its labels and its value, for each."""


def told_by(text: str) -> Told:
    told: Told = defaultdict(list)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            told[sample.name].append((sample.labels, sample.value))
    return told


def value(told: Told, name: str, **labels: str) -> float:
    (found,) = [each for has, each in told[name] if labels.items() <= has.items()]
    return found


def names(text: str) -> set[str]:
    """Of every sample that there can be: a counter that was never counted up is named by its type alone."""
    families = {family.name: family.type for family in text_string_to_metric_families(text)}
    found = set(told_by(text))
    for name, kind in families.items():
        if kind == "counter":
            found.add(f"{name}_total")
        elif kind == "histogram":
            found |= {f"{name}_bucket", f"{name}_count", f"{name}_sum"}
    return found
