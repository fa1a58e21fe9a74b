"""Reads a table that somebody uploaded, .xlsx or CSV, row by row, hostile until shown otherwise. Blocks: for threads.

Knows nothing of what the columns mean but where a roster's headings are.
"""

from __future__ import annotations

import codecs
import csv
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell

from server.core.roster import HEADINGS_WITHIN, Columns, RawRow, find_columns

log = logging.getLogger("shangke.sheet")

MOST_ROWS = 100_000
MOST_COLUMNS = 20
MOST_CELL = 1_000  # characters
# A file of 100,000 rows has some 20 MB of XML in it.
MOST_UNPACKED = 192 * 1024 * 1024
MOST_STRINGS = 48 * 1024 * 1024  # these are read whole
MOST_ENTRIES = 1_000
MOST_RATIO = 200
# A spreadsheet keeps fifteen digits of a figure; the rest are zeros.
LARGEST_FIGURE = 10**15
BLOCK_BYTES = 256 * 1024

_ZEROS = re.compile(r"0+")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"  # .xls, or .xlsx with a password
_ENCODINGS = ("utf-8-sig", "gb18030")

Cell = tuple[str, bool]  # the text, and whether it is a figure that cannot be trusted


class Unreadable(Exception):
    """`why`: a code that is told to the school's admin."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_sheet(file: Path) -> Iterator[RawRow]:
    """The rows under the headings; blank ones are left out. Raises Unreadable, at the first row or later."""
    try:
        yield from _under_headings(_rows_of(file))
    except Unreadable:
        raise
    except Exception as error:
        # Whatever a library makes of a file that was built to break it: the file's fault, not ours.
        log.warning("outcome=unreadable error=%s", type(error).__name__)
        raise Unreadable("unreadable") from error


def _under_headings(rows: Iterator[tuple[int, Sequence[object]]]) -> Iterator[RawRow]:
    columns: Columns | None = None
    n_rows = 0
    for place, (number, cells) in enumerate(rows):
        if place > 2 * MOST_ROWS:
            raise Unreadable("too_many_rows")
        if columns is None:
            columns = find_columns([_cell(each)[0] for each in cells])
            if columns is None and place >= HEADINGS_WITHIN:
                break
            continue
        row = _row(number, cells, columns)
        if not (row.number.strip() or row.name.strip() or row.code.strip()):
            continue
        n_rows += 1
        if n_rows > MOST_ROWS:
            raise Unreadable("too_many_rows")
        yield row
    if columns is None:
        raise Unreadable("no_headings")
    if n_rows == 0:
        raise Unreadable("no_rows")


def _row(number: int, cells: Sequence[object], columns: Columns) -> RawRow:
    def cell(place: int | None) -> Cell:
        return _cell(cells[place]) if place is not None and place < len(cells) else ("", False)

    text, is_figure = cell(columns.number)
    return RawRow(number, text, cell(columns.name)[0], cell(columns.code)[0], is_figure)


def _rows_of(file: Path) -> Iterator[tuple[int, Sequence[object]]]:
    with file.open("rb") as opened:
        begin = opened.read(4)
    if begin == _ZIP:
        return _rows_of_workbook(file)
    if begin == _OLE:
        raise Unreadable("old_format")
    return _rows_of_text(file)


# Workbooks


def check_archive(file: Path) -> None:
    """Nothing is unpacked before the archive's directory was asked how much it is; zipfile unpacks no more than that.

    Raises Unreadable.
    """
    with ZipFile(file) as archive:
        entries = archive.infolist()
    unpacked = sum(each.file_size for each in entries)
    packed = sum(each.compress_size for each in entries)
    strings = sum(each.file_size for each in entries if "sharedstrings" in each.filename.lower())
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or strings > MOST_STRINGS:
        raise Unreadable("too_large")
    if unpacked > MOST_RATIO * max(packed, 1):
        raise Unreadable("too_large")


def _rows_of_workbook(file: Path) -> Iterator[tuple[int, Sequence[object]]]:
    check_archive(file)
    # By its content, not by the name that it has here.
    with (
        file.open("rb") as opened,
        closing(load_workbook(opened, read_only=True, data_only=True, keep_links=False)) as workbook,
    ):
        if not workbook.worksheets:
            raise Unreadable("no_headings")
        sheet = workbook.worksheets[0]
        # What the sheet says of its own size is not to be believed.
        sheet.reset_dimensions()
        yield from enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1)


def _cell(cell: object) -> Cell:
    value = cell if isinstance(cell, str) else getattr(cell, "value", None)
    match value:
        case None:
            return "", False
        case bool():
            return str(value), True
        case int():
            return _figure(cell, value)
        case float():
            return str(value), True
        case _:
            return str(value)[:MOST_CELL], False


def _figure(cell: object, value: int) -> Cell:
    """A number kept as a figure; shown with leading zeros, it had them."""
    shape = cell.number_format if isinstance(cell, ReadOnlyCell) else ""
    text = str(value)
    if _ZEROS.fullmatch(shape):
        text = text.zfill(min(len(shape), 32))
    return text, abs(value) >= LARGEST_FIGURE


# Text


def find_encoding(file: Path) -> str:
    """The first encoding that the whole file can be read in. Raises Unreadable."""
    for encoding in _ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        with file.open("rb") as opened:
            try:
                while block := opened.read(BLOCK_BYTES):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
        return encoding
    raise Unreadable("encoding")


def _rows_of_text(file: Path) -> Iterator[tuple[int, Sequence[object]]]:
    encoding = find_encoding(file)
    with file.open(encoding=encoding, newline="") as opened:
        sample = opened.read(4_096)
        opened.seek(0)
        delimiter = max(",\t;", key=sample.count)
        reader = csv.reader(opened, delimiter=delimiter)
        for cells in reader:
            yield reader.line_num, cells[:MOST_COLUMNS]
