(* A run enclosed by interval arithmetic, all of its updates at one go: the kernel computes the last enclosure, and a lemma
   says that the run is in it. The arithmetic is on whole numbers: no float is trusted. *)
Require Import Reals ZArith List Lra Psatz.
From Interval Require Import Xreal Interval Float_full.
Require Import Primitives Paper Logistic Certificates.
Import ListNotations.
Open Scope R_scope.

Module I := FloatIntervalFull Digits.

Definition inside (X : I.type) (x : R) : Prop := contains (I.convert X) (Xreal x).

Section Digits.
Context (precision : positive).
Let digits := Digits.PtoP precision.

Lemma inside_add X Y x y : inside X x -> inside Y y -> inside (I.add digits X Y) (x + y).
Proof. exact (I.add_correct digits X Y (Xreal x) (Xreal y)). Qed.
Lemma inside_sub X Y x y : inside X x -> inside Y y -> inside (I.sub digits X Y) (x - y).
Proof. exact (I.sub_correct digits X Y (Xreal x) (Xreal y)). Qed.
Lemma inside_mul X Y x y : inside X x -> inside Y y -> inside (I.mul digits X Y) (x * y).
Proof. exact (I.mul_correct digits X Y (Xreal x) (Xreal y)). Qed.
Lemma inside_neg X x : inside X x -> inside (I.neg X) (- x).
Proof. exact (I.neg_correct X (Xreal x)). Qed.
Lemma inside_exp X x : inside X x -> inside (I.exp digits X) (exp x).
Proof. exact (I.exp_correct digits X (Xreal x)). Qed.
Lemma inside_sqrt X x : inside X x -> inside (I.sqrt digits X) (sqrt x).
Proof. exact (I.sqrt_correct digits X (Xreal x)). Qed.
Lemma inside_div X Y x y : y <> 0 -> inside X x -> inside Y y -> inside (I.div digits X Y) (x / y).
Proof.
  intros N HX HY. pose proof (I.div_correct digits X Y (Xreal x) (Xreal y) HX HY) as H.
  simpl in H. unfold Xdiv' in H. rewrite is_zero_false in H by exact N. exact H.
Qed.
Lemma inside_whole z : inside (I.fromZ digits z) (IZR z).
Proof. exact (I.fromZ_correct digits z). Qed.

(* A fraction, as a number and as an interval. *)
Definition value (q : Z * Z) : R := IZR (fst q) / IZR (snd q).
Definition fraction (q : Z * Z) : I.type := I.div digits (I.fromZ digits (fst q)) (I.fromZ digits (snd q)).

Lemma inside_fraction q : snd q <> 0%Z -> inside (fraction q) (value q).
Proof. intros N. apply inside_div; try apply inside_whole. apply not_0_IZR, N. Qed.

(* The paper's map, on intervals. *)
Definition update_of (p_ref beta eps P : I.type) : I.type :=
  let one := I.fromZ digits 1 in
  let root := I.sqrt digits (I.add digits (I.mul digits P (I.sub digits one P)) eps) in
  let force := I.exp digits (I.neg (I.div digits one (I.mul digits beta root))) in
  I.div digits one (I.add digits one (I.mul digits (I.div digits (I.sub digits one p_ref) p_ref) force)).

Lemma inside_update P_ref Beta Eps P p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  inside P_ref p_ref -> inside Beta beta -> inside Eps eps -> inside P p ->
  inside (update_of P_ref Beta Eps P) (h p_ref beta eps p).
Proof.
  intros Hr Hb He Hp IR IB IE IP. pose proof (inside_whole 1) as One. pose proof (root_pos p eps Hp He) as Root.
  assert (0 < beta * sqrt (p * (1 - p) + eps)) by (apply Rmult_lt_0_compat; assumption).
  assert (0 < (1 - p_ref) / p_ref * exp (- (1 / (beta * sqrt (p * (1 - p) + eps)))))
    by (apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; lra|apply exp_pos]).
  unfold h, update_of. apply inside_div; [lra|exact One|]. apply inside_add; [exact One|]. apply inside_mul.
  - apply inside_div; [lra| |exact IR]. apply inside_sub; assumption.
  - apply inside_exp, inside_neg, inside_div; [lra|exact One|]. apply inside_mul; [exact IB|].
    apply inside_sqrt, inside_add; [|exact IE]. apply inside_mul; [exact IP|]. apply inside_sub; assumption.
Qed.

Fixpoint enclosed (p_ref beta eps start : Z * Z) (n : nat) : I.type :=
  match n with
  | O => fraction start
  | S m => update_of (fraction p_ref) (fraction beta) (fraction eps) (enclosed p_ref beta eps start m)
  end.

Definition within (X : I.type) (low high : Z * Z) : bool :=
  match I.sign_large (I.sub digits X (fraction low)), I.sign_large (I.sub digits (fraction high) X) with
  | Xgt, Xgt => true
  | _, _ => false
  end.

Lemma within_bounds X x low high :
  snd low <> 0%Z -> snd high <> 0%Z -> inside X x -> within X low high = true -> value low <= x <= value high.
Proof.
  intros Nl Nh HX. unfold within.
  pose proof (inside_sub _ _ _ _ HX (inside_fraction low Nl)) as A.
  pose proof (inside_sub _ _ _ _ (inside_fraction high Nh) HX) as B.
  pose proof (I.sign_large_correct (I.sub digits X (fraction low))) as SA.
  pose proof (I.sign_large_correct (I.sub digits (fraction high) X)) as SB.
  destruct (I.sign_large (I.sub digits X (fraction low))); try discriminate.
  destruct (I.sign_large (I.sub digits (fraction high) X)); try discriminate.
  intros _. apply SA in A. apply SB in B. simpl in A, B. lra.
Qed.

Lemma reached p_ref beta eps start n low high :
  forallb (fun q => negb (snd q =? 0)%Z) [p_ref; beta; eps; start; low; high] = true ->
  0 < value p_ref < 1 -> 0 < value beta -> 0 < value eps -> 0 <= value start <= 1 ->
  within (enclosed p_ref beta eps start n) low high = true ->
  value low <= orbit (h (value p_ref) (value beta) (value eps)) (value start) n <= value high.
Proof.
  intros N Hr Hb He Hs. simpl in N. rewrite !Bool.andb_true_iff, !Bool.negb_true_iff, !Z.eqb_neq in N.
  apply within_bounds; try apply N. induction n; [apply inside_fraction, N|]. simpl.
  apply inside_update; try assumption; try (apply inside_fraction, N). apply orbit_h_range; assumption.
Qed.

End Digits.

Lemma over_one x : x / 1 = x.
Proof. field. Qed.

(* That a run is between low and high after n updates, at eps = 0.00001, for the kernel to compute. *)
Ltac run_reaches precision p_ref beta start n low high :=
  let E := fresh "E" in
  assert (E : value low <= orbit (h (value p_ref) (value beta) (value (1, 100000)%Z)) (value start) n <= value high);
  [apply (reached precision); [reflexivity|unfold value, fst, snd; lra|unfold value, fst, snd; lra|unfold value, fst, snd; lra|
    unfold value, fst, snd; lra|vm_cast_no_check (eq_refl true)]|];
  unfold value, fst, snd in E; rewrite ?over_one in E.
