(* Chapter "What each method maximises": where an exact update climbs J, and where it falls (B18). *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic FixedPoints Climbs.
Open Scope R_scope.

Lemma first_order (f : R -> R) q s e : is_derive f q s -> 0 < e ->
  exists d, 0 < d /\ forall x, Rabs (x - q) < d -> Rabs (f x - f q - s * (x - q)) <= e * Rabs (x - q).
Proof.
  intros D He. apply is_derive_Reals in D. destruct (D e He) as (d & Hd). exists d. split; [apply cond_pos|]. intros x Hx.
  destruct (Req_dec x q) as [->|N].
  - replace (f q - f q - s * (q - q)) with 0 by ring. rewrite Rabs_R0. apply Rmult_le_pos; [lra|apply Rabs_pos].
  - specialize (Hd (x - q) ltac:(lra) Hx). replace (q + (x - q)) with x in Hd by ring.
    replace (f x - f q - s * (x - q)) with (((f x - f q) / (x - q) - s) * (x - q)) by (field; lra).
    rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|lra].
Qed.

Lemma second_order (f f1 : R -> R) q k e r : 0 < r -> (forall x, Rabs (x - q) < r -> is_derive f x (f1 x)) -> f1 q = 0 ->
  is_derive f1 q k -> 0 < e ->
  exists d, 0 < d /\ forall x, Rabs (x - q) < d -> Rabs (f x - f q - k / 2 * (x - q) ^ 2) <= e * (x - q) ^ 2.
Proof.
  intros Hr D Z D1 He. destruct (first_order f1 q k e D1 He) as (d & Hd & F). exists (Rmin d r).
  split; [apply Rmin_pos; assumption|]. intros x Hx. pose proof (Rmin_l d r) as Ml. pose proof (Rmin_r d r) as Mr.
  assert (In : forall c, Rmin q x <= c <= Rmax q x -> Rabs (c - q) <= Rabs (x - q)).
  { intros c Hc. unfold Rmin, Rmax in Hc. destruct (Rle_dec q x).
    - rewrite !Rabs_right; lra.
    - rewrite !Rabs_left1; lra. }
  set (g := fun y => f y - f q - k / 2 * (y - q) ^ 2).
  assert (Dg : forall c, Rmin q x <= c <= Rmax q x -> is_derive g c (f1 c - k * (c - q))).
  { intros c Hc. specialize (In c Hc). replace (f1 c - k * (c - q)) with (f1 c - 0 - k * (c - q)) by ring.
    apply (is_derive_minus (fun y => f y - f q) (fun y => k / 2 * (y - q) ^ 2)).
    - apply (is_derive_minus f (fun _ => f q)); [apply D; lra|apply (is_derive_const (f q))].
    - auto_derive; [exact I|]. field. }
  destruct (MVT_gen g q x (fun c => f1 c - k * (c - q))) as (c & Hc & E).
  - intros c Hc. apply Dg. lra.
  - intros c Hc. apply derivable_continuous_pt. exists (f1 c - k * (c - q)). apply is_derive_Reals, Dg, Hc.
  - assert (Gq : g q = 0) by (unfold g; ring). rewrite Gq, Rminus_0_r in E. change (Rabs (g x) <= e * (x - q) ^ 2). rewrite E, Rabs_mult.
    specialize (In c Hc). specialize (F c ltac:(lra)). rewrite Z, Rminus_0_r in F.
    replace (e * (x - q) ^ 2) with (e * Rabs (x - q) * Rabs (x - q)).
    + apply Rmult_le_compat_r; [apply Rabs_pos|]. eapply Rle_trans; [exact F|]. apply Rmult_le_compat_l; lra.
    + rewrite Rmult_assoc, <- Rabs_mult, (Rabs_right (_ * _)); [ring|]. apply Rle_ge, Rle_0_sqr.
Qed.

Lemma square_le a b : Rabs a <= b -> a ^ 2 <= b ^ 2.
Proof. intros H. rewrite <- (pow2_abs a). apply pow_incr. split; [apply Rabs_pos|exact H]. Qed.

Lemma square_ge a b : 0 <= b -> b <= Rabs a -> b ^ 2 <= a ^ 2.
Proof. intros B H. rewrite <- (pow2_abs a). apply pow_incr. split; assumption. Qed.

(** An exact update from p raises J if p is no fixed point and none lies strictly between it and where the update goes. Near
    a fixed point whose slope s is between -1 and 1, a maximum, it raises J from everywhere else; near one with s below -1, a
    maximum too, it lowers J from everywhere else. *)
Theorem b18_climbs : forall (F Om Om1 : R -> R) (beta p_ref p : R),
  0 < beta -> 0 < p_ref < 1 -> 0 < p < 1 ->
  (forall x, 0 < x < 1 -> is_derive F x (Om x) /\ is_derive Om x (Om1 x)) ->
  let J x := F x - beta * coin_kl x p_ref in
  let J1 x := Om x - beta * (logit x - logit p_ref) in
  let next x := sigmoid (logit p_ref + Om x / beta) in
  let s := p * (1 - p) * Om1 p / beta in
  (J1 p <> 0 -> (forall x, p < x < next p \/ next p < x < p -> J1 x <> 0) -> J p < J (next p)) /\
  (J1 p = 0 -> - (1) < s < 1 -> exists d, 0 < d /\ forall x, x <> p -> Rabs (x - p) < d -> J x < J (next x)) /\
  (J1 p = 0 -> s < - (1) -> exists d, 0 < d /\ forall x, x <> p -> Rabs (x - p) < d -> J (next x) < J x).
Proof.
  intros F Om Om1 beta p_ref p Hb Hr Hp H J J1 next s. pose proof (variance_pos p Hp) as V.
  assert (D1 : forall x, 0 < x < 1 -> is_derive J1 x (Om1 x - beta * / (x * (1 - x)))).
  { intros x Hx. apply balance_derive, H; assumption. }
  assert (DJ : forall x, 0 < x < 1 -> is_derive J x (J1 x)).
  { intros x Hx. apply objective_derive, H; assumption. }
  assert (Un : forall L, 0 < sigmoid L < 1) by (intros; split; [apply sigmoid_pos|apply sigmoid_lt_1]).
  split.
  - intros N0 No. set (a := logit p). set (b := logit p_ref + Om p / beta).
    assert (Sa : sigmoid a = p) by (apply sigmoid_logit, Hp). assert (Sb : sigmoid b = next p) by reflexivity.
    set (G := fun L => J1 (sigmoid L)). assert (Ga : G a = J1 p) by (unfold G; rewrite Sa; reflexivity).
    assert (Move : G a = beta * (b - a)) by (rewrite Ga; unfold J1, a, b; field; lra).
    assert (Cont : forall L, continuity_pt G L).
    { intros L. apply continuity_pt_filterlim, (ex_derive_continuous G).
      eexists. apply (is_derive_comp J1 sigmoid L); [apply D1, Un|apply sigmoid_derive]. }
    assert (Dg : forall c, derivable_pt_lim (fun L => J (sigmoid L)) c (sigmoid c * (1 - sigmoid c) * G c)).
    { intros c. apply is_derive_Reals, (is_derive_comp J sigmoid c); [apply DJ, Un|apply sigmoid_derive]. }
    change (J p < J (sigmoid b)). replace (J p) with (J (sigmoid a)) by (rewrite Sa; reflexivity).
    destruct (Rtotal_order (J1 p) 0) as [Neg|[E|Pos]]; [|contradiction|].
    + assert (Hab : b < a) by (rewrite <- Ga, Move in Neg; nra).
      destruct (MVT_cor2 (fun L => J (sigmoid L)) (fun L => sigmoid L * (1 - sigmoid L) * G L) b a Hab) as (c & E & I); [intros; apply Dg|].
      assert (Gc : G c < 0).
      { destruct (Rtotal_order (G c) 0) as [|[Z|P]]; [assumption| |]; exfalso.
        - apply (No (sigmoid c)); [right; split; [apply (sigmoid_increasing b)|rewrite <- Sa; apply sigmoid_increasing]; lra|exact Z].
        - destruct (zero_between G c a Cont) as (z & Hz & Z); [lra|rewrite Ga; nra|].
          apply (No (sigmoid z)); [right; split; [apply (sigmoid_increasing b)|rewrite <- Sa; apply sigmoid_increasing]; lra|exact Z]. }
      pose proof (variance_pos _ (Un c)) as Vc.
      assert (0 < sigmoid c * (1 - sigmoid c) * - G c * (a - b)) by (apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat|]; lra). lra.
    + assert (Hab : a < b) by (rewrite <- Ga, Move in Pos; nra).
      destruct (MVT_cor2 (fun L => J (sigmoid L)) (fun L => sigmoid L * (1 - sigmoid L) * G L) a b Hab) as (c & E & I); [intros; apply Dg|].
      assert (Gc : 0 < G c).
      { destruct (Rtotal_order (G c) 0) as [P|[Z|]]; [| |assumption]; exfalso.
        - destruct (zero_between G a c Cont) as (z & Hz & Z); [lra|rewrite Ga; nra|].
          apply (No (sigmoid z)); [left; split; [rewrite <- Sa; apply sigmoid_increasing|apply sigmoid_increasing with (y := b)]; lra|exact Z].
        - apply (No (sigmoid c)); [left; split; [rewrite <- Sa; apply sigmoid_increasing|apply sigmoid_increasing with (y := b)]; lra|exact Z]. }
      pose proof (variance_pos _ (Un c)) as Vc.
      assert (0 < sigmoid c * (1 - sigmoid c) * G c * (b - a)) by (apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat|]; lra). lra.
  - set (k := Om1 p - beta * / (p * (1 - p))).
    assert (K : s < 1 -> k < 0).
    { intros S. assert (E : k = beta / (p * (1 - p)) * (s - 1)) by (unfold k, s; field; lra).
      assert (0 < beta / (p * (1 - p))) by (apply Rdiv_lt_0_compat; assumption). rewrite E. nra. }
    assert (Rest : J1 p = 0 -> next p = p /\ is_derive next p s).
    { intros Z. assert (E : logit p_ref + Om p / beta = logit p).
      { unfold J1 in Z. replace (Om p) with (beta * (logit p - logit p_ref)) by lra. field. lra. }
      assert (Np : next p = p) by (unfold next; rewrite E; apply sigmoid_logit, Hp). split; [exact Np|].
      replace s with (scal (/ beta * Om1 p) (sigmoid (logit p_ref + Om p / beta) * (1 - sigmoid (logit p_ref + Om p / beta)))).
      - apply (is_derive_comp sigmoid (fun x => logit p_ref + Om x / beta)); [apply sigmoid_derive|].
        replace (/ beta * Om1 p) with (0 + / beta * Om1 p) by ring.
        apply (is_derive_plus (fun _ => logit p_ref) (fun x => Om x / beta)); [apply (is_derive_const (logit p_ref))|].
        apply (is_derive_ext (fun x => / beta * Om x)); [intros; apply Rmult_comm|]. apply is_derive_scal, H, Hp.
      - fold (next p). rewrite Np. unfold scal, s; simpl; unfold mult; simpl. field. lra. }
    set (r := Rmin p (1 - p)). assert (R0 : 0 < r) by (apply Rmin_pos; lra).
    assert (Near : forall x, Rabs (x - p) < r -> is_derive J x (J1 x)).
    { intros x Hx. apply DJ. apply Rabs_def2 in Hx. pose proof (Rmin_l p (1 - p)). pose proof (Rmin_r p (1 - p)). fold r in H0, H1. lra. }
    split; intros Z S; destruct (Rest Z) as [Np Dn]; specialize (K ltac:(lra)).
    + set (m := (1 + Rabs s) / 2). assert (Sm : Rabs s < 1) by (apply Rabs_def1; lra). pose proof (Rabs_pos s) as S0.
      assert (M : 0 < m < 1) by (unfold m; lra). assert (M2 : 0 < 1 - m ^ 2) by nra.
      destruct (first_order next p s ((1 - Rabs s) / 2) Dn ltac:(lra)) as (d1 & P1 & F1).
      destruct (second_order J J1 p k (- k / 2 * (1 - m ^ 2) / 4) r R0 Near Z (D1 p Hp)) as (d2 & P2 & F2); [nra|].
      exists (Rmin d1 d2). split; [apply Rmin_pos; assumption|]. intros x Nx Hx.
      pose proof (Rmin_l d1 d2). pose proof (Rmin_r d1 d2).
      specialize (F1 x ltac:(lra)). rewrite Np in F1. set (y := next x - p) in *. set (t := x - p) in *.
      assert (Y : Rabs y <= m * Rabs t).
      { replace y with (y - s * t + s * t) by ring. eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult. unfold m. lra. }
      assert (T : 0 < Rabs t) by (apply Rabs_pos_lt; unfold t; lra). assert (T2 : 0 < t ^ 2) by (rewrite <- pow2_abs; apply pow_lt, T).
      assert (Y2 : y ^ 2 <= m ^ 2 * t ^ 2).
      { rewrite <- (pow2_abs t), <- Rpow_mult_distr. apply square_le, Y. }
      pose proof (F2 x ltac:(fold t; lra)) as Fx. pose proof (F2 (next x) ltac:(fold y; nra)) as Fy. fold t in Fx. fold y in Fy.
      apply Rabs_le_between in Fx. apply Rabs_le_between in Fy. set (e := - k / 2 * (1 - m ^ 2) / 4) in *.
      assert (E0 : 0 < e) by (unfold e; nra).
      assert (B : (- k / 2 + e) * y ^ 2 <= (- k / 2 + e) * (m ^ 2 * t ^ 2)) by (apply Rmult_le_compat_l; lra).
      assert (C : 0 < (- k / 2 - e - (- k / 2 + e) * m ^ 2) * t ^ 2).
      { apply Rmult_lt_0_compat; [|exact T2]. assert (e * m ^ 2 <= e) by nra. unfold e in *. nra. }
      lra.
    + set (M := (1 - s) / 2). assert (M1 : 1 < M) by (unfold M; lra). assert (M2 : 1 < M ^ 2) by nra.
      set (e := - k / 2 * (M ^ 2 - 1) / (2 * (M ^ 2 + 1))).
      assert (Ee : e * (M ^ 2 + 1) = - k / 4 * (M ^ 2 - 1)) by (unfold e; field; lra).
      assert (E0 : 0 < e) by (apply Rdiv_lt_0_compat; nra).
      destruct (first_order next p s ((- s - 1) / 2) Dn ltac:(lra)) as (d1 & P1 & F1).
      destruct (second_order J J1 p k e r R0 Near Z (D1 p Hp) E0) as (d2 & P2 & F2).
      assert (Q : 0 < d2 / (- 2 * s)) by (apply Rdiv_lt_0_compat; lra).
      exists (Rmin d1 (d2 / (- 2 * s))). split; [apply Rmin_pos; assumption|]. intros x Nx Hx.
      pose proof (Rmin_l d1 (d2 / (- 2 * s))). pose proof (Rmin_r d1 (d2 / (- 2 * s))).
      specialize (F1 x ltac:(lra)). rewrite Np in F1. set (y := next x - p) in *. set (t := x - p) in *.
      assert (T : 0 < Rabs t) by (apply Rabs_pos_lt; unfold t; lra). assert (T2 : 0 < t ^ 2) by (rewrite <- pow2_abs; apply pow_lt, T).
      assert (St : Rabs (s * t) = - s * Rabs t) by (rewrite Rabs_mult, (Rabs_left s); lra).
      assert (Far : - 2 * s * Rabs t < d2).
      { apply (Rmult_lt_reg_r (/ (- 2 * s))); [apply Rinv_0_lt_compat; lra|].
        replace (- 2 * s * Rabs t * / (- 2 * s)) with (Rabs t) by (field; lra). unfold Rdiv in *. lra. }
      assert (Y : Rabs y <= - 2 * s * Rabs t).
      { replace y with (y - s * t + s * t) by ring. eapply Rle_trans; [apply Rabs_triang|]. rewrite St. nra. }
      assert (Y' : M * Rabs t <= Rabs y).
      { pose proof (Rabs_triang (s * t - y) y) as Tr. replace (s * t - y + y) with (s * t) in Tr by ring.
        rewrite (Rabs_minus_sym (s * t) y), St in Tr. unfold M. lra. }
      assert (Y2 : M ^ 2 * t ^ 2 <= y ^ 2).
      { rewrite <- (pow2_abs t), <- Rpow_mult_distr. apply square_ge; [|exact Y']. apply Rmult_le_pos; lra. }
      assert (d2 / (- 2 * s) < d2).
      { apply (Rmult_lt_reg_r (- 2 * s)); [lra|]. replace (d2 / (- 2 * s) * (- 2 * s)) with d2 by (field; lra). nra. }
      pose proof (F2 x ltac:(fold t; lra)) as Fx. pose proof (F2 (next x) ltac:(fold y; lra)) as Fy. fold t in Fx. fold y in Fy.
      apply Rabs_le_between in Fx. apply Rabs_le_between in Fy.
      assert (Ek : e < - k / 2) by nra.
      assert (B : (- k / 2 - e) * (M ^ 2 * t ^ 2) <= (- k / 2 - e) * y ^ 2) by (apply Rmult_le_compat_l; lra).
      assert (C : 0 < ((- k / 2 - e) * M ^ 2 - (- k / 2 + e)) * t ^ 2) by (apply Rmult_lt_0_compat; [nra|exact T2]).
      lra.
Qed.
