"""The files that Spark has written into a folder, on any file system that the cluster knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.engines.spark.table_data import local_address
from millrace.athena_sql.ports import WrittenFile

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SUFFIX = ".parquet"
_PARTITION = "dt="


class WrittenFolder:
    """One folder of Parquet files below the lake's root."""

    def __init__(self, session: SparkSession, root: str, prefix: str) -> None:
        jvm = session.sparkContext._jvm
        assert jvm is not None
        self._jvm: Any = jvm
        self._hadoop = session.sparkContext._jsc.hadoopConfiguration()
        self._prefix = prefix
        self.address = local_address(f"{root.rstrip('/')}/{prefix}")
        self._path = self._hadoop_path(self.address)
        self._system = self._path.getFileSystem(self._hadoop)

    def files(self) -> list[WrittenFile]:
        """The Parquet files with rows, by name. Deletes all other files, and the folder if no file is left."""
        kept = self._files(self._path, self._prefix, "")
        if not kept:
            self.remove()
        return kept

    def files_by_partition(self) -> list[WrittenFile]:
        """As `files`, for the folders `dt=.../` in the folder, in their order."""
        kept: list[WrittenFile] = []
        for status in self._system.listStatus(self._path):
            name = status.getPath().getName()
            found = []
            if name.startswith(_PARTITION):
                found = self._files(status.getPath(), f"{self._prefix}{name}/", name.removeprefix(_PARTITION))
            if not found:
                self._system.delete(status.getPath(), True)
            kept += found
        if not kept:
            self.remove()
        return sorted(kept, key=lambda file: file.key)

    def copies(self, target: Path) -> list[Path]:
        """Copies of the Parquet files with rows, by name, in a folder of this machine; see `files`."""
        found = [target / file.key.rpartition("/")[2] for file in self.files()]
        for copy in found:
            source, place = self._hadoop_path(f"{self.address}{copy.name}"), self._hadoop_path(f"file://{copy}")
            self._system.copyToLocalFile(False, source, place, True)
        return found

    def _files(self, folder: Any, prefix: str, partition: str) -> list[WrittenFile]:
        kept = []
        for status in self._system.listStatus(folder):
            name, rows = status.getPath().getName(), 0
            if name.endswith(_SUFFIX):
                rows = self._rows(status)
            if rows:
                kept.append(WrittenFile(prefix + name, partition, rows, status.getLen()))
            else:
                self._system.delete(status.getPath(), True)
        return sorted(kept, key=lambda file: file.key)

    def remove(self) -> None:
        self._system.delete(self._path, True)

    def _hadoop_path(self, address: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(address)

    def _rows(self, status: Any) -> int:
        """The number of rows, from the file's footer."""
        parquet = self._jvm.org.apache.parquet.hadoop
        source = parquet.util.HadoopInputFile.fromStatus(status, self._hadoop)
        reader = parquet.ParquetFileReader.open(source)
        try:
            return int(reader.getRecordCount())
        finally:
            reader.close()
