"""A stage's file, read into a `Stage`: each unknown, missing or wrong key is refused with its line and what is allowed.

`stages/<name>.toml` of the project, or else the one that ships.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from millrace.errors import DefinitionError, UnknownName
from millrace.infra.stages.rules import ValueRule, text
from millrace.infra.stages.stage import SECRET, DeployerOptions, NetworkOptions, Stage
from millrace.project.folder import ProjectFolder, shipped_folder
from millrace.project.problems import Problem, problem_of
from millrace.project.toml_lines import line_of_key
from millrace.settings import SECRET_IN_WORDS, STAGES

_OF_THE_PLACE = ("name", "file")  # fields of a Stage that no key gives
_TAGS, _API_KEYS, _NETWORK, _DEPLOYER = "tags", "api_keys", "network", "deployer"
_MAPS = (_API_KEYS, _TAGS)  # sections with keys of the reader's own
_TAG_KEY = re.compile(r"(?!aws:)[\w .:/=+@-]{1,128}")
_TAG_VALUE = re.compile(r"[\w .:/=+@-]{0,256}")
_MOST_TAGS = 40  # of 50 that a resource may have; Millrace adds two


def read_stage(name: str, project: ProjectFolder) -> Stage:
    """The stage of a project. Raises UnknownName, and DefinitionError with file and line."""
    if name not in STAGES:
        raise UnknownName("stage", name, STAGES)
    own = project.folder("stages") / f"{name}.toml"
    file = own if own.is_file() else shipped_folder().folder("stages") / f"{name}.toml"
    try:
        return parsed_stage(file)
    except (DefinitionError, OSError, UnicodeDecodeError) as error:
        raise problem_of(name, file, error).as_error() from None


def parsed_stage(file: Path) -> Stage:
    """The stage in a file of its name. Raises DefinitionError with the line, OSError, UnicodeDecodeError."""
    if file.stem not in STAGES:
        hint = f"Name the file after one of {', '.join(STAGES)}."
        raise DefinitionError(f"there is no stage {file.stem!r}.", hint=hint)
    written = file.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"cannot read it: {error}.", hint="Correct the file there.") from None
    return _StageFile(file.stem, file, written).stage(content)


def unknown_sources(stage: Stage, polled: Collection[str]) -> Iterator[Problem]:
    """What [api_keys] and [network] name that is no source."""
    written = _StageFile(stage.name, stage.file, stage.file.read_text(encoding="utf-8"))
    named = [((_API_KEYS, name), name) for name in stage.api_keys]
    named += [((_NETWORK, "sources"), name) for name in stage.network.sources]
    for place, name in named:
        if name not in polled:
            hint = f"Choose of: {', '.join(sorted(polled))}." if polled else "The project polls no source: take it out."
            error = written.refused(place, f"[{place[0]}] has the unknown source {name!r}", hint)
            yield problem_of(stage.name, stage.file, error)


@dataclass(frozen=True)
class _StageFile:
    name: str
    file: Path
    text: str

    def stage(self, content: Mapping[str, Any]) -> Stage:
        sections = {one.name: one.type for one in fields(Stage) if _is_section(one)}
        keys = [one.name for one in fields(Stage) if one.name not in (*_OF_THE_PLACE, *sections, *_MAPS)]
        known = (*keys, *(f"[{name}]" for name in (*sections, *_MAPS)))
        for key, value in content.items():
            is_section = key in sections or key in _MAPS
            if key not in keys and not is_section:
                raise self.refused(("", key), f"the key {key!r} is unknown", f"Choose of: {', '.join(known)}.")
            if is_section and not isinstance(value, dict):
                raise self.refused(("", key), f"{key} is no section", f"Write [{key}] on a line of its own.")
        given = self._values(Stage, "", {key: content[key] for key in keys if key in content}, keys)
        made = {
            key: kind(**self._values(kind, key, content[key], [one.name for one in fields(kind)]))
            for key, kind in _section_classes().items()
            if key in content
        }
        self._check_network(given["region"], made.get(_NETWORK, NetworkOptions()))
        self._check_deployer(made.get(_DEPLOYER, DeployerOptions()))
        tags, api_keys = self._tags(content.get(_TAGS, {})), self._api_keys(content.get(_API_KEYS, {}))
        return Stage(name=self.name, file=self.file, tags=tags, api_keys=api_keys, **given, **made)

    def _values(self, kind: Any, section: str, content: Mapping[str, Any], keys: list[str]) -> dict[str, Any]:
        """The values of a section's keys; of the file's head where `section` is empty."""
        rules, given = _rules(kind), dict[str, Any]()
        of = f"[{section}] has the unknown key" if section else "there is an unknown key"
        for key, value in content.items():
            if key not in keys:
                raise self.refused((section, key), f"{of} {key!r}", f"Choose of: {', '.join(keys)}.")
            if not rules[key].accepts(value):
                raise self.refused((section, key), f"{key} is {value!r}", f"Give {rules[key].allowed}.")
            given[key] = tuple(value) if isinstance(value, list) else value
        for one in fields(kind):
            if one.name in keys and _is_required(one) and one.name not in given:
                where = f" in [{section}]" if section else ""
                raise self.refused((section, ""), f"{one.name} is missing{where}", f"Give {rules[one.name].allowed}.")
        return given

    def _check_network(self, region: str, network: NetworkOptions) -> None:
        """It is whole, and in the stage's region."""
        given = {name: getattr(network, name) for name in ("vpc", "subnets", "route_tables")}
        if any((*given.values(), network.security_groups, network.sources, network.endpoints)):
            for name, value in given.items():
                if not value:
                    hint = f"Give {_rules(NetworkOptions)[name].allowed}; or leave out all of [{_NETWORK}]."
                    raise self.refused((_NETWORK, name), f"{name} is missing in [{_NETWORK}]", hint)
        for subnet, zone in network.placed():
            if zone[:-1] != region:
                hint = f"Give a subnet in {region}, the stage's region."
                raise self.refused((_NETWORK, "subnets"), f"{subnet} is in {zone}", hint)

    def _check_deployer(self, deployer: DeployerOptions) -> None:
        """It is whole: a provider alone would let in whoever it vouches for."""
        if bool(deployer.provider) != bool(deployer.subjects):
            name = "subjects" if deployer.provider else "provider"
            hint = f"Give {_rules(DeployerOptions)[name].allowed}; or leave out all of [{_DEPLOYER}]."
            raise self.refused((_DEPLOYER, name), f"{name} is missing in [{_DEPLOYER}]", hint)

    def _tags(self, content: Mapping[str, Any]) -> Mapping[str, str]:
        for key, value in content.items():
            if not (_TAG_KEY.fullmatch(key) and isinstance(value, str) and _TAG_VALUE.fullmatch(value)):
                hint = "Give letters, digits, blanks and _.:/=+@-, at most 128 of them as a key and 256 as a value."
                raise self.refused((_TAGS, key), f"the tag {key!r} is {value!r}", hint)
        if len(content) > _MOST_TAGS:
            raise self.refused((_TAGS, ""), f"there are {len(content)} tags", f"Give at most {_MOST_TAGS}.")
        return dict(content)

    def _api_keys(self, content: Mapping[str, Any]) -> Mapping[str, str]:
        rule = text(SECRET, SECRET_IN_WORDS)
        for key, value in content.items():
            if not rule.accepts(value):
                raise self.refused((_API_KEYS, key), f"{key} is {value!r}", f"Give {rule.allowed}.")
        return dict(content)

    def refused(self, place: tuple[str, str], what: str, hint: str) -> DefinitionError:
        return DefinitionError(f"{what}.", hint=hint, line=line_of_key(self.text, *place))


def _is_section(one: Field[Any]) -> bool:
    return one.name in _section_classes()


def _section_classes() -> dict[str, Any]:
    return {name: kind for name, kind in get_type_hints(Stage).items() if is_dataclass(kind)}


def _rules(kind: Any) -> dict[str, ValueRule]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: rule
        for name, hint in hints.items()
        for rule in getattr(hint, "__metadata__", ())
        if isinstance(rule, ValueRule)
    }


def _is_required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING
