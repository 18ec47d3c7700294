"""The command that looks at an account before a stack is deployed into it."""

from __future__ import annotations

from millrace.cli.deployment.options import StageOption, open_account
from millrace.cli.terminal.options import Format, FormatOption
from millrace.errors import UsageError

_COLUMNS = ("what", "verdict", "about")


def preflight(stage: StageOption, form: FormatOption = Format.TABLE) -> None:
    """Look whether the account of a stage has room for its stack, and who decides about its tables. Changes nothing.

    Example: [bold]millrace preflight --stage prod[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.infra.preflight.findings import RoomVerdict
    from millrace.usecases.deployment.preflight import preflight as examine

    project, account = open_account(stage)
    findings = list(examine(account, project))
    rows = [{"what": one.what, "verdict": one.verdict.value, "about": one.about} for one in findings]
    print_rows(rows, form, columns=_COLUMNS, title=f"account {account.account}, {account.stage.region}")
    if short := [one.what for one in findings if one.verdict is RoomVerdict.SHORT]:
        hint = 'Ask for more in Service Quotas, or let the stage take less: roles = "shared", jobs = "fused".'
        raise UsageError(f"the account has too little room for {', '.join(short)}.", hint=hint)
