"""Regular expressions of Athena (of Java, as Joni reads them) as DuckDB (RE2) reads them.

Most are written alike. What RE2 has not, such as a look ahead, it refuses itself; here is what it would read otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# A token: an escape, the start of a group, a class, a quantifier, any other character.
_TOKEN = re.compile(
    r"\\Q.*?(?:\\E|$)|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\u(?P<code>[0-9a-fA-F]{4})|\\."
    r"|\((?:\?(?:P?<(?P<name>[a-zA-Z]\w*)>|(?P<flags>[a-zA-Z-]*)(?P<flags_end>[:)])|[=!>#]|<[=!]))?"
    r"|\[\^?\]?(?:\[:\^?\w+:\]|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\.|[^\]\\])*\]"
    r"|(?P<times>[*+?]|\{\d*,?\d*\})[?+]?|.",
    re.DOTALL,
)
_LINE_END = r"(?:\n?\z)"  # Joni's `$`: also before a line end that is the last character
_WHITE = r"\s\x0B"  # Joni's `\s`
# Letters that are several without case, and sequences that may be one. RE2 folds letter by letter.
_ONE_OF_SEVERAL = re.compile("[ßẞİŉǰΐΰևẖ-ẚὐ-ῼﬀ-ﬆﬓ-ﬗ]")
_SEVERAL_AS_ONE = re.compile("ss|ff|fi|fl|st|ʼn|[αηωάήώ]ι|ե[ւ]|մ[նեիխ]|վն|[\u0300-\u0345]", re.IGNORECASE)
_POSIX = re.compile(r"\[:\^?\w+:\]")
_GREEDY_WHITE = re.compile(r"(?:\\s|\[(?:\\s|[ \\tnrf])*\\s(?:\\s|[ \\tnrf])*\])[+]")


class PatternRefused(Exception):
    """`what` says what is not supported."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(slots=True)
class _Group:
    """`start`, `end`: the place of its contents among the tokens. `may_be_missing`: a match may leave it out."""

    start: int
    outer: _Group | None
    name: str = ""
    is_counted: bool = False
    end: int = 0
    has_branches: bool = False
    is_optional: bool = False

    @property
    def may_be_missing(self) -> bool:
        above = self.outer
        return self.is_optional or (above is not None and (above.has_branches or above.may_be_missing))


@dataclass(frozen=True, slots=True)
class Pattern:
    """`text`: as RE2 reads it. `ends_lines`: `$` may stand before a last line end, which RE2 would take into the match.
    `has_boundaries`: \\b or \\B, which know no letters outside ASCII in RE2. `folds`: it minds no case, and has letters
    that Athena also finds as one: ss in ß, fi in a ligature."""

    text: str
    ends_lines: bool
    has_boundaries: bool
    by_lines: bool
    folds: bool
    _tokens: tuple[str, ...]
    _groups: tuple[_Group, ...]
    names: dict[str, int] = field(default_factory=dict)

    @property
    def groups(self) -> int:
        return len(self._groups)

    @property
    def may_match_nothing(self) -> bool:
        """Whether it may match ''; True where that is not known."""
        return self.has_boundaries or _matches_nothing(self._tokens)

    def may_be_missing(self, group: int) -> bool:
        """Whether a match may leave the group out: NULL in Athena, '' in RE2."""
        return group > 0 and self._groups[group - 1].may_be_missing

    def may_be_empty(self, group: int) -> bool:
        """Whether the group may match ''; True where that is not known."""
        one = self._groups[group - 1]
        return _matches_nothing(self._tokens[one.start : one.end])


def translated_pattern(text: str) -> Pattern:
    """Raises PatternRefused for what RE2 would read otherwise."""
    reading = _Reading()
    for found in _tokens(text):
        reading.take(found)
    written = "".join(reading.written)
    if reading.ignores_case and (letter := _ONE_OF_SEVERAL.search(text)):
        raise PatternRefused(f"(?i) with {letter.group()}")
    return Pattern(
        written,
        reading.ends_lines,
        reading.has_boundaries,
        reading.by_lines,
        reading.ignores_case and _SEVERAL_AS_ONE.search(text) is not None,
        tuple(reading.written),
        tuple(reading.groups),
        {group.name: at for at, group in enumerate(reading.groups, start=1) if group.name},
    )


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        assert found
        yield found
        at = found.end()


class _Reading:
    """What is known of a pattern up to a token."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.groups: list[_Group] = []
        self.ends_lines = self.has_boundaries = self.ignores_case = self.by_lines = False
        self._open: _Group = _Group(0, None)
        self._closed: _Group | None = None

    def take(self, found: re.Match[str]) -> None:
        token = found.group()
        closed, self._closed = self._closed, None
        if token == "$" or token == r"\Z":
            token = self._line_end(token)
        elif token == "|":
            self._open.has_branches = True
        elif token.startswith("("):
            self._begin(found)
            token = token.replace("(?<", "(?P<") if found["name"] else token
        elif token == ")":
            token = self._finish(token)
        elif token.startswith("["):
            token = _class(token)
        elif found["times"]:
            if closed and found["times"].startswith(("*", "?", "{0", "{,")):
                closed.is_optional = True
        elif token.startswith("\\"):
            token = self._escape(found)
        self.written.append(token)

    def _begin(self, found: re.Match[str]) -> None:
        flags = found["flags"] or ""
        if found.group().startswith("(?P<"):
            raise PatternRefused("a group's name after (?P")
        if "U" in flags:
            raise PatternRefused("the flag U")
        on = flags.partition("-")[0]
        self.by_lines = self.by_lines or "m" in on
        self.ignores_case = self.ignores_case or "i" in on
        if self.by_lines:
            self.ends_lines = True
        if found["flags_end"] == ")":
            return
        counted = found.group() == "(" or bool(found["name"])
        group = _Group(len(self.written) + 1, self._open, found["name"] or "", counted)
        if counted:
            self.groups.append(group)
        self._open = group

    def _finish(self, token: str) -> str:
        if self._open.outer is None:
            return token  # one too many: RE2 says so
        self._open.end = len(self.written)
        self._closed, self._open = self._open, self._open.outer
        return token

    def _line_end(self, token: str) -> str:
        if self.by_lines and token == "$":
            return token
        before = "".join(self.written[-2:]).replace("\\x0B", "")
        if not _GREEDY_WHITE.search(before):
            self.ends_lines = True
        return _LINE_END

    def _escape(self, found: re.Match[str]) -> str:
        token = found.group()
        if found["code"]:
            return f"\\x{{{found['code']}}}"
        if token in (r"\b", r"\B"):
            self.has_boundaries = True
        return {r"\s": f"[{_WHITE}]", r"\S": f"[^{_WHITE}]"}.get(token, token)


def _matches_nothing(tokens: Sequence[str]) -> bool:
    try:
        return re.search("".join(tokens).replace(_LINE_END, "$"), "") is not None
    except re.error:
        return True


def _class(token: str) -> str:
    inside = _POSIX.sub("", token[1:])
    if "&&" in inside or re.search(r"(?<!\\)\[", inside):
        raise PatternRefused("a class inside a class, or &&")
    if re.search(r"(?<!\\)(?:\\\\)*\\S", inside) and r"\s" not in inside:
        raise PatternRefused(r"\S inside a class")
    return re.sub(r"(\\.)", lambda one: _WHITE if one[0] == r"\s" else one[0], token)
