"""The reader: one transaction at a time, each let go of when it has been told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import BadRow, Found, Note
from inventory.feeds.poslog.control import control_problem
from inventory.feeds.poslog.fields import BadField, Names, attribute, is_flagged, local_name, text_of
from inventory.feeds.poslog.headers import Header, read_header
from inventory.feeds.poslog.lines import Line, read_lines, told_lines
from inventory.feeds.poslog.variants import Variant, check_variant, choose_variant
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.xml_safely import open_xml

_ROOT = "POSLog"
_KINDS_OF_TRANSACTION = re.compile(r"[A-Za-z]*Transaction")
# Statuses of a receipt that moved nothing, or not yet: it comes again under its own number when it is resumed.
_IGNORED_FLAGS = {"TrainingModeFlag": "a training receipt", "CancelFlag": "a cancelled receipt"}
_IGNORED_STATUSES = {
    "suspended": "a suspended receipt",
    "inprocess": "a receipt still in process",
    "cancel": "a cancelled receipt",
    "void": "a voided receipt",
    "abort": "an aborted receipt",
    "failed": "a failed receipt",
    "rejected": "a rejected receipt",
    "training": "a training receipt",
}
_VOIDING_LINKS = ("voided", "void", "postvoid", "postvoided")


def read_poslog(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """What the receipts of a log sold and took back. Line numbers count the LineItems of retail transactions.

    Tenders, taxes, loyalty and control transactions are passed over. Raises FeedRefused("wrong_document") for
    other XML, and what open_xml raises.
    """
    variant = choose_variant(file, str(profile.options["variant"]))
    names = Names()
    root = ""
    is_poslog = False
    line_number = 1
    open_transaction: Element | None = None
    with file.stream() as stream:
        for event, element in open_xml(stream):
            if event == "start":
                if open_transaction is None:
                    name = local_name(element)
                    root = root or name
                    is_poslog = is_poslog or name == _ROOT
                    open_transaction = element if name == "Transaction" else None
            elif element is open_transaction:
                names.enter(element)
                if is_poslog or _is_receipt(names, element):
                    is_poslog = True
                    for retail in names.all(element, "RetailTransaction"):
                        receipt = _Receipt(names, element, retail, line_number, variant, profile.item_code)
                        yield from receipt.told()
                        line_number += sum(1 for _line in names.all(retail, "LineItem"))
                element.clear()
                open_transaction = None
            elif open_transaction is None:
                element.clear()
    if not is_poslog:
        raise FeedRefused("wrong_document", f"The XML is a {root}; expected a POSLog with transactions.")


def _is_receipt(names: Names, transaction: Element) -> bool:
    """Whether a Transaction outside a POSLog is one of the standard's, not that of a bank."""
    found = {names.of(child) for child in transaction}
    return bool(found & {"RetailStoreID", "BusinessUnit"}) and any(
        _KINDS_OF_TRANSACTION.fullmatch(name) for name in found
    )


@dataclass(frozen=True)
class _Receipt:
    """One RetailTransaction; `first_line` is the number of its first LineItem."""

    names: Names
    transaction: Element
    retail: Element
    first_line: int
    variant: Variant
    item_code: str

    def told(self) -> Iterator[Found]:
        """Its facts; or why it has none."""
        voids_another = self._voids_another()
        if why := "" if voids_another else self._ignored():
            yield Note(
                line_number=self.first_line, code="ignored", message=f"{self._place()} is {why}: not used."
            )
            return
        lines = read_lines(self.names, self.retail, first_line=self.first_line)
        for line in lines:
            if line.passed_over and not line.is_void:
                message = (
                    f"Line {line.line_number}: a {line.passed_over} is no sale over the counter: not used."
                )
                yield Note(line_number=line.line_number, code="ignored", message=message)
        sold = [line for line in lines if line.element is not None]
        if not sold:
            return
        try:
            header = read_header(self.names, self.transaction, self.retail)
        except BadField as error:
            yield from (line.rejected(error, raw=line.raw()) for line in sold)
            return
        if problem := control_problem(self.names, self.retail, self.variant):
            yield from self._held(sold, header, problem)
            return
        yield from told_lines(
            self.names, sold, header, variant=self.variant, item_code=self.item_code, turned=voids_another
        )

    def _held(self, sold: list[Line], header: Header, problem: str) -> Iterator[Found]:
        for line in sold:
            yield BadRow(
                line_number=line.line_number,
                code="transaction_control",
                field="TransactionGrandAmount",
                told=f"{self._place()}: {problem}; nothing of the receipt was used.",
                raw=line.raw(header),
                is_held=True,
            )

    def _place(self) -> str:
        names, transaction = self.names, self.transaction
        store = names.text(transaction, "RetailStoreID") or names.text(
            names.first(transaction, "BusinessUnit"), "UnitID"
        )
        till = names.text(transaction, "WorkstationID")
        return f"Receipt {names.text(transaction, 'SequenceNumber')} of till {till} in store {store}"

    def _voids_another(self) -> bool:
        """Whether it takes back a receipt with another number."""
        number = self.names.text(self.transaction, "SequenceNumber")
        for parent in (self.retail, self.transaction):
            for link in self.names.all(parent, "TransactionLink"):
                reason = attribute(link, "ReasonCode") or self.names.text(link, "ReasonCode")
                other = self.names.text(link, "SequenceNumber")
                if reason.rpartition(":")[2].lower() in _VOIDING_LINKS and other and other != number:
                    return not self._flag_that_ignores()
        return False

    def _flag_that_ignores(self) -> str:
        for flag, why in _IGNORED_FLAGS.items():
            written = self.names.first(self.transaction, flag)
            if is_flagged(self.transaction, flag) or is_flagged(self.retail, flag):
                return why
            if text_of(written).lower() in ("true", "1"):
                return why
        return ""

    def _ignored(self) -> str:
        """Why the receipt moved nothing; "" when it did."""
        if why := self._flag_that_ignores():
            return why
        status = attribute(self.retail, "TransactionStatus") or attribute(
            self.transaction, "TransactionStatus"
        )
        word = status.rpartition(":")[2].lower().replace("_", "")
        if word == "replaced":
            return "" if self.variant.counts_replaced else "a receipt that another one replaced"
        return next((why for part, why in _IGNORED_STATUSES.items() if part in word), "")


POSLOG = Dialect(
    name="poslog",
    title="ARTS POSLog 2.x or 6.0 (NCR, Wincor/Diebold, ROQQIO/Futura and others)",
    kinds=("SALES",),
    read=read_poslog,
    options={"variant": check_variant},
    defaults={"completeness": "EVENTS"},
    keeps_raw=False,
)
