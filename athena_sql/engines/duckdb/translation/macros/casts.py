"""Macros in DuckDB for casts of texts: those forms that Athena reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_NUMBER = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_DATE = "[0-9]+-[0-9]{1,2}-[0-9]{1,2}"
_CLOCK = "([01]?[0-9]|2[0-3]):[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?"
_FORMS = {
    "whole": "\\s*[+-]?[0-9]+\\s*",
    "boolean": "(?i)true|false|t|f|1|0",
    "date": f"\\s*-?{_DATE}\\s*",
    "time": f"\\s*-?{_DATE}( {_CLOCK}( ?[A-Za-z+-].*)?)?\\s*",
    "double": f"\\s*([+-]?(NaN|Infinity)|{_NUMBER})\\s*",
    "decimal": _NUMBER,
}
# Other texts that Athena reads: a pattern, and what DuckDB gets in its place.
_OTHER_FORMS = {
    "whole": (("\\s*[+-]?\\p{Nd}+\\s*", "error('Digits outside ASCII are not supported here: ' || x)"),),
    "date": ((f"\\s*[+]{_DATE}\\s*", "ltrim(x, '+ ')"),),
    "time": ((f"\\s*[+]{_DATE}( {_CLOCK}( ?[A-Za-z+-].*)?)?\\s*", "ltrim(x, '+ ')"),),
    "double": (
        (f"\\s*{_NUMBER}[dDfF]\\s*", f"regexp_extract(x, '{_NUMBER}')"),
        (
            "\\s*[+-]?0[xX][0-9a-fA-F.]+[pP].*",
            "error('A hexadecimal text as a DOUBLE is not supported here: ' || x)",
        ),
    ),
}


def _casts_of_texts(form: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Macros for casts to the types of one form; `t` is a NULL of the type.

    A text must have the form that Athena reads. What DuckDB cannot read either is left to it: its message is the better
    one. The type of `x` is known before a query runs, so one that is no text costs nothing.
    """
    first = "cast_to_type(x, t)"
    if form == "time":  # to milliseconds
        first = f"CASE WHEN length(x) > 23 THEN athena_rounded({first}, 3) ELSE {first} END"
    others = [(f"WHEN regexp_full_match(x, '{other}') THEN", text) for other, text in _OTHER_FORMS.get(form, ())]
    read = " ".join(f"{when} {text}" for when, text in others)
    yield f"athena_read_{form}(x)", f"CASE WHEN regexp_full_match(x, '{pattern}') THEN x {read} END"
    read = " ".join(f"{when} cast_to_type({text}, t)" for when, text in others)
    yield (
        f"athena_text_to_{form}(x, t)",
        f"CASE WHEN regexp_full_match(x, '{pattern}') THEN {first} {read}"
        " WHEN cast_to_type(x, t) IS NOT NULL"
        " THEN error('Could not convert string ''' || x || ''' to ' || typeof(t)) END",
    )
    rounded = "WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN cast_to_type(round(CAST(x AS DOUBLE)), t) "
    yield (
        f"athena_to_{form}(x, t)",
        f"CASE WHEN typeof(x) = 'VARCHAR' THEN athena_text_to_{form}(CAST(x AS VARCHAR), t)"
        f" {rounded if form == 'whole' else ''}ELSE cast_to_type(x, t) END",
    )


CASTS: Mapping[str, str] = {
    head: body for form, pattern in _FORMS.items() for head, body in _casts_of_texts(form, pattern)
}
