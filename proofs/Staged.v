(* Chapter "Training in stages": stages of any length (B11), and that none is ahead of the mirror. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force Sums Mirror MirrorClock Zoo.
Open Scope R_scope.

(** Training in stages, each anchored where the last one ended, with a beta of its own. A stage of one update or more
    gains at least 2 / (beta sqrt (1 + 4 eps)) nats, whatever its length, and so does one that is run to a fixed point,
    which is an implicit Euler step of dL/dn = Omega / beta. If the sum of the 1 / beta has no bound, as for a constant
    beta, the success rate tends to 1 over the stages. *)
Theorem b11 : forall (eps : R) (beta start : nat -> R), 0 < eps -> (forall k, 0 < beta k) ->
  (forall k, (exists m, start (S k) = orbit (update (push eps) (start k) (beta k)) (start k) (S m)) \/
             start (S k) = start k + push eps (start (S k)) / beta k) ->
  (forall k, start k + 2 / (beta k * sqrt (1 + 4 * eps)) <= start (S k)) /\
  (is_lim_seq (fun n => total n (fun k => / beta k)) p_infty -> is_lim_seq (fun k => sigmoid (start k)) 1).
Proof.
  intros eps beta start He Hb H. assert (S4 : 0 < sqrt (1 + 4 * eps)) by (apply sqrt_lt_R0; lra).
  assert (G : forall k, start k + 2 / (beta k * sqrt (1 + 4 * eps)) <= start (S k)).
  { intros k. specialize (Hb k). assert (P : forall x, 2 / (beta k * sqrt (1 + 4 * eps)) <= push eps x / beta k).
    { intros x. replace (2 / (beta k * sqrt (1 + 4 * eps))) with (2 / sqrt (1 + 4 * eps) / beta k) by (field; lra).
      apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hb|].
      replace (2 / sqrt (1 + 4 * eps)) with (1 / sqrt (/ 4 + eps)); [apply Omega_least; [apply sigmoid_unit|assumption]|].
      replace (1 + 4 * eps) with (2 * 2 * (/ 4 + eps)) by field.
      assert (0 < sqrt (/ 4 + eps)) by (apply sqrt_lt_R0; lra).
      rewrite sqrt_mult, sqrt_square by lra. field. lra. }
    destruct (H k) as [[m ->]| ->]; [simpl; unfold update|]; apply Rplus_le_compat_l, P. }
  split; [exact G|]. intros Sum. apply sigmoid_limit.
  set (c := 2 / sqrt (1 + 4 * eps)). assert (C : 0 < c) by (apply Rdiv_lt_0_compat; lra).
  assert (T : forall n, start 0%nat + c * total n (fun k => / beta k) <= start n).
  { induction n; simpl; [lra|]. specialize (G n). specialize (Hb n).
    replace (2 / (beta n * sqrt (1 + 4 * eps))) with (c * / beta n) in G by (unfold c; field; lra). lra. }
  apply is_lim_seq_spec. intros M. apply is_lim_seq_spec in Sum. destruct (Sum ((M - start 0%nat) / c)) as [N HN].
  exists N. intros n Hn. specialize (HN n Hn). specialize (T n). apply (Rmult_lt_compat_l c) in HN; [|exact C].
  replace (c * ((M - start 0%nat) / c)) with (M - start 0%nat) in HN by (field; lra). lra.
Qed.

(* Up to even odds the slope of Omega rises, from a success rate of 2 eps on. *)
Lemma push1_rises eps L x y :
  0 < eps -> 2 * eps <= sigmoid L -> L <= x -> x <= y -> y <= 0 -> push1 eps x <= push1 eps y.
Proof.
  intros He H2 Hx [Hxy|<-] Hy; [|lra].
  destruct (MVT_cor2 (push1 eps) (push2 eps) x y Hxy) as (c & E & I).
  { intros. apply is_derive_Reals, push1_derive. lra. }
  assert (0 <= push2 eps c); [|nra]. unfold push2.
  pose proof (sigmoid_increasing L c ltac:(lra)) as S. pose proof (sigmoid_increasing c 0 ltac:(lra)) as S0. rewrite sigmoid_0 in S0.
  pose proof (var_pos c) as V. pose proof (pow_lt _ 5 (root_pos' eps c ltac:(lra))) as R5.
  assert (V2 : 2 * eps * (1 - 2 * eps) <= var c) by (unfold var; nra).
  assert (E4 : eps < / 4) by lra.
  apply Rmult_le_pos; [apply Rmult_le_pos; [lra|]|left; apply Rinv_0_lt_compat; lra].
  assert (2 * eps * (1 - 2 * eps) * (1 + 12 * eps) <= var c * (1 + 12 * eps)) by (apply Rmult_le_compat_r; lra).
  assert (0 <= eps * eps * (10 - 24 * eps)) by (apply Rmult_le_pos; nra). lra.
Qed.

(* From there on an update of the mirror falls with its start, if at all, and then rises. *)
Lemma falls_then_rises beta eps L x y :
  0 < beta -> 0 < eps -> 2 * eps <= sigmoid L -> L <= x -> x <= y ->
  mirror_step beta eps x <= mirror_step beta eps L \/ mirror_step beta eps x <= mirror_step beta eps y.
Proof.
  intros Hb He H2 Hx Hxy. set (g := fun z => 1 + push1 eps z / beta).
  assert (D : forall z, derivable_pt_lim (mirror_step beta eps) z (g z)).
  { intros z. apply is_derive_Reals. unfold mirror_step, g. apply (is_derive_plus (fun u => u) (fun u => push eps u / beta)); [apply (is_derive_id z)|].
    apply (is_derive_ext (fun u => / beta * push eps u)); [intros; apply Rmult_comm|].
    replace (push1 eps z / beta) with (/ beta * push1 eps z) by (unfold Rdiv; ring).
    apply is_derive_scal, push_derive. lra. }
  assert (Up : forall u v, L <= u -> u <= v -> v <= 0 -> g u <= g v).
  { intros u v Hu Huv Hv. unfold g. apply Rplus_le_compat_l, Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hb|].
    apply (push1_rises eps L); assumption. }
  assert (Above : forall z, 0 <= z -> 0 <= g z).
  { intros z Hz. unfold g. assert (0 <= push1 eps z / beta); [|lra].
    apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat, Hb].
    destruct (FixedPoints.push1_sign eps z ltac:(lra)) as (_ & P & Z). destruct Hz as [Hz|<-]; [left; apply P, Hz|rewrite Z; lra]. }
  destruct (Rle_or_lt 0 (g x)) as [G|G].
  - right. destruct Hxy as [Hxy| ->]; [|lra].
    destruct (MVT_cor2 (mirror_step beta eps) g x y Hxy) as (c & E & I); [intros; apply D|].
    assert (0 <= g c); [|nra]. destruct (Rle_or_lt 0 c); [apply Above; assumption|].
    apply Rle_trans with (g x); [exact G|]. apply Up; lra.
  - left. destruct Hx as [Hx| ->]; [|lra].
    assert (X : x < 0) by (destruct (Rlt_or_le x 0) as [|N]; [assumption|specialize (Above x N); lra]).
    destruct (MVT_cor2 (mirror_step beta eps) g L x Hx) as (c & E & I); [intros; apply D|].
    pose proof (Up c x ltac:(lra) ltac:(lra) ltac:(lra)). nra.
Qed.

(** No schedule is ahead of the mirror, counted in updates, from a p_ref of 2 eps or more. After each update the stage goes
    on, with the reference that it has, or it ends and the last policy becomes the reference; whatever the lengths of the
    stages, and with a penalty of beta or more in every update, the state is at most where the mirror at beta is after as
    many updates. *)
Theorem b11_mirror : forall (beta eps L_ref : R) (penalty state reference : nat -> R),
  0 < beta -> 0 < eps -> 2 * eps <= sigmoid L_ref ->
  state 0%nat = L_ref -> reference 0%nat = L_ref ->
  (forall n, beta <= penalty n /\ state (S n) = update (push eps) (reference n) (penalty n) (state n) /\
    (reference (S n) = reference n \/ reference (S n) = state (S n))) ->
  forall n, state n <= orbit (mirror_step beta eps) L_ref n.
Proof.
  intros beta eps L_ref penalty state reference Hb He H2 S0 R0 H.
  assert (P : forall b x, 0 < b -> 0 < push eps x / b) by (intros; apply Rdiv_lt_0_compat; [apply push_pos; lra|assumption]).
  assert (Order : forall n, L_ref <= reference n <= state n).
  { induction n; [rewrite S0, R0; lra|]. destruct (H n) as (B & -> & [-> | ->]); unfold update;
      pose proof (P (penalty n) (state n) ltac:(lra)); lra. }
  set (M := orbit (mirror_step beta eps) L_ref).
  assert (Climbs : forall n, mirror_step beta eps L_ref <= M (S n)).
  { induction n; [right; reflexivity|]. eapply Rle_trans; [exact IHn|]. change (M (S (S n))) with (mirror_step beta eps (M (S n))).
    unfold mirror_step at 1. pose proof (P beta (M (S n)) Hb). lra. }
  induction n; [rewrite S0; right; reflexivity|]. destruct (H n) as (B & E & _). destruct (Order n) as [O1 O2].
  apply Rle_trans with (mirror_step beta eps (state n)).
  - rewrite E. unfold update, mirror_step. assert (push eps (state n) / penalty n <= push eps (state n) / beta); [|lra].
    apply Rmult_le_compat_l; [left; apply push_pos; lra|]. apply Rinv_le_contravar; assumption.
  - destruct (falls_then_rises beta eps L_ref (state n) (M n) Hb He H2 ltac:(lra) IHn) as [F|F]; [|exact F].
    eapply Rle_trans; [exact F|apply Climbs].
Qed.
