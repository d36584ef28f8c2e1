(* Chapter "Mirror GRPO": the time of its differential equation, and how many updates it needs (B5, B12). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force Policies TwoKlOrbits Mirror.
Require Formulas.
Open Scope R_scope.

(* The mirror's update in log-odds. *)
Definition mirror_step (beta eps L : R) : R := L + push eps L / beta.

Lemma bridge_mirror_step beta eps L L_ref : Formulas.step_mirror L L_ref beta eps = mirror_step beta eps L.
Proof. unfold Formulas.step_mirror. rewrite sigmoid_opp. reflexivity. Qed.

Lemma arc_derive eps L : 0 <= eps -> is_derive (fun x => atan (tip x * push eps x / 2)) L (var L / root eps L).
Proof.
  intros He. pose proof (root_pos' eps L He) as R0. pose proof (root_square eps L He) as S. pose proof (tip_square L) as T.
  assert (E : is_derive (fun x => tip x * push eps x / 2) L ((2 * var L * push eps L + tip L * push1 eps L) / 2)).
  { auto_derive.
    - repeat split; [apply ex_D_tip|eexists; apply push_derive, He].
    - rewrite D_tip. replace (Derive (fun x => push eps x) L) with (push1 eps L)
        by (symmetry; apply is_derive_unique, push_derive, He). field. }
  pose proof (is_derive_comp atan _ L _ _ (proj2 (is_derive_Reals atan _ _) (derivable_pt_lim_atan _)) E) as C.
  unfold scal in C; simpl in C; unfold mult in C; simpl in C.
  replace (var L / root eps L) with ((2 * var L * push eps L + tip L * push1 eps L) / 2
    * / (1 + (tip L * push eps L / 2) * ((tip L * push eps L / 2) * 1))); [exact C|].
  rewrite push_root. unfold push1. assert (Q : 0 < root eps L * root eps L) by (apply Rmult_lt_0_compat; assumption).
  assert (0 <= tip L * tip L) by apply Rle_0_sqr. field. split; [|lra]. intro Z. simpl in Z. lra.
Qed.

Lemma arsinh_derive eps L :
  0 <= eps -> is_derive (fun x => 2 * sqrt eps * arcsinh (tip x * sqrt eps / sqrt ((1 + 4 * eps) * var x))) L (eps / root eps L).
Proof.
  intros He. pose proof (root_pos' eps L He) as R0. pose proof (root_square eps L He) as S. pose proof (tip_square L) as T.
  pose proof (var_pos L) as V. assert (W : 0 < (1 + 4 * eps) * var L) by (apply Rmult_lt_0_compat; lra).
  set (w := sqrt ((1 + 4 * eps) * var L)). assert (W0 : 0 < w) by (apply sqrt_lt_R0, W).
  assert (W2 : w * w = (1 + 4 * eps) * var L) by (apply sqrt_sqrt; lra).
  set (s := sqrt eps). assert (s2 : s * s = eps) by (apply sqrt_sqrt, He).
  assert (E : is_derive (fun x => tip x * s / sqrt ((1 + 4 * eps) * var x)) L (s / (2 * w))).
  { auto_derive.
    - repeat split; [apply ex_D_tip|apply ex_D_var|exact W|fold w; lra].
    - rewrite D_tip, D_var. fold w.
      assert (X : s * ((4 * var L) * (w * w) + tip L * tip L * ((1 + 4 * eps) * var L)) = s * (w * w)).
      { rewrite T, W2. ring. }
      apply (Rmult_eq_reg_r (2 * (w * w * w))); [|apply Rgt_not_eq; repeat apply Rmult_lt_0_compat; lra].
      field_simplify; [|lra|lra]. ring_simplify in X. nra. }
  pose proof (is_derive_comp arcsinh _ L _ _ (proj2 (is_derive_Reals arcsinh _ _) (derivable_pt_lim_arcsinh _)) E) as C.
  unfold scal in C; simpl in C; unfold mult in C; simpl in C. fold w in C.
  assert (Q : sqrt (tip L * s / w * (tip L * s / w * 1) + 1) = root eps L / w).
  { apply sqrt_lem_1; [|left; apply Rdiv_lt_0_compat; assumption|].
    - assert (0 <= tip L * s / w * (tip L * s / w)) by apply Rle_0_sqr. lra.
    - apply (Rmult_eq_reg_r (w * w)); [|nra]. field_simplify; [|lra|lra].
      replace (root eps L ^ 2) with (var L + eps) by (rewrite <- S; ring).
      replace (s ^ 2) with eps by (rewrite <- s2; ring). replace (w ^ 2) with ((1 + 4 * eps) * var L) by (rewrite <- W2; ring).
      replace (tip L ^ 2) with (1 - 4 * var L) by (rewrite <- T; ring). ring. }
  rewrite Q in C. apply (is_derive_scal _ _ (2 * s)) in C.
  apply (is_derive_ext (fun x => scal (2 * s) (arcsinh (tip x * s / sqrt ((1 + 4 * eps) * var x))))); [reflexivity|].
  replace (eps / root eps L) with (s * s / root eps L) by (rewrite s2; reflexivity).
  replace (s * s / root eps L) with (2 * s * (s / (2 * w) * / (root eps L / w))); [exact C|field; lra].
Qed.

Lemma clock_form eps L :
  Formulas.clock L eps
    = atan (tip L * push eps L / 2) + 2 * sqrt eps * arcsinh (tip L * sqrt eps / sqrt ((1 + 4 * eps) * var L)).
Proof.
  unfold Formulas.clock. rewrite sigmoid_opp. replace (sigmoid L - (1 - sigmoid L)) with (tip L) by (unfold tip; ring).
  reflexivity.
Qed.

Lemma clock_derive eps L : 0 <= eps -> is_derive (fun x => Formulas.clock x eps) L (root eps L).
Proof.
  intros He. apply (is_derive_ext (fun x => atan (tip x * push eps x / 2)
    + 2 * sqrt eps * arcsinh (tip x * sqrt eps / sqrt ((1 + 4 * eps) * var x)))); [intros; symmetry; apply clock_form|].
  pose proof (root_pos' eps L He) as R0. pose proof (root_square eps L He) as S.
  replace (root eps L) with (var L / root eps L + eps / root eps L).
  - apply (is_derive_plus (fun x => atan (tip x * push eps x / 2))); [apply arc_derive, He|apply arsinh_derive, He].
  - apply (Rmult_eq_reg_r (root eps L)); [|lra]. rewrite S. field. lra.
Qed.

Lemma climbed_derive eps L :
  0 <= eps -> is_derive (fun x => Formulas.climbed x eps) L (Omega (sigmoid L) eps * (sigmoid L * (1 - sigmoid L))).
Proof.
  intros He. apply (is_derive_ext (fun x => atan (tip x * push eps x / 2))).
  - intros x. unfold Formulas.climbed. rewrite sigmoid_opp.
    replace (sigmoid x - (1 - sigmoid x)) with (tip x) by (unfold tip; ring). reflexivity.
  - replace (Omega (sigmoid L) eps * (sigmoid L * (1 - sigmoid L))) with (var L / root eps L); [apply arc_derive, He|].
    change (Omega (sigmoid L) eps) with (1 / root eps L). change (sigmoid L * (1 - sigmoid L)) with (var L).
    unfold Rdiv. ring.
Qed.

Lemma push_rises eps x y : 0 <= eps -> 0 <= x -> x < y -> push eps x < push eps y.
Proof.
  intros He Hx Hxy. destruct (MVT_cor2 (push eps) (push1 eps) x y Hxy) as (c & E & I).
  - intros. apply is_derive_Reals, push_derive, He.
  - assert (0 < push1 eps c); [|nra]. unfold push1. pose proof (var_pos c). pose proof (tip_sign c) as (_ & P & _).
    specialize (P ltac:(lra)). pose proof (pow_lt _ 3 (root_pos' eps c He)).
    apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra.
Qed.

Lemma push_rises_le eps x y : 0 <= eps -> 0 <= x -> x <= y -> push eps x <= push eps y.
Proof. intros He Hx [H| <-]; [left; apply push_rises; assumption|lra]. Qed.

Lemma push_falls_le eps x y : 0 <= eps -> x <= y -> y <= 0 -> push eps y <= push eps x.
Proof. intros. rewrite <- (push_even eps x), <- (push_even eps y). apply push_rises_le; lra. Qed.

Lemma push_least eps x : 0 <= eps -> push eps 0 <= push eps x.
Proof.
  intros. destruct (Rle_or_lt 0 x); [apply push_rises_le; lra|]. apply push_falls_le; lra.
Qed.

Lemma clock_rises eps x y : 0 <= eps -> x < y -> exists c, x < c < y /\
  Formulas.clock y eps - Formulas.clock x eps = root eps c * (y - x).
Proof.
  intros He H. destruct (MVT_cor2 (fun x => Formulas.clock x eps) (root eps) x y H) as (c & E & I).
  - intros. apply is_derive_Reals, clock_derive, He.
  - exists c. split; assumption.
Qed.

Lemma log_ratio a b : 0 < a -> a <= b -> 1 - a / b <= ln b - ln a.
Proof.
  intros. assert (Q : 0 < a / b) by (apply Rdiv_lt_0_compat; lra).
  assert (ln (a / b) <= a / b - 1) by (destruct (Req_dec (a / b) 1) as [->|N]; [rewrite ln_1; lra|left; apply Policies.ln_below; assumption]).
  unfold Rdiv in H1 at 1. rewrite ln_mult, ln_Rinv in H1; try lra. apply Rinv_0_lt_compat. lra.
Qed.

(* One update takes no more than its share of the time, plus what Omega grows by. *)
Lemma one_update beta eps x :
  0 <= eps -> 0 < beta -> let y := mirror_step beta eps x in
  1 <= beta * (Formulas.clock y eps - Formulas.clock x eps) + (ln (push eps (Rmax y 0)) - ln (push eps (Rmax x 0))).
Proof.
  intros He Hb y. pose proof (push_pos eps x He) as Px.
  assert (Hxy : x < y) by (unfold y, mirror_step; assert (0 < push eps x / beta) by (apply Rdiv_lt_0_compat; assumption); lra).
  destruct (clock_rises eps x y He Hxy) as (c & I & E). rewrite E.
  replace (beta * (root eps c * (y - x))) with (push eps x / push eps c).
  2: { rewrite (push_root eps c). pose proof (root_pos' eps c He). unfold y, mirror_step. field. lra. }
  pose proof (push_pos eps c He) as Pc. pose proof (push_pos eps 0 He) as P0.
  set (X := push eps (Rmax x 0)). set (Y := push eps (Rmax y 0)).
  assert (X <= push eps x) by (unfold X, Rmax; destruct (Rle_dec x 0); [apply push_least, He|lra]).
  assert (HX : 0 < X) by (apply push_pos, He).
  assert (HXY : X <= Y) by (unfold X, Y, Rmax; destruct (Rle_dec x 0), (Rle_dec y 0); try lra; apply push_rises_le; lra).
  assert (C : push eps c <= push eps x \/ (X <= push eps c /\ push eps c <= Y)).
  { destruct (Rle_or_lt c 0) as [N|N]; [left; apply push_falls_le; lra|right].
    unfold X, Y. rewrite (Rmax_left y 0) by lra. split; [|apply push_rises_le; lra].
    unfold Rmax. destruct (Rle_dec x 0); [apply push_least, He|apply push_rises_le; lra]. }
  destruct C as [C|[C1 C2]].
  - assert (1 <= push eps x / push eps c).
    { apply (Rmult_le_reg_r (push eps c)); [assumption|].
      replace (push eps x / push eps c * push eps c) with (push eps x) by (field; lra). lra. }
    pose proof (log_ratio X Y HX HXY). assert (X / Y <= 1).
    { apply (Rmult_le_reg_r Y); [lra|]. replace (X / Y * Y) with X by (field; lra). lra. }
    lra.
  - pose proof (log_ratio X (push eps c) HX C1).
    assert (ln (push eps c) <= ln Y) by (destruct C2 as [C2| ->]; [left; apply ln_increasing; assumption|lra]).
    assert (X / push eps c <= push eps x / push eps c) by (apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; assumption|assumption]).
    lra.
Qed.

Lemma mirror_bound_form beta eps L_ref L : 0 <= eps ->
  Formulas.mirror_bound L_ref L beta eps
    = beta * (Formulas.clock L eps - Formulas.clock L_ref eps) + (ln (push eps L) - ln (push eps (Rmax L_ref 0))) + 1.
Proof.
  intros He. unfold Formulas.mirror_bound. fold (Formulas.clock L eps) (Formulas.clock L_ref eps). rewrite !sigmoid_opp.
  replace (0 * L_ref) with 0 by ring.
  change (1 / sqrt (sigmoid L * (1 - sigmoid L) + eps)) with (push eps L).
  change (1 / sqrt (sigmoid (Rmax L_ref 0) * (1 - sigmoid (Rmax L_ref 0)) + eps)) with (push eps (Rmax L_ref 0)).
  pose proof (push_pos eps L He). pose proof (push_pos eps (Rmax L_ref 0) He).
  unfold Rdiv. rewrite Rinv_1, !Rmult_1_r, Rmult_1_l, ln_mult, ln_Rinv by (try assumption; apply Rinv_0_lt_compat; assumption).
  reflexivity.
Qed.

(** The mirror's clock. From log-odds L_ref the mirror is at L > L_ref or above after any number of updates n with n + 1
    not below the bound which the library computes, so that the first such n is below the bound: the time of
    dL/dn = Omega / beta from one to the other, plus the log of Omega (L) over Omega (max (L_ref, 0)), plus 1. *)
Theorem b12 : forall (beta eps L_ref L : R) (n : nat),
  0 <= eps -> 0 < beta -> L_ref < L ->
  Formulas.mirror_bound L_ref L beta eps <= INR n + 1 -> L <= orbit (mirror_step beta eps) L_ref n.
Proof.
  intros beta eps L_ref L n He Hb HL HB. set (u := orbit (mirror_step beta eps) L_ref).
  assert (T : forall k, INR k <= beta * (Formulas.clock (u k) eps - Formulas.clock L_ref eps)
    + (ln (push eps (Rmax (u k) 0)) - ln (push eps (Rmax L_ref 0)))).
  { induction k; [unfold u; simpl; lra|]. rewrite S_INR. pose proof (one_update beta eps (u k) He Hb) as O. cbv zeta in O.
    change (mirror_step beta eps (u k)) with (u (S k)) in O. nra. }
  destruct (Rle_or_lt L (u n)) as [|N]; [assumption|exfalso]. specialize (T n).
  rewrite mirror_bound_form in HB by assumption. destruct (clock_rises eps (u n) L He N) as (c & _ & E). pose proof (root_pos' eps c He).
  assert (Formulas.clock (u n) eps < Formulas.clock L eps) by nra.
  assert (ln (push eps (Rmax (u n) 0)) <= ln (push eps L)).
  { assert (Q : push eps (Rmax (u n) 0) <= push eps L).
    { unfold Rmax. destruct (Rle_dec (u n) 0); [apply push_least, He|apply push_rises_le; lra]. }
    destruct Q as [Q| ->]; [left; apply ln_increasing; [apply push_pos, He|exact Q]|lra]. }
  nra.
Qed.

(** Without smoothing the bound is below pi beta + 1/2 log (1 / (4 delta (1 - delta))) + 1, from whatever reference to a
    failure of delta. *)
Theorem b12_no_smoothing : forall (beta L_ref L : R) (n : nat), 0 < beta -> L_ref < L ->
  let delta := 1 - sigmoid L in
  PI * beta + / 2 * ln (1 / (4 * delta * (1 - delta))) + 1 <= INR n + 1 -> L <= orbit (mirror_step beta 0) L_ref n.
Proof.
  intros beta L_ref L n Hb HL delta H. apply b12; try lra. eapply Rle_trans; [left|exact H].
  rewrite mirror_bound_form by lra. pose proof (push_pos 0 L ltac:(lra)) as PL. pose proof (push_pos 0 0 ltac:(lra)) as P0.
  assert (Z : push 0 0 <= push 0 (Rmax L_ref 0)) by (apply push_least; lra).
  assert (LZ : ln (push 0 0) <= ln (push 0 (Rmax L_ref 0))) by (destruct Z as [Z|<-]; [left; apply ln_increasing; assumption|lra]).
  assert (V : forall x, ln (push 0 x) = - (/ 2 * ln (var x))).
  { intros x. pose proof (var_pos x) as V. pose proof (root_pos' 0 x ltac:(lra)) as R0. pose proof (root_square 0 x ltac:(lra)) as S.
    rewrite push_root. unfold Rdiv. rewrite Rmult_1_l, ln_Rinv by exact R0.
    replace (var x) with (root 0 x * root 0 x) by lra. rewrite ln_mult by exact R0. lra. }
  rewrite V in LZ |- *. assert (V0 : var 0 = / 4) by (unfold var; rewrite sigmoid_0; lra). rewrite V0 in LZ.
  assert (E : ln (1 / (4 * delta * (1 - delta))) = ln (/ 4) - ln (var L)).
  { pose proof (var_pos L). replace (4 * delta * (1 - delta)) with (4 * var L) by (unfold delta, var; ring).
    unfold Rdiv. rewrite Rmult_1_l, ln_Rinv, ln_mult, ln_Rinv by lra. ring. }
  rewrite E. assert (A : forall x, - (PI / 2) < Formulas.clock x 0 < PI / 2).
  { intros x. rewrite clock_form, sqrt_0, !Rmult_0_r, Rmult_0_l, Rplus_0_r. split; [|apply atan_bound].
    replace (- (PI / 2)) with (- PI / 2) by field. apply atan_bound. }
  pose proof (A L). pose proof (A L_ref).
  assert (beta * (Formulas.clock L 0 - Formulas.clock L_ref 0) < beta * PI) by (apply Rmult_lt_compat_l; lra). lra.
Qed.

(** How fast the mirror climbs. The library's clock is the time of dL/dn = Omega / beta, over beta: its slope is
    1 / Omega, at eps = 0 too. There it stays below pi / 2 however far L goes, so that the equation reaches every L in
    less than beta (pi / 2 - clock (L_ref)). Near 1 the slope of the map is exp (- 1 / (beta sqrt eps)). And mean-only is at L or above after n updates exactly if
    n >= beta (L - L_ref). *)
Theorem b5 : forall beta eps L_ref L : R, 0 < beta -> 0 < eps ->
  (forall e, 0 <= e -> is_derive (fun x => Formulas.clock x e) L (1 / Omega (sigmoid L) e)) /\
  Formulas.clock L 0 < PI / 2 /\
  is_derive (mirror_map beta eps) 1 (exp (- (1 / (beta * sqrt eps)))) /\
  (forall n, L <= orbit (step (fun _ => 1) 0 beta L_ref) L_ref n <-> beta * (L - L_ref) <= INR n).
Proof.
  intros beta eps L_ref L Hb He. refine (conj _ (conj _ (conj _ _))).
  - intros e E. replace (1 / Omega (sigmoid L) e) with (root e L); [apply clock_derive, E|].
    change (Omega (sigmoid L) e) with (1 / root e L). pose proof (root_pos' e L E). field. lra.
  - rewrite clock_form. rewrite sqrt_0. rewrite !Rmult_0_r, Rmult_0_l, Rplus_0_r. apply atan_bound.
  - apply e18; assumption.
  - intros n. assert (E : orbit (step (fun _ => 1) 0 beta L_ref) L_ref n = L_ref + INR n / beta).
    { induction n; [simpl; field; lra|]. simpl orbit. rewrite IHn, S_INR. unfold step. field. lra. }
    rewrite E. split; intros.
    + apply (Rmult_le_reg_r (/ beta)); [apply Rinv_0_lt_compat, Hb|].
      replace (beta * (L - L_ref) * / beta) with (L - L_ref) by (field; lra). unfold Rdiv in H. lra.
    + apply (Rmult_le_compat_r (/ beta)) in H; [|left; apply Rinv_0_lt_compat, Hb].
      replace (beta * (L - L_ref) * / beta) with (L - L_ref) in H by (field; lra). unfold Rdiv. lra.
Qed.
