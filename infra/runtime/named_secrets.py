"""Secrets that AWS keeps: read by name at first use, held in memory, and read anew when they are doubted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from millrace.aws.calls import translated
from millrace.settings import Secret, SecretName

if TYPE_CHECKING:
    from millrace.infra.runtime.aws_clients import AwsClients


@dataclass
class NamedSecrets:
    """`clients` is called when a secret is first read. Raises ServiceRefused and ServiceBusy."""

    clients: Callable[[], AwsClients]
    _read: dict[SecretName, Secret] = field(default_factory=dict, init=False, repr=False)

    def value(self, name: SecretName) -> Secret:
        if name not in self._read:
            with translated(name.service, f"the secret {name.name}"):
                self._read[name] = Secret(self._text(name))
        return self._read[name]

    def forget(self) -> None:
        """Read every secret anew at its next use."""
        self._read.clear()

    def _text(self, name: SecretName) -> str:
        client = self.clients().client(name.service)
        if name.service == "ssm":
            return str(client.get_parameter(Name=name.name, WithDecryption=True)["Parameter"]["Value"])
        return str(client.get_secret_value(SecretId=name.name)["SecretString"])


@dataclass(frozen=True)
class ApiKeys(Mapping[str, Secret]):
    """The API keys by source: those `given`, and those that `secrets` keeps by these names."""

    given: Mapping[str, Secret]
    names: Mapping[str, SecretName]
    secrets: NamedSecrets

    def __getitem__(self, source: str) -> Secret:
        return self.given[source] if source in self.given else self.secrets.value(self.names[source])

    def __iter__(self) -> Iterator[str]:
        return iter({**self.given, **self.names})

    def __len__(self) -> int:
        return len({*self.given, *self.names})
