"""The ledger: the paper's items, what is beyond it, and the errata, as data that imports nothing of what it names."""

from grpo_paper.ledger.claims import CLAIMS
from grpo_paper.ledger.errata import ERRATA
from grpo_paper.ledger.further import FURTHER
from grpo_paper.ledger.records import Erratum, Statement
from grpo_paper.ledger.statements import STATEMENTS

ALL = (*STATEMENTS, *FURTHER, *CLAIMS)
RECORDS: dict[str, Statement | Erratum] = {record.id: record for record in (*ALL, *ERRATA)}
"""Every item by its anchor in the book."""

__all__ = ["ALL", "CLAIMS", "ERRATA", "FURTHER", "RECORDS", "STATEMENTS", "Erratum", "Statement"]
