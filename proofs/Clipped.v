(* Chapter "The clip": the one maximiser of the clipped objective (B7), by its supergradient and Theorem 8. *)
Require Import Reals Lra Lia Psatz Primitives Paper Logistic Sums Policies PolicyDynamics TwoKlOrbits Contrastive.
Require Formulas.
Open Scope R_scope.

(* The clipped surrogate, averaged over the old policy, less the penalty. *)
Definition clipped_objective (n : nat) (r : nat -> bool) (p eps c beta : R) (old pi_ref pi : nat -> R) : R :=
  total n (fun i => old i * surrogate (pi i / old i) (whitened r p eps i) c) - beta * KL n pi pi_ref.

(* L, but no more than the log-odds of x, which are infinite from x = 1 on. *)
Definition at_most_logit (L x : R) : R := if Rlt_dec x 1 then Rmin L (logit x) else L.

(* The log-odds of the maximiser, from a success rate p. *)
Definition clipped_log_odds (p L_ref beta eps c : R) : R :=
  Rmax (Rmax (at_most_logit (L_ref + Omega p eps / beta) (p + c * Rmin p (1 - p)))
             (at_most_logit (L_ref + Rmin (omega_plus p eps) (omega_minus p eps) / beta) (p + c * Rmax p (1 - p))))
       L_ref.

Ltac by_cases := unfold Rmin, Rmax; repeat destruct (Rle_dec _ _); lra.

(* With two kinds that pull until their limits, l1 <= l2, the forces s and t at the place of balance. *)
Lemma balance L_ref beta first second l1 l2 :
  0 < beta -> 0 <= first -> 0 <= second -> l1 <= l2 ->
  let L := Rmax (Rmax (Rmin (L_ref + (first + second) / beta) l1) (Rmin (L_ref + second / beta) l2)) L_ref in
  exists s t, L = L_ref + (s + t) / beta /\ 0 <= s <= first /\ 0 <= t <= second /\
    (L < l1 -> s = first) /\ (l1 < L -> s = 0) /\ (L < l2 -> t = second) /\ (l2 < L -> t = 0).
Proof.
  intros Hb H1 H2 Hl L.
  assert (M : forall x y, x <= y -> x / beta <= y / beta)
    by (intros; apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hb|assumption]).
  pose proof (M second (first + second) ltac:(lra)) as M1. pose proof (M 0 second H2) as M2.
  replace (0 / beta) with 0 in M2 by (field; lra).
  assert (Inv : forall x y, x / beta <= y -> x <= beta * y).
  { intros x y H. apply (Rmult_le_compat_l beta) in H; [|lra]. replace (beta * (x / beta)) with x in H by (field; lra). exact H. }
  assert (Inv' : forall x y, y <= x / beta -> beta * y <= x).
  { intros x y H. apply (Rmult_le_compat_l beta) in H; [|lra]. replace (beta * (x / beta)) with x in H by (field; lra). exact H. }
  destruct (Rle_or_lt (L_ref + (first + second) / beta) l1) as [A|A].
  { exists first, second. assert (E : L = L_ref + (first + second) / beta).
    { unfold L. by_cases. }
    rewrite E. repeat split; intros; lra. }
  destruct (Rle_or_lt (L_ref + second / beta) l1) as [B|B].
  { exists (beta * (l1 - L_ref) - second), second. assert (E : L = l1).
    { unfold L. by_cases. }
    pose proof (Inv second (l1 - L_ref) ltac:(lra)). pose proof (Inv' (first + second) (l1 - L_ref) ltac:(lra)).
    rewrite E. split; [field; lra|]. repeat split; intros; lra. }
  destruct (Rle_or_lt (L_ref + second / beta) l2) as [C|C].
  { exists 0, second. assert (E : L = L_ref + (0 + second) / beta).
    { unfold L. by_cases. }
    rewrite E, Rplus_0_l. repeat split; intros; lra. }
  destruct (Rle_or_lt L_ref l2) as [D|D].
  { exists 0, (beta * (l2 - L_ref)). assert (E : L = l2).
    { unfold L. by_cases. }
    pose proof (Inv' second (l2 - L_ref) ltac:(lra)).
    assert (0 <= beta * (l2 - L_ref)) by (apply Rmult_le_pos; lra).
    rewrite E. split; [field; lra|]. repeat split; intros; lra. }
  exists 0, 0. assert (E : L = L_ref).
  { unfold L. by_cases. }
  rewrite E. replace ((0 + 0) / beta) with 0 by (field; lra). repeat split; intros; lra.
Qed.

Lemma below_logit x q : 0 < x < 1 -> 0 < q < 1 -> (q < x <-> logit q < logit x).
Proof.
  intros. split; [apply logit_lt; assumption|]. intros. apply sigmoid_increasing in H1.
  rewrite !sigmoid_logit in H1 by assumption. exact H1.
Qed.

(* The same for a limit that is a success rate, which none reaches from 1 on. *)
Lemma balance_rates L_ref beta first second x1 x2 :
  0 < beta -> 0 <= first -> 0 <= second -> 0 < x1 < 1 -> x1 <= x2 ->
  let L := Rmax (Rmax (at_most_logit (L_ref + (first + second) / beta) x1) (at_most_logit (L_ref + second / beta) x2)) L_ref in
  exists s t, L = L_ref + (s + t) / beta /\ 0 <= s <= first /\ 0 <= t <= second /\
    (sigmoid L < x1 -> s = first) /\ (x1 < sigmoid L -> s = 0) /\ (sigmoid L < x2 -> t = second) /\ (x2 < sigmoid L -> t = 0).
Proof.
  intros Hb H1 H2 Hx Hl.
  assert (T : forall x L, 0 < x < 1 -> (sigmoid L < x <-> L < logit x) /\ (x < sigmoid L <-> logit x < L)).
  { intros x L Ix. pose proof (sigmoid_pos L). pose proof (sigmoid_lt_1 L).
    rewrite <- (logit_sigmoid L) at 2 4. split; apply below_logit; lra. }
  unfold at_most_logit. destruct (Rlt_dec x1 1) as [_|N]; [|lra]. destruct (Rlt_dec x2 1) as [I|N].
  - assert (logit x1 <= logit x2) by (destruct Hl as [Hl| <-]; [left; apply logit_lt; lra|lra]).
    destruct (balance L_ref beta first second (logit x1) (logit x2) Hb H1 H2 H) as (s & t & E & Hs & Ht & A & B & C & D).
    set (L := Rmax _ L_ref) in *. intros. destruct (T x1 L ltac:(lra)). destruct (T x2 L ltac:(lra)).
    exists s, t. repeat split; lra.
  - set (l2 := Rmax (logit x1) (Rmax (L_ref + (first + second) / beta) (L_ref + second / beta)) + 1 + Rabs L_ref).
    pose proof (Rmax_l (logit x1) (Rmax (L_ref + (first + second) / beta) (L_ref + second / beta))) as M1.
    pose proof (Rmax_r (logit x1) (Rmax (L_ref + (first + second) / beta) (L_ref + second / beta))) as M2.
    pose proof (Rmax_r (L_ref + (first + second) / beta) (L_ref + second / beta)) as M3.
    pose proof (Rmax_l (L_ref + (first + second) / beta) (L_ref + second / beta)) as M4.
    pose proof (Rabs_pos L_ref). pose proof (Rle_abs L_ref).
    destruct (balance L_ref beta first second (logit x1) l2 Hb H1 H2 ltac:(unfold l2; lra)) as (s & t & E & Hs & Ht & A & B & C & D).
    rewrite (Rmin_left (L_ref + second / beta) l2) in E, A, B, C, D by (unfold l2; lra).
    set (L := Rmax _ L_ref) in *. intros. destruct (T x1 L ltac:(lra)).
    assert (0 <= (s + t) / beta <= (first + second) / beta).
    { split; [apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat, Hb]|].
      apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hb|lra]. }
    pose proof (sigmoid_lt_1 L). exists s, t. repeat split; try lra.
    intros _. apply C. rewrite E. unfold l2. lra.
Qed.

(* One output's part of the surrogate lies below its tangent: the slope of a success is its weight until the limit and 0
   beyond, and so is that of a failure, with the other sign. *)
Lemma success_tangent w c s xi rho :
  0 < w -> 0 <= c <= 1 -> 0 <= xi -> 0 <= rho -> 0 <= s <= w -> (rho < 1 + c -> s = w) -> (1 + c < rho -> s = 0) ->
  surrogate xi w c <= surrogate rho w c + s * (xi - rho).
Proof.
  intros Hw Hc Hx Hr Hs A B. destruct (e1 c Hc) as (E & _). rewrite !E by assumption.
  destruct (Rtotal_order rho (1 + c)) as [H|[H|H]].
  - rewrite (A H), (Rmin_left rho) by lra. pose proof (Rmin_l xi (1 + c)). nra.
  - rewrite H, (Rmin_left (1 + c)) by lra. destruct (Rle_or_lt xi (1 + c)).
    + rewrite Rmin_left by lra. nra.
    + rewrite Rmin_right by lra. nra.
  - rewrite (B H), (Rmin_right rho) by lra. pose proof (Rmin_r xi (1 + c)). nra.
Qed.

Lemma failure_tangent w c t xi rho :
  0 < w -> 0 <= c <= 1 -> 0 <= xi -> 0 <= rho -> 0 <= t <= w -> (1 - c < rho -> t = w) -> (rho < 1 - c -> t = 0) ->
  surrogate xi (- w) c <= surrogate rho (- w) c - t * (xi - rho).
Proof.
  intros Hw Hc Hx Hr Ht A B. destruct (e1 c Hc) as (_ & E & _). rewrite !E by lra.
  destruct (Rtotal_order rho (1 - c)) as [H|[H|H]].
  - rewrite (B H), (Rmax_right rho) by lra. pose proof (Rmax_r xi (1 - c)). nra.
  - rewrite H, (Rmax_left (1 - c)) by lra. destruct (Rle_or_lt xi (1 - c)).
    + rewrite Rmax_right by lra. nra.
    + rewrite Rmax_left by lra. nra.
  - rewrite (A H), (Rmax_left rho) by lra. pose proof (Rmax_l xi (1 - c)). nra.
Qed.

Lemma weights_pos p eps : 0 < p < 1 -> 0 < eps -> 0 < omega_plus p eps /\ 0 < omega_minus p eps.
Proof.
  intros. pose proof (root_pos p eps ltac:(lra) H0). unfold omega_plus, omega_minus. split; apply Rdiv_lt_0_compat; lra.
Qed.

(* The two forces on the maximiser. *)
Lemma forces p L_ref beta eps c : 0 < p < 1 -> 0 < beta -> 0 < eps -> 0 < c < 1 ->
  let q := sigmoid (clipped_log_odds p L_ref beta eps c) in
  exists s t, clipped_log_odds p L_ref beta eps c = L_ref + (s + t) / beta /\
    0 <= s <= omega_plus p eps /\ 0 <= t <= omega_minus p eps /\
    (q / p < 1 + c -> s = omega_plus p eps) /\ (1 + c < q / p -> s = 0) /\
    (1 - c < (1 - q) / (1 - p) -> t = omega_minus p eps) /\ ((1 - q) / (1 - p) < 1 - c -> t = 0).
Proof.
  intros Hp Hb He Hc q. destruct (weights_pos p eps Hp He) as [Wp Wm]. pose proof (root_pos p eps ltac:(lra) He) as R0.
  assert (T : forall q s t : R,
    (q < p + c * p -> s = omega_plus p eps) /\ (p + c * p < q -> s = 0) /\
    (q < p + c * (1 - p) -> t = omega_minus p eps) /\ (p + c * (1 - p) < q -> t = 0) ->
    (q / p < 1 + c -> s = omega_plus p eps) /\ (1 + c < q / p -> s = 0) /\
    (1 - c < (1 - q) / (1 - p) -> t = omega_minus p eps) /\ ((1 - q) / (1 - p) < 1 - c -> t = 0)).
  { assert (Q : forall x y z, 0 < z -> (x / z < y -> x < y * z) /\ (y < x / z -> y * z < x)).
    { intros x y z Hz. split; intros H; apply (Rmult_lt_compat_r z) in H; try assumption;
        replace (x / z * z) with x in H by (field; lra); lra. }
    intros z s t (A & B & C & D).
    destruct (Q z (1 + c) p ltac:(lra)), (Q (1 - z) (1 - c) (1 - p) ltac:(lra)).
    repeat split; intros K; [apply A|apply B|apply C|apply D].
    - specialize (H K). lra.
    - specialize (H0 K). lra.
    - specialize (H2 K). lra.
    - specialize (H1 K). lra. }
  subst q. unfold clipped_log_odds. rewrite <- (omegas_sum p eps).
  destruct (Rle_or_lt p (/ 2)) as [Le|Gt].
  - rewrite (Rmin_left p), (Rmax_right p), (Rmin_right (omega_plus p eps));
      try (unfold omega_plus, omega_minus, Rdiv; try (apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, R0|]); lra).
    destruct (balance_rates L_ref beta (omega_plus p eps) (omega_minus p eps) (p + c * p) (p + c * (1 - p)))
      as (s & t & E & Hs & Ht & A & B & C & D); try lra; try nra.
    exists s, t. split; [exact E|]. split; [exact Hs|]. split; [exact Ht|]. apply T. repeat split; assumption.
  - rewrite (Rmin_right p), (Rmax_left p), (Rmin_left (omega_plus p eps));
      try (unfold omega_plus, omega_minus, Rdiv; try (apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, R0|]); lra).
    rewrite (Rplus_comm (omega_plus p eps)).
    destruct (balance_rates L_ref beta (omega_minus p eps) (omega_plus p eps) (p + c * (1 - p)) (p + c * p))
      as (t & s & E & Ht & Hs & A & B & C & D); try lra; try nra.
    exists s, t. rewrite (Rplus_comm s). split; [exact E|]. split; [exact Hs|]. split; [exact Ht|]. apply T. repeat split; assumption.
Qed.

(** The clipped update in closed form. The old policy has one ratio to the reference on all successes and one on all
    failures. The clipped objective, with the weights at its success rate p, has one maximiser among all policies that the
    reference supports; it is the old one with all successes scaled alike, and all failures, and its log-odds of success are the largest of three:
    logit p_ref + Omega / beta, but no more than those of p + c min (p, 1 - p); logit p_ref + min (omega+, omega-) / beta,
    but no more than those of p + c max (p, 1 - p), which are infinite where this is 1 or more; and logit p_ref. *)
Theorem b7 : forall (n : nat) (r : nat -> bool) (beta eps c : R) (pi_ref old : nat -> R),
  policy n pi_ref -> policy n old -> reweighted n r pi_ref old -> 0 < success n r old < 1 ->
  0 < beta -> 0 < eps -> 0 < c < 1 ->
  let p := success n r old in
  let L := clipped_log_odds p (logit (success n r pi_ref)) beta eps c in
  let q := sigmoid L in
  let best i := old i * if r i then q / p else (1 - q) / (1 - p) in
  only_maximiser n (clipped_objective n r p eps c beta old pi_ref) pi_ref best /\ logit (success n r best) = L.
Proof.
  intros n r beta eps c ref old Pr Po (a & b & Ha & Hb & E) Hp Hbeta He Hc p L q best.
  set (x := success n r ref) in *.
  assert (Ep : p = a * x).
  { unfold p, x, success. rewrite <- total_scale. apply total_ext. intros i Hi. rewrite E by assumption. destruct (r i); ring. }
  assert (Eq : 1 - p = b * (1 - x)).
  { assert (So : total n old = a * x + b * (total n ref - x)).
    { unfold x, success. rewrite <- total_minus, <- !total_scale, <- total_plus. apply total_ext. intros i Hi.
      rewrite E by assumption. destruct (r i); ring. }
    rewrite (proj2 Pr), (proj2 Po) in So. lra. }
  fold p in Hp. assert (Hx : 0 < x < 1) by nra.
  destruct (forces p (logit x) beta eps c Hp Hbeta He Hc) as (s & t & EL & Hs & Ht & A & B & C & D).
  fold L q in EL, A, B, C, D. set (g := score r s t).
  destruct (logit_of_tilt n r s t beta ref Pr Hx Hbeta) as [Iq Lq]. fold x g in Iq, Lq. rewrite <- EL in Lq.
  assert (Sq : success n r (tilt n g beta ref) = q) by (unfold q; rewrite <- Lq; symmetry; apply sigmoid_logit, Iq).
  pose proof (partition_of_score n r s t beta ref Pr) as Z. fold x g in Z.
  pose proof (success_of_tilt n r s t beta ref Pr) as Tq. fold x g in Tq. rewrite Sq, <- Z in Tq.
  pose proof (partition_pos n g beta ref Pr) as Zp. set (z := partition n g beta ref) in *.
  assert (Eb : forall i, (i < n)%nat -> tilt n g beta ref i = best i).
  { intros i Hi. unfold tilt, best. fold z. rewrite E by assumption. unfold g, score. destruct (r i).
    - rewrite Tq, Ep. field. lra.
    - replace (1 - q) with ((1 - x) * exp (- t / beta) / z) by (rewrite Tq, Z; field; lra). rewrite Eq. field. lra. }
  destruct (theorem_8 n g beta ref Pr Hbeta) as (Pt & St & Best).
  assert (Pb : policy n best).
  { destruct Pt as [T0 T1]. split; [intros i Hi; rewrite <- Eb by assumption; auto|]. rewrite <- T1. symmetry. apply total_ext, Eb. }
  assert (Sb : supported n best ref) by (intros i Hi Hpi; apply St; [assumption|]; rewrite Eb; assumption).
  split.
  2: { rewrite <- Lq. f_equal. apply total_ext. intros i Hi. rewrite Eb by assumption. reflexivity. }
  split; [exact Pb|]. split; [exact Sb|]. intros other Oo So.
  assert (Jb : objective n g beta ref best = objective n g beta ref (tilt n g beta ref)).
  { unfold objective, KL. f_equal; [|f_equal]; apply total_ext; intros i Hi; rewrite Eb by assumption; reflexivity. }
  destruct (Best other Oo So) as [Most Only]. rewrite <- Jb in Most, Only.
  destruct (weights_pos p eps Hp He) as [Wp Wm].
  assert (Below : clipped_objective n r p eps c beta old ref other - clipped_objective n r p eps c beta old ref best
    <= objective n g beta ref other - objective n g beta ref best).
  { unfold clipped_objective, objective.
    assert (K : total n (fun i => old i * surrogate (other i / old i) (whitened r p eps i) c)
      <= total n (fun i => old i * surrogate (best i / old i) (whitened r p eps i) c + (other i * g i - best i * g i))); [|].
    { apply total_le. intros i Hi. destruct Po as [O0 _]. destruct Oo as [P0 _]. specialize (O0 i Hi). specialize (P0 i Hi).
      destruct O0 as [O0|O0].
      - set (xi := other i / old i). assert (Xi : 0 <= xi) by (apply Rmult_le_pos; [exact P0|left; apply Rinv_0_lt_compat, O0]).
        replace (other i) with (old i * xi) by (unfold xi; field; lra).
        pose proof (sigmoid_pos L) as Q0. pose proof (sigmoid_lt_1 L) as Q1. fold q in Q0, Q1.
        unfold best, whitened, g, score. destruct (r i).
        + replace (old i * (q / p) / old i) with (q / p) by (field; lra).
          pose proof (success_tangent (omega_plus p eps) c s xi (q / p) Wp ltac:(lra) Xi
            ltac:(left; apply Rdiv_lt_0_compat; lra) Hs A B) as T.
          apply (Rmult_le_compat_l (old i)) in T; [|lra]. lra.
        + replace (old i * ((1 - q) / (1 - p)) / old i) with ((1 - q) / (1 - p)) by (field; lra).
          pose proof (failure_tangent (omega_minus p eps) c t xi ((1 - q) / (1 - p)) Wm ltac:(lra) Xi
            ltac:(left; apply Rdiv_lt_0_compat; lra) Ht C D) as T.
          apply (Rmult_le_compat_l (old i)) in T; [|lra]. lra.
      - assert (R0 : ref i = 0).
        { rewrite E in O0 by assumption. symmetry in O0. apply Rmult_integral in O0. destruct O0; [assumption|].
          destruct (r i); lra. }
        assert (other i = 0) by (destruct P0 as [P0|P0]; [specialize (So i Hi P0); lra|auto]).
        unfold best. rewrite <- O0, H. lra. }
    rewrite total_plus, total_minus in K. lra. }
  split; [lra|]. intros Same. intros i Hi. rewrite Only, Eb by (try assumption; lra). reflexivity.
Qed.

Lemma log_sum L c : 0 < c -> Rmax L (ln c) - ln (sigmoid (Rabs (L - ln c))) = ln (exp L + c).
Proof.
  intros Hc. pose proof (exp_pos L) as EL.
  assert (S : forall x, - ln (sigmoid x) = ln (1 + exp (- x))).
  { intros x. pose proof (exp_pos (- x)). unfold sigmoid, Rdiv. rewrite Rmult_1_l, ln_Rinv by lra. ring. }
  destruct (Rle_or_lt L (ln c)) as [H|H].
  - rewrite Rmax_right, Rabs_left1 by lra. unfold Rminus at 1. rewrite S, Ropp_involutive.
    unfold Rminus. rewrite exp_plus, exp_Ropp, exp_ln by assumption.
    assert (0 < exp L * / c) by (apply Rmult_lt_0_compat; [assumption|apply Rinv_0_lt_compat, Hc]).
    rewrite <- ln_mult by lra. f_equal. field. lra.
  - rewrite Rmax_left, Rabs_right by lra. unfold Rminus at 1. rewrite S.
    replace (- (L - ln c)) with (ln c + - L) by ring. rewrite exp_plus, exp_Ropp, exp_ln by assumption.
    assert (0 < c * / exp L) by (apply Rmult_lt_0_compat; [assumption|apply Rinv_0_lt_compat, EL]).
    rewrite <- (ln_exp L) at 1. rewrite <- ln_mult by lra. f_equal. field. lra.
Qed.

(* The library's update, where no limit is infinite. *)
Lemma bridge_clipped_step L L_ref beta c eps :
  0 < eps -> 0 < c < 1 -> (1 + c) * sigmoid L < 1 ->
  Formulas.clipped_step L L_ref beta c eps = clipped_log_odds (sigmoid L) L_ref beta eps c.
Proof.
  intros He Hc Hs. unfold Formulas.clipped_step, clipped_log_odds. rewrite sigmoid_opp, log_sum by lra.
  pose proof (sigmoid_pos L) as P. pose proof (sigmoid_lt_1 L) as P1.
  assert (X : ln (exp L + c) - ln (1 - c) = logit (sigmoid L + c * (1 - sigmoid L))).
  { rewrite <- (logit_sigmoid L) at 1. rewrite exp_logit by lra. set (p := sigmoid L) in *. unfold logit.
    replace (p + c * (1 - p)) with ((p / (1 - p) + c) * (1 - p)) by (field; lra).
    assert (0 < p / (1 - p)) by (apply Rdiv_lt_0_compat; lra).
    replace (1 - (p / (1 - p) + c) * (1 - p)) with ((1 - c) * (1 - p)) by (field; lra).
    replace ((p / (1 - p) + c) * (1 - p) / ((1 - c) * (1 - p))) with ((p / (1 - p) + c) * / (1 - c)) by (field; lra).
    rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; lra). ring. }
  rewrite X. set (p := sigmoid L) in *. pose proof (root_pos p eps ltac:(lra) He) as R0.
  rewrite (Rmin_left ((1 + c) * p)) by lra. replace ((1 + c) * p) with (p + c * p) by ring.
  assert (U : p + c * (1 - p) < 1) by nra.
  assert (O : forall x, x * (1 / sqrt (p * (1 - p) + eps) / 1) / beta = x / sqrt (p * (1 - p) + eps) / beta)
    by (intros; unfold Rdiv; rewrite Rinv_1; ring).
  rewrite O. unfold at_most_logit, Omega, omega_plus, omega_minus.
  replace (1 / sqrt (p * (1 - p) + eps) / 1 / beta) with (1 / sqrt (p * (1 - p) + eps) / beta) by (unfold Rdiv; rewrite Rinv_1; ring).
  assert (In : forall x y, x <= y -> x / sqrt (p * (1 - p) + eps) <= y / sqrt (p * (1 - p) + eps))
    by (intros; apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, R0|assumption]).
  assert (Lo : forall x y, 0 < x < 1 -> 0 < y < 1 -> x <= y -> logit x <= logit y)
    by (intros x y ? ? [H| ->]; [left; apply logit_lt; assumption|lra]).
  destruct (Rle_or_lt p (/ 2)) as [Le|Gt].
  - rewrite (Rmin_left p), (Rmax_right p), (Rmin_right ((1 - p) / _)) by (try apply In; lra).
    pose proof (Lo (p + c * p) (p + c * (1 - p)) ltac:(nra) ltac:(nra) ltac:(nra)).
    rewrite (Rmin_left (logit _)), (Rmax_right (logit _)) by assumption.
    destruct (Rlt_dec (p + c * p) 1); [|lra]. destruct (Rlt_dec (p + c * (1 - p)) 1); [|lra]. reflexivity.
  - rewrite (Rmin_right p), (Rmax_left p), (Rmin_left ((1 - p) / _)) by (try apply In; lra).
    pose proof (Lo (p + c * (1 - p)) (p + c * p) ltac:(nra) ltac:(nra) ltac:(nra)).
    rewrite (Rmin_right (logit _)), (Rmax_left (logit _)) by assumption.
    destruct (Rlt_dec (p + c * (1 - p)) 1); [|lra]. destruct (Rlt_dec (p + c * p) 1); [|lra]. reflexivity.
Qed.
