(* Chapter "Other methods": any weighting (B14). *)
Require Import Reals Ranalysis5 Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force Sums Policies PolicyDynamics FixedPoints Mirror Fate Schwarzian.
Require Formulas.
Open Scope R_scope.

(* The update of any method that is tied to the reference, its Omega as a function of the log-odds. *)
Definition update (Om : R -> R) (L_ref beta L : R) : R := L_ref + Om L / beta.

Lemma at_fixed (Om : R -> R) L_ref beta L : 0 < beta -> (update Om L_ref beta L = L <-> Om L = beta * (L - L_ref)).
Proof.
  intros. unfold update. split; intros.
  - rewrite <- H0 at 2. field. lra.
  - rewrite H0. field. lra.
Qed.

(** Any advantage of the reward and of the success rate. The maximiser's log-odds are those of the anchor plus
    (A (1) - A (0)) / beta, whatever baseline is in both. *)
Theorem b14_update : forall (n : nat) (r : nat -> bool) (right wrong beta : R) (anchor : nat -> R),
  policy n anchor -> 0 < success n r anchor < 1 -> 0 < beta ->
  logit (success n r (tilt n (fun i => if r i then right else wrong) beta anchor))
    = logit (success n r anchor) + (right - wrong) / beta.
Proof.
  intros. change (right - wrong) with (right + - wrong).
  rewrite <- (theorem_8_log_odds n r right (- wrong) beta anchor) by assumption.
  f_equal.
  assert (E : forall i, score r right (- wrong) i = if r i then right else wrong).
  { intros. unfold score. rewrite Ropp_involutive. reflexivity. }
  assert (Z : partition n (fun i => if r i then right else wrong) beta anchor
    = partition n (score r right (- wrong)) beta anchor) by (apply total_ext; intros; rewrite E; reflexivity).
  apply total_ext. intros. unfold tilt. rewrite Z, E. reflexivity.
Qed.

(** A positive Omega puts every fixed point above the reference. A bounded, continuous one has exactly one fixed point
    for every prompt and penalty if it never rises along the log-odds; and if it rises anywhere, some prompt and penalty
    have two. *)
Theorem b14 : forall Om : R -> R,
  (forall L_ref beta L, 0 < beta -> 0 < Om L -> update Om L_ref beta L = L -> L_ref < L) /\
  (forall bound, (forall L, continuity_pt Om L) -> (forall L, Rabs (Om L) <= bound) ->
    ((forall x y, x < y -> Om y <= Om x) <->
      (forall L_ref beta, 0 < beta ->
        exists L, update Om L_ref beta L = L /\ forall M, update Om L_ref beta M = M -> M = L))).
Proof.
  intros Om. split; [|intros bound Hc Hbd; split].
  - intros L_ref beta L Hb P E. rewrite <- E. unfold update.
    assert (0 < Om L / beta) by (apply Rdiv_lt_0_compat; assumption). lra.
  - intros Falls L_ref beta Hb. set (d := fun L => update Om L_ref beta L - L).
    pose proof (Rle_trans _ _ _ (Rabs_pos (Om 0)) (Hbd 0)) as B0.
    assert (Bd : forall L, - (bound / beta) <= Om L / beta <= bound / beta).
    { intros L. specialize (Hbd L). apply Rabs_le_between in Hbd. unfold Rdiv. pose proof (Rinv_0_lt_compat beta Hb). split; nra. }
    assert (Dc : forall L, continuity_pt d L).
    { intros. unfold d, update. apply continuity_pt_minus; [|apply derivable_continuous_pt, derivable_pt_id].
      apply continuity_pt_plus; [apply continuity_pt_const; intros x y; reflexivity|].
      apply (continuity_pt_mult Om (fun _ => / beta)); [apply Hc|apply continuity_pt_const; intros x y; reflexivity]. }
    destruct (zero_between d (L_ref - bound / beta - 1) (L_ref + bound / beta + 1) Dc) as (L & _ & E).
    + assert (0 <= bound / beta) by (apply Rmult_le_pos; [assumption|left; apply Rinv_0_lt_compat, Hb]). lra.
    + pose proof (Bd (L_ref - bound / beta - 1)). pose proof (Bd (L_ref + bound / beta + 1)).
      unfold d, update. assert (0 < L_ref + Om (L_ref - bound / beta - 1) / beta - (L_ref - bound / beta - 1)) by lra.
      assert (L_ref + Om (L_ref + bound / beta + 1) / beta - (L_ref + bound / beta + 1) < 0) by lra. nra.
    + exists L. unfold d in E. split; [lra|]. intros M EM.
      assert (EL : update Om L_ref beta L = L) by lra. apply at_fixed in EL; [|assumption]. apply at_fixed in EM; [|assumption].
      destruct (Rtotal_order M L) as [H|[H|H]]; [|exact H|].
      * specialize (Falls M L H). nra.
      * specialize (Falls L M H). nra.
  - intros One x y Hxy. destruct (Rle_or_lt (Om y) (Om x)) as [|N]; [assumption|exfalso].
    set (beta := (Om y - Om x) / (y - x)). assert (Hb : 0 < beta) by (apply Rdiv_lt_0_compat; lra).
    destruct (One (x - Om x / beta) beta Hb) as (L & _ & U).
    assert (x = L) by (apply U, at_fixed; [assumption|field; lra]).
    assert (y = L).
    { apply U, at_fixed; [assumption|]. replace (beta * (y - (x - Om x / beta))) with (beta * (y - x) + Om x) by (field; lra).
      unfold beta. field. lra. }
    lra.
Qed.

(** Three methods of the zoo as the library computes them: MaxRL's Omega 1 / p and pass@4's 4 (1 - p)^3 are positive and
    fall along the log-odds, DisCO's 1 / (p (1 - p)) is positive, each with the slope that the library says. *)
Theorem b14_methods : forall eps L : R,
  let p := sigmoid L in let q := 1 - sigmoid L in
  (0 < Formulas.maxrl p q eps /\ Formulas.maxrl_slope p q eps < 0 /\
    is_derive (fun x => Formulas.maxrl (sigmoid x) (1 - sigmoid x) eps) L (Formulas.maxrl_slope p q eps)) /\
  (0 < Formulas.pass_at_4 p q eps /\ Formulas.pass_at_4_slope p q eps < 0 /\
    is_derive (fun x => Formulas.pass_at_4 (sigmoid x) (1 - sigmoid x) eps) L (Formulas.pass_at_4_slope p q eps)) /\
  (0 < Formulas.disco p q eps /\
    is_derive (fun x => Formulas.disco (sigmoid x) (1 - sigmoid x) eps) L (Formulas.disco_slope p q eps)).
Proof.
  intros eps L p q. pose proof (sigmoid_pos L) as P. pose proof (sigmoid_lt_1 L) as P1. fold p in P, P1.
  assert (Q : 0 < q) by (unfold q; fold p; lra). assert (PQ : 0 < p * q) by (apply Rmult_lt_0_compat; assumption).
  pose proof (pow_lt q 3 Q) as Q3.
  unfold Formulas.maxrl, Formulas.maxrl_slope, Formulas.pass_at_4, Formulas.pass_at_4_slope, Formulas.disco, Formulas.disco_slope.
  refine (conj (conj _ (conj _ _)) (conj (conj _ (conj _ _)) (conj _ _))).
  - apply Rdiv_lt_0_compat; lra.
  - assert (0 < q / p) by (apply Rdiv_lt_0_compat; assumption). unfold Rdiv in *. lra.
  - auto_derive; [repeat split; [apply ex_D_sigmoid|fold p; lra]|]. rewrite D_sigmoid. fold p. unfold q. fold p. field. lra.
  - lra.
  - assert (0 < p * q ^ 3) by (apply Rmult_lt_0_compat; assumption). lra.
  - auto_derive; [repeat split; apply ex_D_sigmoid|]. rewrite D_sigmoid. fold p. unfold q. fold p. ring.
  - apply Rdiv_lt_0_compat; lra.
  - auto_derive; [repeat split; try apply ex_D_sigmoid; fold p; apply Rgt_not_eq; unfold q in PQ; fold p in PQ; lra|].
    rewrite D_sigmoid. fold p. unfold q in *. fold p in PQ |- *. field. split; nra.
Qed.

Lemma bridge_jump_beta p_ref eps :
  0 < p_ref < / 2 -> 0 <= eps -> Formulas.jump_beta p_ref eps = Omega p_ref eps / (2 * ln ((1 - p_ref) / p_ref)).
Proof.
  intros Hp He. unfold Formulas.jump_beta. rewrite sigmoid_opp, sigmoid_logit by lra.
  assert (E : ln ((1 - p_ref) / p_ref) = - logit p_ref).
  { unfold logit. rewrite <- ln_Rinv by (apply odds_pos; lra). f_equal. field. lra. }
  assert (logit p_ref < 0).
  { replace 0 with (logit (/ 2)); [apply logit_lt; lra|]. rewrite <- sigmoid_0. apply logit_sigmoid. }
  rewrite E, Rabs_left by assumption. unfold Omega, Rdiv. rewrite Rinv_1, !Rmult_1_r. reflexivity.
Qed.
