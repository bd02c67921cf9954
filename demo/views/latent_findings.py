"""What a measurement of mode collapse amounts to, in sentences: keys of the locales, with the numbers they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genmodels.collapse import SEARCHES, SELDOM, Counts, Missing, Verdict

NAMED = 6  # values named one by one
FIELDS = 3  # fields of which a sentence is said

Finding = dict[str, Any]  # {"key", "values"}; beside them under "field" and "names" or "rare" what is said of whom


def findings(
    judged: Verdict, fields: Mapping[str, Counts], facts: Mapping[str, Any], values: Mapping[str, Sequence[str]]
) -> list[Finding]:
    """The worst first; if nothing is beyond chance, that, and how small a gap could have been seen."""
    worst = sorted(judged.missing, key=lambda missing: -len(missing.values) / len(values[missing.field]))
    said = [gone(missing, values[missing.field]) for missing in worst[:FIELDS]]
    if worst[FIELDS:]:
        said.append(finding("missing-more", {"fields": len(worst) - FIELDS}))
    if judged.repeats:
        said.append(finding("repeats", repeats(facts)))
    if judged.rare:
        said.append(seldom(judged.rare, fields, values))
    if not said:
        said.append(healthy(fields, facts))
    said += narrow(facts["coverage"])
    if judged.unreadable:
        said.append(finding("unreadable", {"sure": facts["sure"][0], "real": facts["sure"][1]}))
    return said


def finding(key: str, values: dict[str, Any], **more: Any) -> Finding:
    return {"key": key, "values": values, **more}


def narrow(coverage: Mapping[str, Mapping[str, float]]) -> list[Finding]:
    """Where less of the real pictures is covered than a perfect model would, beyond doubt: the space it is least in."""
    short = {space: own for space, own in coverage.items() if own["high"] < own["expected"]}
    if not short:
        return []
    worst = min(short, key=lambda space: short[space]["value"] / short[space]["expected"])
    return [finding("narrow", {"space": worst, "value": short[worst]["value"], "perfect": short[worst]["expected"]})]


def gone(missing: Missing, names: Sequence[str]) -> Finding:
    numbers = {"missing": len(missing.values), "of": len(names), "expected": missing.expected}
    return finding("missing", numbers, field=missing.field, names=[names[k] for k in missing.values])


def repeats(facts: Mapping[str, Any]) -> dict[str, Any]:
    pairs = facts["pairs"]
    return {"n": facts["n"], "pairs": pairs["made"], "usual": pairs["expected"], "support": facts["support"]["value"]}


def seldom(
    rare: Sequence[tuple[str, int]], fields: Mapping[str, Counts], values: Mapping[str, Sequence[str]]
) -> Finding:
    """Those that lack most come first, each with what would be its share of so many pictures."""
    short = []
    for field, k in rare:
        counts = fields[field]
        due = float(counts.real[k] * counts.made.sum() / counts.real.sum())
        short.append({"field": field, "name": values[field][k], "made": int(counts.made[k]), "due": due})
    short.sort(key=lambda one: one["made"] - one["due"])
    return finding("rare", {"rare": len(rare)}, rare=short[:NAMED])


def healthy(fields: Mapping[str, Counts], facts: Mapping[str, Any]) -> Finding:
    """With the share of the pictures that a value would need so as not to be missed but very seldom."""
    n, known = facts["n"], facts["fields"].values()
    numbers = {
        "missing": sum(field["missing"] for field in known),
        "of": sum(len(counts.made) for counts in fields.values()),
        "expected": sum(field["expected_missing"] for field in known),
        "n": n,
        "pairs": facts["pairs"]["made"],
        "usual": facts["pairs"]["expected"],
        "seen": 1 - (SELDOM / SEARCHES / max(len(fields), 1)) ** (1 / n),
    }
    return finding("healthy" if fields else "unread", numbers)
