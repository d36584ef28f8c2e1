(* Omega along the log-odds: its three derivatives, its symmetry and its bounds. *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot Primitives Paper Logistic.
Open Scope R_scope.

Definition var (L : R) : R := sigmoid L * (1 - sigmoid L).
Definition tip (L : R) : R := 2 * sigmoid L - 1.
Definition root (eps L : R) : R := sqrt (var L + eps).
Definition push (eps L : R) : R := Omega (sigmoid L) eps.
Definition push1 (eps L : R) : R := var L * tip L / (2 * root eps L ^ 3).
Definition push2 (eps L : R) : R := var L * (var L * (1 + 12 * eps) - 2 * eps) / (4 * root eps L ^ 5).
Definition push3 (eps L : R) : R :=
  var L * tip L * (4 * eps * (root eps L * root eps L)
    + var L * (- 4 * (1 + 12 * eps) * (root eps L * root eps L) + 5 * (var L * (1 + 12 * eps) - 2 * eps)))
  / (8 * root eps L ^ 7).

Lemma var_pos L : 0 < var L.
Proof. unfold var. pose proof (sigmoid_pos L). pose proof (sigmoid_lt_1 L). nra. Qed.

Lemma var_le L : var L <= / 4.
Proof. unfold var. pose proof (pow2_ge_0 (sigmoid L - / 2)). nra. Qed.

Lemma tip_square L : tip L * tip L = 1 - 4 * var L.
Proof. unfold tip, var. ring. Qed.

Lemma tip_sign L : (L < 0 -> tip L < 0) /\ (0 < L -> 0 < tip L) /\ tip 0 = 0.
Proof.
  pose proof sigmoid_0 as Z. unfold tip. repeat split; intros.
  - apply sigmoid_increasing in H. lra.
  - apply sigmoid_increasing in H. lra.
  - lra.
Qed.

Lemma sigmoid_unit L : 0 <= sigmoid L <= 1.
Proof. pose proof (sigmoid_pos L). pose proof (sigmoid_lt_1 L). lra. Qed.

Lemma root_pos' eps L : 0 <= eps -> 0 < root eps L.
Proof. intros. apply sqrt_lt_R0. pose proof (var_pos L). lra. Qed.

Lemma root_square eps L : 0 <= eps -> root eps L * root eps L = var L + eps.
Proof. intros. unfold root. apply sqrt_sqrt. pose proof (var_pos L). lra. Qed.

Lemma push_pos eps L : 0 <= eps -> 0 < push eps L.
Proof. intros. unfold push, Omega. apply Rdiv_lt_0_compat; [lra|]. apply (root_pos' eps L H). Qed.

Lemma push_even eps L : push eps (- L) = push eps L.
Proof. unfold push, Omega. rewrite sigmoid_opp. do 3 f_equal. ring. Qed.

Lemma D_sigmoid L : Derive (fun x => sigmoid x) L = sigmoid L * (1 - sigmoid L).
Proof. apply is_derive_unique, sigmoid_derive. Qed.

Lemma ex_D_sigmoid L : ex_derive (fun x => sigmoid x) L.
Proof. eexists. apply sigmoid_derive. Qed.

Lemma var_derive L : is_derive var L (- var L * tip L).
Proof. unfold var, tip. auto_derive; [repeat split; apply ex_D_sigmoid|]. rewrite D_sigmoid. ring. Qed.

Lemma tip_derive L : is_derive tip L (2 * var L).
Proof. unfold var, tip. auto_derive; [apply ex_D_sigmoid|]. rewrite D_sigmoid. ring. Qed.

Lemma D_var L : Derive (fun x => var x) L = - var L * tip L.
Proof. apply is_derive_unique, var_derive. Qed.
Lemma ex_D_var L : ex_derive (fun x => var x) L.
Proof. eexists. apply var_derive. Qed.
Lemma D_tip L : Derive (fun x => tip x) L = 2 * var L.
Proof. apply is_derive_unique, tip_derive. Qed.
Lemma ex_D_tip L : ex_derive (fun x => tip x) L.
Proof. eexists. apply tip_derive. Qed.

Lemma root_derive eps L : 0 <= eps -> is_derive (root eps) L (- var L * tip L / (2 * root eps L)).
Proof.
  intros. pose proof (root_pos' eps L H). pose proof (var_pos L). unfold root in *.
  auto_derive; [split; [apply ex_D_var|split; [lra|exact I]]|]. rewrite D_var. field. lra.
Qed.

Lemma D_root eps L : 0 <= eps -> Derive (fun x => root eps x) L = - var L * tip L / (2 * root eps L).
Proof. intros. apply is_derive_unique, root_derive, H. Qed.
Lemma ex_D_root eps L : 0 <= eps -> ex_derive (fun x => root eps x) L.
Proof. intros. eexists. apply root_derive, H. Qed.

Lemma push_root eps L : push eps L = 1 / root eps L.
Proof. reflexivity. Qed.

Lemma push_derive eps L : 0 <= eps -> is_derive (push eps) L (push1 eps L).
Proof.
  intros. pose proof (root_pos' eps L H). apply (is_derive_ext (fun x => 1 / root eps x)); [intros; reflexivity|].
  auto_derive; [split; [apply ex_D_root, H|split; [lra|exact I]]|].
  rewrite D_root by assumption. unfold push1. field. lra.
Qed.

Lemma push1_derive eps L : 0 <= eps -> is_derive (push1 eps) L (push2 eps L).
Proof.
  intros. pose proof (root_pos' eps L H) as R0. pose proof (root_square eps L H) as S.
  pose proof (tip_square L) as T. unfold push1, push2. auto_derive.
  - repeat split; try apply ex_D_var; try apply ex_D_tip; try apply ex_D_root; try assumption.
    apply Rgt_not_eq. pose proof (pow_lt _ 3 R0). unfold pow in *. lra.
  - rewrite D_root, D_var, D_tip by assumption. generalize dependent (root eps L). intros r R0 S.
    generalize dependent (tip L). intros t T. generalize dependent (var L). intros v S T.
    replace eps with (r * r - v) by lra. replace v with ((1 - t * t) / 4) by lra. field. lra.
Qed.

Lemma push2_derive eps L : 0 <= eps -> is_derive (push2 eps) L (push3 eps L).
Proof.
  intros. pose proof (root_pos' eps L H) as R0. unfold push2, push3. auto_derive.
  - repeat split; try apply ex_D_var; try apply ex_D_root; try assumption.
    apply Rgt_not_eq. pose proof (pow_lt _ 5 R0). unfold pow in *. lra.
  - rewrite D_root, D_var by assumption. field. lra.
Qed.
