"""`Artefacts`: what a deployment runs, as objects in one bucket. Packaging fills it; the template refers to it.

The template has a parameter for each, whose default is the value here, so one template serves every bucket. The names
contain a hash of the content: another content is another name, and the stack then updates the function or job.
"""

from __future__ import annotations

from dataclasses import dataclass

from millrace.state.formats import TABLE_FORMAT

POLL_HANDLER = "millrace.infra.entrypoints.poll.handler"
JOB_HANDLER = "millrace.infra.entrypoints.job.handler"
ROUTED_JOB_HANDLER = "millrace.infra.entrypoints.routed_job.handler"
ROUTER_HANDLER = "millrace.infra.entrypoints.router.handler"
TEND_HANDLER = "millrace.service.tend.handler"
ZIP_OF = {  # the parameter that names its key
    POLL_HANDLER: "PollZip",
    **dict.fromkeys((JOB_HANDLER, ROUTED_JOB_HANDLER, ROUTER_HANDLER, TEND_HANDLER), "JobZip"),
}
RELEASE = "Release"  # the name of a parameter, and of an output


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Keys of objects. `poll_zip`, `job_zip`: the code of the Lambda functions. `wheels_zip`: the wheels that a Glue
    job installs. `glue_script`: what Glue starts. `release`: the hash of the release that they belong to. "" leaves the
    parameter without a default: a deployment gives it. `state_format`: the newest of the state table that they know.
    """

    bucket: str = ""
    poll_zip: str = ""
    job_zip: str = ""
    wheels_zip: str = ""
    glue_script: str = ""
    release: str = ""
    state_format: int = TABLE_FORMAT

    def parameters(self) -> dict[str, tuple[str, str]]:
        """Default and description of each parameter of the template."""
        return {
            "ArtefactsBucket": (self.bucket, "The bucket that holds the packaged code."),
            "PollZip": (self.poll_zip, "The key of the zip of the functions that poll."),
            "JobZip": (self.job_zip, "The key of the zip of the functions that make calls of runs, and do duties."),
            "WheelsZip": (self.wheels_zip, "The key of the zip of wheels that Glue jobs install."),
            "GlueScript": (self.glue_script, "The key of the script that Glue jobs start."),
            RELEASE: (self.release, "The hash of the release that these belong to."),
        }
