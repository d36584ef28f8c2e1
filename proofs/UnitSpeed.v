(* Chapter "Unit speed": small steps without a penalty, along the natural gradient and along the plain one (B13). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force Sums Policies Bridge Groups GroupVariance.
Require Formulas.
Open Scope R_scope.

(* What the outputs of one kind weigh in a table of logits theta, all together. *)
Definition mass (n : nat) (r : nat -> bool) (side : bool) (theta : nat -> R) : R :=
  total n (fun i => if Bool.eqb (r i) side then exp (theta i) else 0).

(* The policy of a table of logits. *)
Definition softmax (n : nat) (theta : nat -> R) (i : nat) : R := exp (theta i) / total n (fun j => exp (theta j)).

(* How concentrated the outputs of one kind are: the sum of the squares of their chances, given the kind. *)
Definition concentration (n : nat) (r : nat -> bool) (side : bool) (pi : nat -> R) : R :=
  let chance := total n (fun i => if Bool.eqb (r i) side then pi i else 0) in
  total n (fun i => if Bool.eqb (r i) side then (pi i / chance) ^ 2 else 0).

Lemma total_derive n (f f1 : nat -> R -> R) t :
  (forall i, (i < n)%nat -> is_derive (f i) t (f1 i t)) ->
  is_derive (fun s => total n (fun i => f i s)) t (total n (fun i => f1 i t)).
Proof.
  intros H. induction n; simpl; [apply (is_derive_const 0)|].
  apply (is_derive_plus (fun s => total n (fun i => f i s)) (f n)); [apply IHn; intros; apply H; lia|apply H; lia].
Qed.

Lemma mass_derive n r side (theta : R -> nat -> R) (speed : nat -> R) t :
  (forall i, (i < n)%nat -> is_derive (fun s => theta s i) t (speed i)) ->
  is_derive (fun s => mass n r side (theta s)) t
    (total n (fun i => if Bool.eqb (r i) side then exp (theta t i) * speed i else 0)).
Proof.
  intros H. unfold mass. apply (total_derive n (fun i s => if Bool.eqb (r i) side then exp (theta s i) else 0)
    (fun i s => if Bool.eqb (r i) side then exp (theta s i) * speed i else 0)).
  intros i Hi. destruct (Bool.eqb (r i) side); [|apply (is_derive_const 0)].
  pose proof (is_derive_comp exp (fun s => theta s i) t _ _ (is_derive_exp (theta t i)) (H i Hi)) as C.
  unfold scal in C; simpl in C; unfold mult in C; simpl in C. rewrite Rmult_comm. exact C.
Qed.

Lemma mass_split n r theta : total n (fun i => exp (theta i)) = mass n r true theta + mass n r false theta.
Proof. unfold mass. rewrite <- total_plus. apply total_ext. intros. destruct (r i); simpl; ring. Qed.

Lemma mass_nonneg n r side theta : 0 <= mass n r side theta.
Proof. apply total_nonneg. intros. destruct (Bool.eqb (r i) side); [left; apply exp_pos|lra]. Qed.

Lemma ln_mass_derive n r side (theta : R -> nat -> R) (speed : nat -> R) t :
  (forall i, (i < n)%nat -> is_derive (fun s => theta s i) t (speed i)) -> 0 < mass n r side (theta t) ->
  is_derive (fun s => ln (mass n r side (theta s))) t
    (total n (fun i => if Bool.eqb (r i) side then exp (theta t i) / mass n r side (theta t) * speed i else 0)).
Proof.
  intros H M. pose proof (is_derive_comp ln (fun s => mass n r side (theta s)) t _ _
    (is_derive_ln _ M) (mass_derive n r side theta speed t H)) as C.
  unfold scal in C; simpl in C; unfold mult in C; simpl in C.
  replace (total n _) with (total n (fun i => if Bool.eqb (r i) side then exp (theta t i) * speed i else 0) * / mass n r side (theta t)).
  - exact C.
  - rewrite Rmult_comm, <- total_scale. apply total_ext. intros. destruct (Bool.eqb (r i) side); unfold Rdiv; ring.
Qed.

(** Small steps without a penalty, for a table of logits with both kinds of output. Along any speeds of the logits that solve
    the natural gradient's equations, the log-odds of success move at plus + minus, which is Omega, where plus and - minus
    are the advantages of a success and of a failure. *)
Theorem b13_natural : forall (n : nat) (r : nat -> bool) (plus minus : R) (theta : R -> nat -> R) (speed : nat -> R) (t : R),
  (forall i, (i < n)%nat -> is_derive (fun s => theta s i) t (speed i)) ->
  0 < mass n r true (theta t) -> 0 < mass n r false (theta t) ->
  let pi := softmax n (theta t) in
  let A := score r plus minus in
  (forall i, (i < n)%nat -> pi i * (speed i - total n (fun j => pi j * speed j)) = pi i * (A i - total n (fun j => pi j * A j))) ->
  is_derive (fun s => ln (mass n r true (theta s)) - ln (mass n r false (theta s))) t (plus + minus).
Proof.
  intros n r plus minus theta speed t H MT MF pi A Nat.
  set (c := total n (fun j => pi j * speed j) - total n (fun j => pi j * A j)).
  assert (Z : 0 < total n (fun i => exp (theta t i))) by (rewrite (mass_split n r); lra).
  assert (Sp : forall i, (i < n)%nat -> speed i = A i + c).
  { intros i Hi. specialize (Nat i Hi). assert (0 < pi i) by (apply Rdiv_lt_0_compat; [apply exp_pos|exact Z]).
    apply Rmult_eq_reg_l in Nat; [|lra]. unfold c. lra. }
  assert (Side : forall side, 0 < mass n r side (theta t) ->
    total n (fun i => if Bool.eqb (r i) side then exp (theta t i) / mass n r side (theta t) * speed i else 0)
      = (if side then plus else - minus) + c).
  { intros side M. rewrite (total_ext n _ (fun i => ((if side then plus else - minus) + c) / mass n r side (theta t) *
      (if Bool.eqb (r i) side then exp (theta t i) else 0))).
    - rewrite total_scale. fold (mass n r side (theta t)). field. lra.
    - intros i Hi. rewrite (Sp i Hi). unfold A, score. destruct (r i), side; simpl; field; lra. }
  replace (plus + minus) with ((plus + c) - (- minus + c)) by ring.
  apply (is_derive_minus (fun s => ln (mass n r true (theta s))) (fun s => ln (mass n r false (theta s)))).
  - rewrite <- (Side true MT). apply ln_mass_derive; assumption.
  - rewrite <- (Side false MF). apply ln_mass_derive; assumption.
Qed.

(** Where the log-odds move at Omega, the arc 2 arcsin (sqrt p) moves at the speed that the library computes, which is 1 at
    eps = 0, for every prompt; and mean-only moves the log-odds themselves at 1. *)
Theorem b13_arc : forall (L : R -> R) (eps t : R), 0 <= eps -> is_derive L t (Omega (sigmoid (L t)) eps) ->
  is_derive (fun s => 2 * asin (sqrt (sigmoid (L s)))) t (Formulas.arc_speed (L t) eps) /\
  Formulas.arc_speed (L t) 0 = 1 /\ Formulas.Omega_mean_only (sigmoid (L t)) eps = 1.
Proof.
  intros L eps t He D. pose proof (sigmoid_pos (L t)) as P. pose proof (sigmoid_lt_1 (L t)) as Q.
  set (p := sigmoid (L t)) in *. assert (V : 0 < p * (1 - p)) by (apply variance_pos; lra).
  assert (R0 : 0 < sqrt (p * (1 - p))) by (apply sqrt_lt_R0, V).
  assert (Sp : 0 < sqrt p) by (apply sqrt_lt_R0, P). assert (Sq : 0 < sqrt (1 - p)) by (apply sqrt_lt_R0; lra).
  assert (Prod : sqrt (p * (1 - p)) = sqrt p * sqrt (1 - p)) by (apply sqrt_mult; lra).
  assert (P2 : sqrt p * sqrt p = p) by (apply sqrt_sqrt; lra).
  assert (Q2 : sqrt (1 - p) * sqrt (1 - p) = 1 - p) by (apply sqrt_sqrt; lra).
  refine (conj _ (conj _ _)).
  - rewrite bridge_arc_speed by assumption. fold p.
    assert (S1 : sqrt p < 1) by (rewrite <- sqrt_1; apply sqrt_lt_1; lra).
    assert (A : is_derive (fun x => 2 * asin (sqrt (sigmoid x))) (L t) (sqrt (p * (1 - p)))).
    { assert (E : is_derive asin (sqrt p) (1 / sqrt (1 - Rsqr (sqrt p)))).
      { assert (I : -1 < sqrt p < 1) by lra. apply is_derive_Reals. rewrite <- (derive_pt_asin (sqrt p) I). apply derive_pt_eq_1 with (derivable_pt_asin _ I). reflexivity. }
      unfold Rsqr in E. rewrite P2 in E.
      assert (S : is_derive (fun x => sqrt (sigmoid x)) (L t) (p * (1 - p) / (2 * sqrt p))).
      { apply (is_derive_sqrt sigmoid (L t) (p * (1 - p)) (sigmoid_derive (L t)) P). }
      pose proof (is_derive_comp asin (fun x => sqrt (sigmoid x)) (L t) _ _ E S) as C.
      unfold scal in C; simpl in C; unfold mult in C; simpl in C.
      apply (is_derive_scal (fun x => asin (sqrt (sigmoid x))) (L t) 2) in C.
      replace (sqrt (p * (1 - p))) with (2 * (p * (1 - p) / (2 * sqrt p) * (1 / sqrt (1 - p)))); [exact C|].
      rewrite Prod. replace (p * (1 - p)) with (sqrt p * sqrt p * (sqrt (1 - p) * sqrt (1 - p))) by (rewrite P2, Q2; ring).
      field. lra. }
    pose proof (is_derive_comp (fun x => 2 * asin (sqrt (sigmoid x))) L t _ _ A D) as C.
    unfold scal in C; simpl in C; unfold mult in C; simpl in C. fold p in C. rewrite Rmult_comm. exact C.
  - rewrite bridge_arc_speed by lra. fold p. unfold Omega. rewrite Rplus_0_r. field. lra.
  - unfold Formulas.Omega_mean_only. ring.
Qed.

(** Along the plain gradient of a table of logits, whose speeds are pi (A - mean of A), the log-odds of success move at
    p (1 - p) (plus + minus) times the sum of two concentrations, that of the successes and that of the failures. *)
Theorem b13_plain : forall (n : nat) (r : nat -> bool) (plus minus : R) (theta : R -> nat -> R) (t : R),
  0 < mass n r true (theta t) -> 0 < mass n r false (theta t) ->
  let pi := softmax n (theta t) in
  let A := score r plus minus in
  let p := success n r pi in
  (forall i, (i < n)%nat -> is_derive (fun s => theta s i) t (pi i * (A i - total n (fun j => pi j * A j)))) ->
  is_derive (fun s => ln (mass n r true (theta s)) - ln (mass n r false (theta s))) t
    (p * (1 - p) * (plus + minus) * (concentration n r true pi + concentration n r false pi)).
Proof.
  intros n r plus minus theta t MT MF pi A p H.
  set (M := mass n r true (theta t)) in *. set (N := mass n r false (theta t)) in *.
  assert (Z : total n (fun i => exp (theta t i)) = M + N) by apply mass_split.
  assert (Pi : forall i, pi i = exp (theta t i) / (M + N)) by (intros; unfold pi, softmax; rewrite Z; reflexivity).
  assert (Ch : forall side, total n (fun i => if Bool.eqb (r i) side then pi i else 0) = mass n r side (theta t) / (M + N)).
  { intros side. unfold Rdiv, mass. rewrite Rmult_comm, <- total_scale. apply total_ext. intros.
    rewrite Pi. destruct (Bool.eqb (r i) side); unfold Rdiv; ring. }
  assert (Ps : p = M / (M + N)).
  { unfold p, success. change M with (mass n r true (theta t)) at 1. rewrite <- (Ch true). apply total_ext. intros. destruct (r i); reflexivity. }
  assert (Mean : total n (fun j => pi j * A j) = p * plus - (1 - p) * minus).
  { rewrite (total_ext n _ (fun j => plus * (if Bool.eqb (r j) true then pi j else 0) - minus * (if Bool.eqb (r j) false then pi j else 0))).
    - rewrite total_minus, !total_scale, (Ch true), (Ch false). fold M N. rewrite Ps. field. lra.
    - intros j Hj. unfold A, score. destruct (r j); simpl; ring. }
  assert (Side : forall side, 0 < mass n r side (theta t) ->
    total n (fun i => if Bool.eqb (r i) side then exp (theta t i) / mass n r side (theta t) * (pi i * (A i - total n (fun j => pi j * A j))) else 0)
      = (if side then 1 else - (1)) * (p * (1 - p) * (plus + minus)) * concentration n r side pi).
  { intros side Ms. unfold concentration. rewrite (Ch side), <- total_scale. apply total_ext. intros i Hi.
    rewrite Mean, Pi, Ps. unfold A, score. destruct (r i), side; simpl; try ring; fold M N; fold M N in Ms; field; lra. }
  replace (p * (1 - p) * (plus + minus) * (concentration n r true pi + concentration n r false pi)) with
    (1 * (p * (1 - p) * (plus + minus)) * concentration n r true pi
     - - (1) * (p * (1 - p) * (plus + minus)) * concentration n r false pi) by ring.
  apply (is_derive_minus (fun s => ln (mass n r true (theta s))) (fun s => ln (mass n r false (theta s)))).
  - rewrite <- (Side true MT). apply (ln_mass_derive n r true theta (fun i => pi i * (A i - total n (fun j => pi j * A j)))); assumption.
  - rewrite <- (Side false MF). apply (ln_mass_derive n r false theta (fun i => pi i * (A i - total n (fun j => pi j * A j)))); assumption.
Qed.

(** With groups of G. Of the outputs of all groups with k successes a share of k / G times its chance given a success is a
    certain right one, and of 1 - k / G times its chance given a failure a certain wrong one. So their mean gradient is the push
    S (k) times that of the success rate. Along the natural gradient of it the log-odds move at S (k), along the plain one at
    p (1 - p) S (k) times the two concentrations together; and on average over the groups S (k) is Omega_G. *)
Theorem b13_groups : forall (n G k : nat) (r : nat -> bool) (right wrong : nat -> R)
  (theta : R -> nat -> R) (speed : nat -> R) (t : R),
  (1 <= G)%nat -> (forall i, (i < n)%nat -> is_derive (fun s => theta s i) t (speed i)) ->
  0 < mass n r true (theta t) -> 0 < mass n r false (theta t) ->
  let pi := softmax n (theta t) in
  let p := success n r pi in
  let drawn i := if r i then INR k / INR G * (pi i / p) else (1 - INR k / INR G) * (pi i / (1 - p)) in
  let gradient i := drawn i * score r (right k) (- wrong k) i
    - pi i * total n (fun j => drawn j * score r (right k) (- wrong k) j) in
  let S := push_of G right wrong p in
  let both := concentration n r true pi + concentration n r false pi in
  (forall i, gradient i = S k * (pi i * ((if r i then 1 else 0) - p))) /\
  ((forall i, (i < n)%nat -> pi i * (speed i - total n (fun j => pi j * speed j)) = gradient i) ->
    is_derive (fun s => ln (mass n r true (theta s)) - ln (mass n r false (theta s))) t (S k)) /\
  ((forall i, (i < n)%nat -> speed i = gradient i) ->
    is_derive (fun s => ln (mass n r true (theta s)) - ln (mass n r false (theta s))) t (p * (1 - p) * S k * both)) /\
  mean p G (fun k => p * (1 - p) * S k * both) = p * (1 - p) * mean p G S * both.
Proof.
  intros n G k r right wrong theta speed t HG H MT MF pi p drawn gradient S both.
  assert (IG : 0 < INR G) by (apply lt_0_INR; lia).
  set (plus := INR k / INR G * (right k / p)). set (minus := - ((INR G - INR k) / INR G * (wrong k / (1 - p)))).
  assert (Sum : plus + minus = S k) by (unfold plus, minus, S, push_of; ring).
  assert (Ps : 0 < p < 1).
  { set (M := mass n r true (theta t)) in *. set (N := mass n r false (theta t)) in *.
    assert (E : p = M / (M + N)).
    { unfold p, success, pi, softmax. rewrite (mass_split n r). fold M N. unfold Rdiv. unfold M at 2, mass.
      rewrite Rmult_comm, <- total_scale. apply total_ext. intros i _. destruct (r i); simpl; ring. }
    rewrite E. split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_lt_reg_r (M + N)); [lra|].
    replace (M / (M + N) * (M + N)) with M by (field; lra). lra. }
  assert (One : forall i, drawn i * score r (right k) (- wrong k) i = pi i * score r plus minus i).
  { intros i. unfold drawn, score, plus, minus. destruct (r i); field; lra. }
  assert (Grad : forall i, gradient i = pi i * (score r plus minus i - total n (fun j => pi j * score r plus minus j))).
  { intros i. unfold gradient. rewrite One, (total_ext n _ (fun j => pi j * score r plus minus j)) by (intros; apply One). ring. }
  rewrite <- Sum. refine (conj _ (conj _ (conj _ _))).
  - intros i. rewrite Grad. assert (Z : 0 < total n (fun i => exp (theta t i))) by (rewrite (mass_split n r); lra).
    assert (T : total n pi = 1).
    { unfold pi, softmax. set (z := total n (fun j => exp (theta t j))) in *.
      rewrite (total_ext n _ (fun i => / z * exp (theta t i))) by (intros; field; lra). rewrite total_scale. fold z. field. lra. }
    assert (Mean : total n (fun j => pi j * score r plus minus j) = plus * p - minus * (1 - p)).
    { rewrite <- T. unfold p, success. rewrite <- total_minus, <- !total_scale, <- total_minus. apply total_ext.
      intros j _. unfold score. destruct (r j); ring. }
    rewrite Mean. unfold score. destruct (r i); ring.
  - intros Nat. apply (b13_natural n r plus minus theta speed t H MT MF). intros i Hi. rewrite Nat by exact Hi. apply Grad.
  - intros Sp. apply (b13_plain n r plus minus theta t MT MF). intros i Hi. rewrite <- Grad, <- Sp by exact Hi. apply H, Hi.
  - rewrite (mean_ext p G _ (fun k => p * (1 - p) * both * S k)) by (intros; ring). rewrite mean_scale. ring.
Qed.
