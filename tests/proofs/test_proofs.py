"""The proofs are tied to the ledger and to the functions; with Coq, that a false proof is caught."""

import random
import re
import shutil

import pytest

from book.pipeline.proved import page, read, title, with_folds
from grpo_paper.ledger import RECORDS
from grpo_paper.ledger.pages import errata_page, record, seals, statements_page
from grpo_paper.ledger.plain import plain
from grpo_paper.ledger.proofs import PARTLY, PROOFS, WITHOUT
from proofs import formulas
from proofs.check import AXIOMS, ProofError, assumptions, coqc, unproved
from proofs.files import FOLDER, barred, order, theorems
from proofs.term import Term, changed

NAMES = sorted({name for names in PROOFS.values() for name in names})
SOURCES = {path.stem: path.read_text() for path in FOLDER.glob("*.v")}
with_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="the proofs were not compiled: Coq is not here")


class TestLedger:
    def test_every_item_is_proved_or_says_why_not(self) -> None:
        numbers = {r.number for r in RECORDS.values()}
        assert PROOFS.keys() | WITHOUT.keys() == numbers
        assert not PROOFS.keys() & WITHOUT.keys()

    def test_an_item_is_proved_in_part_where_a_reading_says_so(self) -> None:
        said = {
            number
            for number, names in PROOFS.items()
            if any(re.search("(is|are) not part of this", theorems()[name].reading) for name in names)
        }
        assert said == PARTLY.keys()

    @pytest.mark.parametrize("number", PROOFS)
    def test_the_seal_and_the_fold_say_in_part(self, number) -> None:
        item = next(record for record in RECORDS.values() if record.number == number)
        assert ("proved by machine in part" in seals(item)) == (number in PARTLY)
        assert ("roved by machine in part" in title(item)) == (number in PARTLY)
        left = PARTLY.get(number, "")
        assert left in seals(item)
        assert ("; not by machine: " + plain(left) in record(item, 999)) == (number in PARTLY)

    @pytest.mark.parametrize("name", NAMES)
    def test_each_theorem_is_in_its_file_with_a_reading(self, name) -> None:
        theorem = theorems()[name]
        assert theorem.reading.endswith((".", ".)"))
        assert f"{theorem.statement}\nProof." in SOURCES[name.partition(".")[0]]

    def test_an_unknown_name_is_none(self) -> None:
        assert "Amplification.theorem_33" not in theorems()

    def test_no_theorem_is_left_out(self) -> None:
        assert set(theorems()) == set(NAMES)

    @pytest.mark.parametrize("item", RECORDS.values(), ids=lambda item: item.number)
    def test_pages_say_how_each_item_is_known(self, item) -> None:
        text = record(item) + (statements_page() + errata_page())
        assert "proved by machine" in text
        assert all(name in "".join(record(item, 300).split()) for name in item.proof)


class TestFiles:
    @pytest.mark.parametrize("name", SOURCES)
    def test_takes_nothing_for_granted(self, name) -> None:
        assert not barred(SOURCES[name])
        assert len(SOURCES[name].splitlines()) <= 320

    @pytest.mark.parametrize(
        "text",
        [
            "Lemma x : False. Proof. Admitted.",
            "Axiom x : False.",
            "Proof. admit. Qed.",
            "Parameter x : False.",
            "Unset Guard Checking.",
        ],
    )
    def test_what_does_is_seen(self, text) -> None:
        assert barred(text)

    def test_each_comes_after_what_it_needs(self) -> None:
        files = order()
        assert set(files) == set(SOURCES)
        for name, text in SOURCES.items():
            needed = set(" ".join(re.findall(r"Require (?:Import )?(.*)\.", text)).split()) & SOURCES.keys()
            assert all(files.index(other) < files.index(name) for other in needed)


class TestFormulas:
    def test_are_those_of_the_functions(self) -> None:
        assert formulas.FILE.read_text() == formulas.source()

    @pytest.mark.parametrize("name", formulas.FORMULAS)
    def test_each_is_bridged(self, name) -> None:
        assert any(re.search(rf"\bFormulas\.{name}\b", text) for stem, text in SOURCES.items() if stem != "Formulas")

    @pytest.mark.parametrize("name", formulas.FORMULAS)
    def test_each_comes_to_what_the_function_computes(self, name) -> None:
        function, letters = formulas.FORMULAS[name]
        term = function(*map(Term, letters.split()))
        rng = random.Random(0)
        for _ in range(20):
            values = formulas.drawn(letters.split(), rng)
            expected = function(*values.values())
            # The same operations on the same floats, but for σ and logit, which the library does more carefully.
            assert term.value(values) == pytest.approx(expected, rel=1e-12, abs=1e-14)

    def test_a_change_of_the_function_changes_its_term(self) -> None:
        p, eps = Term("p"), Term("eps")
        assert str(1 / (p * (1 - p) + eps)) != str(1 / (p * (1 + p) + eps))
        assert len({str(other) for _, other in changed(1 / (p * (1 - p) + eps))}) == 7


class TestPage:
    def test_shows_each_theorem_verbatim(self) -> None:
        text = page()
        assert all(theorem.statement in text and read(theorem.reading) in text for theorem in theorems().values())

    def test_a_box_gets_a_fold_and_the_rest_stays(self) -> None:
        box = ":::{prf:theorem} 3 (success amplification)\n:label: theorem-3\n:nonumber:\n\nSo it is.\n:::"
        folded = with_folds(f"Before.\n\n{box}\n\nAfter.\n")
        assert folded.startswith(f"Before.\n\n{box}\n\n:::{{dropdown}}")
        assert folded.endswith("\n:::\n\nAfter.\n")
        assert theorems()["Amplification.theorem_3"].statement in folded
        ours = ":::{admonition} B14: any weighting\n:name: b14-box\n:class: important\n\nSo it is.\n:::"
        assert theorems()["Zoo.b14"].statement in with_folds(ours)
        assert with_folds(box.replace("theorem-3", "assumption-1")) == box.replace("theorem-3", "assumption-1")


@with_coq
class TestCoq:
    """What would make a proof worth nothing is caught."""

    def made(self, folder, text: str) -> None:
        (folder / "Made.v").write_text(text)
        coqc(folder / "Made.v")

    def test_a_proof_on_the_real_numbers_passes(self, tmp_path) -> None:
        self.made(
            tmp_path, "Require Import Reals Lra. Theorem good : forall x : R, (x <= x)%R. Proof. intros; lra. Qed."
        )
        assert assumptions(tmp_path, ["Made.good"])["Made.good"] <= AXIOMS
        assert unproved(tmp_path, ["Made.good"]) == []

    def test_an_unknown_name(self, tmp_path) -> None:
        self.made(tmp_path, "Theorem good : True. Proof. exact I. Qed.")
        with pytest.raises(ProofError, match=r"Made\.better"):
            unproved(tmp_path, ["Made.better"])

    def test_an_admitted_lemma_below_a_theorem(self, tmp_path) -> None:
        self.made(tmp_path, "Lemma hole : False. Admitted. Theorem bad : 1 = 2. Proof. destruct hole. Qed.")
        [sentence] = unproved(tmp_path, ["Made.bad"])
        assert "hole" in sentence

    def test_a_proof_by_floats(self, tmp_path) -> None:
        text = "Require Import Floats. Theorem bad : (one + one = two)%float. Proof. vm_compute. reflexivity. Qed."
        self.made(tmp_path, text)
        [sentence] = unproved(tmp_path, ["Made.bad"])
        assert "PrimFloat" in sentence

    def test_a_wrong_proof(self, tmp_path) -> None:
        with pytest.raises(ProofError, match="does not compile"):
            self.made(tmp_path, "Require Import Reals Lra. Theorem bad : (1 = 2)%R. Proof. lra. Qed.")
