"""Spark sessions that answer as Athena does: UTC, ANSI, timestamps without a zone.

The environment determines the cluster: under spark-submit (and on Glue, which has opened a session already) its master
and settings hold; otherwise Spark runs on this machine, with all its processors.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING

from millrace.athena_sql.portability.dialect import SPARK_SESSION
from millrace.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.warehouse.dir": "/nonexistent",  # Millrace stores nothing in Spark's own catalog
}


def missing(java: str | None) -> UsageError | None:
    """What `open_session` would raise if its launcher found this Java; None if Spark can be started. Starts nothing."""
    if find_spec("pyspark") is None:
        return _no_pyspark()
    return None if java else _no_java()


def _no_pyspark() -> UsageError:
    return UsageError("the Spark engine needs pyspark.", hint="Install it: pip install 'millrace[spark]'.")


def _no_java() -> UsageError:
    return UsageError(
        "Spark cannot be started: it found no Java to run on.",
        hint="Install Java 17 (on Debian: openjdk-17-jre-headless), or set JAVA_HOME to where it is.",
    )


def open_session(master: str | None = None, settings: Mapping[str, str] = MappingProxyType({})) -> SparkSession:
    """A separate session (settings, temporary views) on the process's one Spark, which is started if it is not running.

    `master` is Spark's (`local[2]`), or None for the environment's. `settings` are Spark's; they hold only if this call
    starts Spark, outside spark-submit. Raises UsageError without pyspark or Java.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise _no_pyspark() from None
    running = SparkSession.getActiveSession()
    try:
        session = (running or _start(master, settings)).newSession()
    except (PySparkRuntimeError, FileNotFoundError):
        raise _no_java() from None
    for name, value in SPARK_SESSION.items():
        session.conf.set(name, value)
    if str(session.sparkContext.master).startswith("local"):
        session.conf.set("spark.sql.shuffle.partitions", str(2 * session.sparkContext.defaultParallelism))
        _skip_checksums(session)
    return session


def _start(master: str | None, settings: Mapping[str, str]) -> SparkSession:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("millrace")
    if SparkContext._gateway is None:  # under spark-submit its own settings must hold
        logging = files(__package__) / "log4j2.properties"
        builder = builder.config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={logging}")
        for name, value in {**_LOCAL, **settings}.items():
            builder = builder.config(name, value)
    if master:
        builder = builder.master(master)
    with _ctrl_c_as_before():
        return builder.getOrCreate()


@contextmanager
def _ctrl_c_as_before() -> Iterator[None]:
    """Undoes that Spark, started in the main thread, takes Ctrl-C for itself and calls Java from within its handler."""
    before = signal.getsignal(signal.SIGINT)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, before)


def _skip_checksums(session: SparkSession) -> None:
    """Keeps Hadoop's local file system from writing a hidden checksum file beside every file of the lake."""
    jvm, hadoop = session.sparkContext._jvm, session.sparkContext._jsc.hadoopConfiguration()
    assert jvm is not None
    jvm.org.apache.hadoop.fs.FileSystem.getLocal(hadoop).setWriteChecksum(False)
