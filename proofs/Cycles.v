(* Chapter "Fate": a lowest fixed point of slope >= -1 leaves no room for a cycle around it, by the Schwarzian derivative
   alone; no theorem of Singer is taken for granted. *)
Require Import Reals Ranalysis5 Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force Schwarzian FixedPoints.
Open Scope R_scope.

(* A function D > 0 with 2 D'' D < 3 D'^2, so that 1 / sqrt D is convex, exceeds 1 between two points where it is at
   least 1. *)
Lemma above_between (D D1 D2 : R -> R) a m b :
  a < m < b ->
  (forall x, a <= x <= b -> is_derive D x (D1 x) /\ is_derive D1 x (D2 x) /\ 0 < D x /\ 2 * D2 x * D x < 3 * (D1 x * D1 x)) ->
  1 <= D a -> 1 <= D b -> 1 < D m.
Proof.
  intros Hm H Ha Hb. destruct (Rlt_or_le 1 (D m)) as [|N]; [assumption|exfalso].
  set (y := fun x => 1 / sqrt (D x)). set (z := fun x => - D1 x / (2 * sqrt (D x) ^ 3)).
  set (z1 := fun x => (3 * (D1 x * D1 x) - 2 * D2 x * D x) / (4 * sqrt (D x) ^ 5)).
  assert (Y : forall x, a <= x <= b -> derivable_pt_lim y x (z x)).
  { intros x Hx. destruct (H x Hx) as (E1 & _ & P & _). apply is_derive_Reals. unfold y, z.
    assert (0 < sqrt (D x)) by (apply sqrt_lt_R0, P).
    auto_derive.
    - split; [exists (D1 x); exact E1|]. split; [exact P|]. split; [lra|exact I].
    - replace (Derive (fun x0 : R => D x0) x) with (D1 x) by (symmetry; apply is_derive_unique, E1). field. lra. }
  assert (Z : forall x, a <= x <= b -> derivable_pt_lim z x (z1 x)).
  { intros x Hx. destruct (H x Hx) as (E1 & E2 & P & _). apply is_derive_Reals. unfold z, z1.
    assert (S : 0 < sqrt (D x)) by (apply sqrt_lt_R0, P). assert (Q : sqrt (D x) * sqrt (D x) = D x) by (apply sqrt_sqrt; lra).
    auto_derive.
    - split; [exists (D2 x); exact E2|]. split; [exists (D1 x); exact E1|]. split; [exact P|]. split; [|exact I].
      apply Rgt_not_eq. pose proof (pow_lt _ 3 S). simpl in *. lra.
    - replace (Derive (fun x0 : R => D x0) x) with (D1 x) by (symmetry; apply is_derive_unique, E1).
      replace (Derive (fun x0 : R => D1 x0) x) with (D2 x) by (symmetry; apply is_derive_unique, E2).
      replace (2 * D2 x * D x) with (2 * D2 x * (sqrt (D x) * sqrt (D x))) by (rewrite Q; ring). field. lra. }
  assert (Le : forall x, 0 < D x -> 1 <= D x -> y x <= 1).
  { intros x P O. unfold y. assert (1 <= sqrt (D x)) by (rewrite <- sqrt_1; apply sqrt_le_1; lra).
    unfold Rdiv. rewrite Rmult_1_l, <- Rinv_1. apply Rinv_le_contravar; lra. }
  assert (Ym : 1 <= y m).
  { destruct (H m ltac:(lra)) as (_ & _ & P & _). unfold y. assert (0 < sqrt (D m)) by (apply sqrt_lt_R0, P).
    assert (sqrt (D m) <= 1) by (rewrite <- sqrt_1; apply sqrt_le_1; lra).
    unfold Rdiv. rewrite Rmult_1_l, <- Rinv_1 at 1. apply Rinv_le_contravar; lra. }
  assert (Ya : y a <= 1) by (apply Le; [destruct (H a ltac:(lra)) as (_ & _ & P & _); exact P|assumption]).
  assert (Yb : y b <= 1) by (apply Le; [destruct (H b ltac:(lra)) as (_ & _ & P & _); exact P|assumption]).
  destruct (MVT_cor2 y z a m) as (d1 & M1 & I1); [lra|intros; apply Y; lra|].
  destruct (MVT_cor2 y z m b) as (d2 & M2 & I2); [lra|intros; apply Y; lra|].
  destruct (MVT_cor2 z z1 d1 d2) as (e & M3 & I3); [lra|intros; apply Z; lra|].
  assert (0 < z1 e).
  { destruct (H e ltac:(lra)) as (_ & _ & P & C). unfold z1. assert (0 < sqrt (D e)) by (apply sqrt_lt_R0, P).
    apply Rdiv_lt_0_compat; [lra|]. pose proof (pow_lt _ 5 H0). lra. }
  assert (0 <= z d1) by nra. assert (z d2 <= 0) by nra. nra.
Qed.

Section Recursion.
Context (L_ref beta eps : R) (Hb : 0 < beta) (He : 0 < eps).
Notation f := (F L_ref beta eps).
Notation g := (fun x => push1 eps x / beta).
Notation g1 := (fun x => push2 eps x / beta).
Notation g2 := (fun x => push3 eps x / beta).

Lemma f_derive x : is_derive f x (g x).
Proof. apply F_derive. lra. Qed.

Lemma over_beta (u : R -> R) x d : is_derive u x d -> is_derive (fun x => u x / beta) x (d / beta).
Proof.
  intros H. apply (is_derive_ext (fun x => scal (/ beta) (u x))).
  - intros. unfold scal; simpl; unfold mult; simpl. unfold Rdiv. ring.
  - replace (d / beta) with (scal (/ beta) d) by (unfold scal; simpl; unfold mult; simpl; unfold Rdiv; ring).
    apply is_derive_scal, H.
Qed.

Lemma g_sign x : (x < 0 -> g x < 0) /\ (0 < x -> 0 < g x).
Proof.
  pose proof (push1_sign eps x ltac:(lra)) as (N & P & _). split; intros.
  - unfold Rdiv. pose proof (Rinv_0_lt_compat beta Hb). specialize (N H). nra.
  - apply Rdiv_lt_0_compat; auto.
Qed.

Lemma f_even x : f (- x) = f x.
Proof. unfold F. rewrite push_even. reflexivity. Qed.

Lemma f_falls x y : x < y -> y <= 0 -> f y < f x.
Proof.
  intros Hxy Hy. destruct (MVT_cor2 f g x y Hxy) as (c & E & I).
  - intros. apply is_derive_Reals, f_derive.
  - destruct (g_sign c) as [N _]. specialize (N ltac:(lra)). nra.
Qed.

Lemma f_rises x y : x < y -> 0 <= x -> f x < f y.
Proof. intros. rewrite <- (f_even x), <- (f_even y). apply f_falls; lra. Qed.

Lemma f_least x : f 0 <= f x.
Proof.
  destruct (Rtotal_order x 0) as [H|[->|H]]; [left; apply f_falls; lra|lra|left; apply f_rises; lra].
Qed.

Lemma f_continuous x : continuous f x.
Proof. apply F_continuous. lra. Qed.

Lemma f_bound x : f x <= L_ref + 1 / sqrt eps / beta.
Proof. apply F_bound; assumption. Qed.

(* Two updates: their slope, and the two derivatives of that. *)
Notation twice := (fun x => f (f x)).
Notation D := (fun x => g (f x) * g x).
Notation D1 := (fun x => g1 (f x) * (g x * g x) + g (f x) * g1 x).
Notation D2 := (fun x => g2 (f x) * (g x * g x * g x) + 3 * (g1 (f x) * g x * g1 x) + g (f x) * g2 x).

Lemma g_derive x : is_derive g x (g1 x).
Proof. apply over_beta, push1_derive. lra. Qed.
Lemma g1_derive x : is_derive g1 x (g2 x).
Proof. apply over_beta, push2_derive. lra. Qed.

Lemma twice_derive x : is_derive twice x (D x).
Proof.
  pose proof (is_derive_comp f f x _ _ (f_derive (f x)) (f_derive x)) as H.
  unfold scal in H; simpl in H; unfold mult in H; simpl in H. cbv beta. rewrite Rmult_comm. exact H.
Qed.

Lemma comp_derive (u u1 : R -> R) x : (forall y, is_derive u y (u1 y)) -> is_derive (fun x => u (f x)) x (u1 (f x) * g x).
Proof.
  intros H. pose proof (is_derive_comp u f x _ _ (H (f x)) (f_derive x)) as K.
  unfold scal in K; simpl in K; unfold mult in K; simpl in K. cbv beta. rewrite Rmult_comm. exact K.
Qed.

Lemma times_derive (u v : R -> R) x du dv :
  is_derive u x du -> is_derive v x dv -> is_derive (fun x => u x * v x) x (du * v x + u x * dv).
Proof.
  intros. replace (du * v x + u x * dv) with (plus (mult du (v x)) (mult (u x) dv))
    by (unfold plus, mult; simpl; unfold mult; simpl; ring).
  apply (is_derive_mult u v x du dv); try assumption. intros. apply Rmult_comm.
Qed.

Lemma plus_derive (u v : R -> R) x du dv :
  is_derive u x du -> is_derive v x dv -> is_derive (fun x => u x + v x) x (du + dv).
Proof. intros. apply (is_derive_plus u v x du dv); assumption. Qed.

Lemma derive_as (u : R -> R) (x d e : R) : is_derive u x d -> d = e -> is_derive u x e.
Proof. intros H <-. exact H. Qed.

Lemma D_derive x : is_derive D x (D1 x).
Proof.
  assert (K : is_derive D x (g1 (f x) * g x * g x + g (f x) * g1 x)).
  { apply (times_derive (fun x => g (f x)) g); [exact (comp_derive g g1 x g_derive)|exact (g_derive x)]. }
  apply (derive_as _ _ _ _ K). cbv beta. ring.
Qed.

Lemma D1_derive x : is_derive D1 x (D2 x).
Proof.
  assert (K : is_derive D1 x ((g2 (f x) * g x * (g x * g x) + g1 (f x) * (g1 x * g x + g x * g1 x))
    + (g1 (f x) * g x * g1 x + g (f x) * g2 x))).
  { apply (plus_derive (fun x => g1 (f x) * (g x * g x)) (fun x => g (f x) * g1 x)).
    - apply (times_derive (fun x => g1 (f x)) (fun x => g x * g x)); [exact (comp_derive g1 g2 x g1_derive)|].
      exact (times_derive g g x _ _ (g_derive x) (g_derive x)).
    - apply (times_derive (fun x => g (f x)) g1); [exact (comp_derive g g1 x g_derive)|exact (g1_derive x)]. }
  apply (derive_as _ _ _ _ K). cbv beta. ring.
Qed.

Lemma schwarz x : x <> 0 -> 2 * (g2 x * g x) < 3 * (g1 x * g1 x).
Proof.
  intros Hx. destruct (b8_schwarzian eps x ltac:(lra) Hx) as (_ & _ & _ & E & N). rewrite <- E in N.
  assert (P : push1 eps x <> 0).
  { pose proof (push1_sign eps x ltac:(lra)) as (A & B & _). intro Z.
    destruct (Rdichotomy _ _ Hx) as [H|H]; [specialize (A H)|specialize (B H)]; lra. }
  assert (Q : 0 < push1 eps x * push1 eps x) by (apply Rsqr_pos_lt, P).
  set (S := push3 eps x / push1 eps x - 3 / 2 * (push2 eps x / push1 eps x) ^ 2) in *.
  assert (M : push1 eps x * push1 eps x * S = push3 eps x * push1 eps x - 3 / 2 * (push2 eps x * push2 eps x))
    by (unfold S; field; exact P).
  clearbody S. assert (push1 eps x * push1 eps x * S < 0) by nra.
  pose proof (Rinv_0_lt_compat beta Hb) as Ib. unfold Rdiv.
  assert (0 < / beta * / beta) by (apply Rmult_lt_0_compat; assumption). nra.
Qed.

Lemma D_condition x : x < 0 -> f x < 0 -> 0 < D x /\ 2 * D2 x * D x < 3 * (D1 x * D1 x).
Proof.
  intros Hx Hf. destruct (g_sign x) as [N _]. destruct (g_sign (f x)) as [M _]. specialize (N Hx). specialize (M Hf).
  cbv beta in N, M. split; [cbv beta; nra|].
  pose proof (schwarz x ltac:(lra)) as S. pose proof (schwarz (f x) ltac:(lra)) as T. cbv beta in S, T |- *.
  set (a := push1 eps (f x) / beta) in *. set (a1 := push2 eps (f x) / beta) in *. set (a2 := push3 eps (f x) / beta) in *.
  set (c := push1 eps x / beta) in *. set (c1 := push2 eps x / beta) in *. set (c2 := push3 eps x / beta) in *.
  clearbody a a1 a2 c c1 c2.
  assert (0 < c * c) by nra. assert (0 < a * a) by nra.
  assert (0 < c * c * (c * c) * (3 * (a1 * a1) - 2 * (a2 * a))) by (apply Rmult_lt_0_compat; nra).
  assert (0 < a * a * (3 * (c1 * c1) - 2 * (c2 * c))) by (apply Rmult_lt_0_compat; nra).
  replace (3 * ((a1 * (c * c) + a * c1) * (a1 * (c * c) + a * c1))) with
    (2 * (a2 * (c * c * c) + 3 * (a1 * c * c1) + a * c2) * (a * c)
     + c * c * (c * c) * (3 * (a1 * a1) - 2 * (a2 * a)) + a * a * (3 * (c1 * c1) - 2 * (c2 * c))) by ring.
  lra.
Qed.

(* Below even odds, two updates bring nearer whatever lies above a fixed point of slope >= -1. *)
Lemma nearer L x :
  f L = L -> -1 <= g L -> L < x -> x <= 0 -> f (f x) <= 0 -> f (f x) < x.
Proof.
  intros Fx Sl HL Hx Hff. destruct (Rlt_or_le (f (f x)) x) as [|N]; [assumption|exfalso].
  assert (L0 : L < 0) by lra.
  assert (W : f x < L) by (rewrite <- Fx; apply f_falls; lra). set (w := f x) in *.
  assert (G : f (f w) <= w) by (destruct N as [N|N]; [left; apply f_falls; lra|rewrite <- N; unfold w; lra]).
  destruct (MVT_cor2 twice D L x HL) as (c2 & E2 & I2); [intros; apply is_derive_Reals, twice_derive|].
  destruct (MVT_cor2 twice D w L W) as (c1 & E1 & I1); [intros; apply is_derive_Reals, twice_derive|].
  cbv beta in E1, E2. rewrite !Fx in E1, E2. fold w in E2.
  assert (A1 : 1 <= D c1).
  { cbv beta. apply Rmult_le_reg_r with (L - w); [lra|]. rewrite <- E1. lra. }
  assert (A2 : 1 <= D c2).
  { cbv beta. apply Rmult_le_reg_r with (x - L); [lra|]. rewrite <- E2. lra. }
  assert (K : 1 < D L).
  { apply (above_between D D1 D2 c1 L c2); try assumption; [lra|]. intros t Ht.
    assert (T0 : t < 0) by lra. assert (T1 : f t < 0).
    { apply Rlt_le_trans with (f w); [apply f_falls; lra|exact Hff]. }
    split; [apply D_derive|]. split; [apply D1_derive|]. apply D_condition; assumption. }
  cbv beta in K. rewrite Fx in K. destruct (g_sign L) as [M _]. specialize (M L0). cbv beta in M, Sl. nra.
Qed.

(* So two updates of even odds stay below even odds. *)
Lemma trapped L : f L = L -> -1 <= g L -> L < 0 -> f (f 0) <= 0.
Proof.
  intros Fx Sl L0. destruct (Rle_or_lt (f (f 0)) 0) as [|N]; [assumption|exfalso].
  destruct (zero_between twice L 0) as (x & Hx & Ex).
  - intros. apply derivable_continuous_pt. exists (D x). apply is_derive_Reals, twice_derive.
  - assumption.
  - cbv beta. rewrite !Fx. nra.
  - cbv beta in Ex. pose proof (nearer L x Fx Sl ltac:(lra) ltac:(lra) ltac:(lra)). lra.
Qed.

End Recursion.
