"""Files that people upload: kept safely (uploads), read row by row (tables), given back with errors (error_files)."""

from shared.files.error_files import write_error_file
from shared.files.errors import RowError, UnreadableFile
from shared.files.records import Row
from shared.files.tables import Table, open_table, read_rows

__all__ = ["Row", "RowError", "Table", "UnreadableFile", "open_table", "read_rows", "write_error_file"]
