(* Chapter "The clip": where a clipped run from the reference settles (B7). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force SuccessMap Stability Schwarzian FixedPoints Signs Cycles Fate Ends Climbs Clipped ClippedRuns.
Open Scope R_scope.

(* A map C that goes up below a fixed point of the recursion, by more than some continuous low and no farther than the
   recursion, and that is the recursion above it, up to t, where that goes down. *)
Section Runs.
Context (L_ref beta eps a t : R) (Hb : 0 < beta) (He : 0 < eps) (C low : R -> R).
Notation f := (F L_ref beta eps).
Context (Fa : f a = a) (Fallen : C a = a) (Clow : forall x, continuous low x).
Context (Below : forall x, x < a -> x < low x /\ low x <= C x /\ C x <= f x).
Context (Above : forall x, a < x <= t -> C x = f x /\ f x < x).

Lemma later x n (l : R) : is_lim_seq (orbit C (orbit C x n)) l -> is_lim_seq (orbit C x) l.
Proof. intros H. apply is_lim_seq_incr_n with (N := n). eapply is_lim_seq_ext; [|exact H]. intros k. apply orbit_add. Qed.

(* A limit below a of a run that stays below a cannot be. *)
Lemma no_limit_below x (l : R) : is_lim_seq (orbit C x) l -> (forall n, orbit C x n < a) -> l < a -> False.
Proof.
  intros Hl Hn La. assert (A : is_lim_seq (fun n => low (orbit C x n)) (low l)).
  { apply (is_lim_seq_continuous low); [apply continuity_pt_filterlim, Clow|exact Hl]. }
  assert (Q : Rbar_le (low l) l).
  { apply (is_lim_seq_le (fun n => low (orbit C x n)) (fun n => orbit C x (S n))).
    - intros n. apply (Below (orbit C x n)), Hn.
    - exact A.
    - apply is_lim_seq_incr_1 in Hl. exact Hl. }
  simpl in Q. destruct (Below l La). lra.
Qed.

Lemma no_limit_above x (l : R) : is_lim_seq (orbit C x) l -> (forall n, a < orbit C x n <= t) -> a < l -> l <= t -> False.
Proof.
  intros Hl Hn La Lt. assert (A : is_lim_seq (fun n => f (orbit C x n)) (f l)).
  { apply (is_lim_seq_continuous f); [apply continuity_pt_filterlim, (f_continuous L_ref beta eps He)|exact Hl]. }
  apply is_lim_seq_incr_1 in Hl. assert (B : is_lim_seq (fun n => f (orbit C x n)) l).
  { eapply is_lim_seq_ext; [|exact Hl]. intros n. simpl. apply (Above (orbit C x n)), Hn. }
  apply is_lim_seq_unique in A. apply is_lim_seq_unique in B. rewrite A in B. injection B as B.
  destruct (Above l ltac:(lra)). lra.
Qed.

Lemma rises_past x v : v < a -> exists n, v <= orbit C x n.
Proof.
  intros Hv. destruct (Classical_Prop.classic (exists n, v <= orbit C x n)) as [|No]; [assumption|exfalso].
  assert (Lt : forall n, orbit C x n < v).
  { intros n. destruct (Rlt_or_le (orbit C x n) v); [assumption|]. exfalso. apply No. exists n. assumption. }
  destruct (rising_limit (orbit C x) v) as (l & Hl & Lv & _).
  - intros n. specialize (Lt n). destruct (Below (orbit C x n) ltac:(lra)) as (A & B & _). simpl. lra.
  - intros n. left. apply Lt.
  - apply (no_limit_below x l Hl); [intros n; specialize (Lt n); lra|lra].
Qed.

Lemma falling_part x : (forall n, orbit C x n <= t) -> (forall n, a < orbit C x n) -> is_lim_seq (orbit C x) a.
Proof.
  intros Ht Ha. destruct (falling_limit (orbit C x) a) as (l & Hl & La & Lo).
  - intros n. destruct (Above (orbit C x n) (conj (Ha n) (Ht n))) as [E D]. simpl. lra.
  - intros n. left. apply Ha.
  - destruct La as [La| <-]; [exfalso|exact Hl].
    apply (no_limit_above x l Hl); [intros n; split; [apply Ha|apply Ht]|exact La|]. apply Rle_trans with x; [apply (Lo 0%nat)|apply (Ht 0%nat)].
Qed.

Lemma settles_high x : 0 <= a -> (forall n, orbit C x n <= t) -> is_lim_seq (orbit C x) a.
Proof.
  intros A0 Ht. destruct (Classical_Prop.classic (exists n, a <= orbit C x n)) as [[n Hn]|No].
  - apply (later x n). set (z := orbit C x n) in *. assert (Hz : forall k, orbit C z k <= t) by (intros; unfold z; rewrite orbit_add; apply Ht).
    destruct Hn as [Hn| <-].
    + apply falling_part; [exact Hz|]. induction n0; [exact Hn|]. simpl. destruct (Above _ (conj IHn0 (Hz n0))) as [-> _].
      rewrite <- Fa at 1. apply (f_rises L_ref beta eps Hb He); lra.
    + apply is_lim_seq_ext with (fun _ => a); [|apply is_lim_seq_const]. induction n0; [reflexivity|]. simpl. rewrite <- IHn0. auto.
  - assert (Lt : forall n, orbit C x n < a).
    { intros n. destruct (Rlt_or_le (orbit C x n) a); [assumption|]. exfalso. apply No. exists n. assumption. }
    destruct (rising_limit (orbit C x) a) as (l & Hl & [La| ->] & _).
    + intros n. destruct (Below (orbit C x n) (Lt n)) as (U & V & _). simpl. lra.
    + intros n. left. apply Lt.
    + exfalso. apply (no_limit_below x l Hl Lt La).
    + exact Hl.
Qed.

Section Low.
Context (A0 : a < 0) (Slope : -1 <= push1 eps a / beta).

Lemma falls_le x y : x <= y -> y <= 0 -> f y <= f x.
Proof. intros [H| ->] K; [left; apply (f_falls L_ref beta eps Hb He); assumption|lra]. Qed.

(* An interval from f b to b keeps a run, and what falls from above b' = f (f b) does not come back above it. *)
Lemma kept b y : a < b -> b <= 0 -> b <= t -> f (f b) <= b -> f b <= y <= b -> f b <= C y <= b.
Proof.
  intros Hab B0 Bt Two Hy. destruct (Rtotal_order y a) as [Y|[->|Y]].
  - destruct (Below y Y) as (U & V & W). pose proof (falls_le (f b) y ltac:(lra) ltac:(lra)). lra.
  - rewrite Fallen. pose proof (falls_le a b ltac:(lra) B0). lra.
  - destruct (Above y ltac:(lra)) as [-> D]. pose proof (falls_le y b ltac:(lra) B0). pose proof (falls_le a y ltac:(lra) ltac:(lra)). lra.
Qed.

Lemma kept_always b x n : a < b -> b <= 0 -> b <= t -> f (f b) <= b -> f b <= x <= b -> f b <= orbit C x n <= b.
Proof. intros. induction n; [assumption|]. simpl. apply kept; assumption. Qed.

Lemma shrinks b x : a < b -> b <= 0 -> b <= t ->
  (exists n, f b <= orbit C x n <= b) -> exists m, f (f (f b)) <= orbit C x m <= f (f b).
Proof.
  intros Hab B0 Bt (n & Hn). pose proof (closer L_ref beta eps Hb He a Fa Slope A0 b Hab B0) as K. set (b' := f (f b)) in *.
  assert (First : exists k, f b <= orbit C x k <= b').
  { destruct (Rle_or_lt (orbit C x n) b') as [L|G]; [exists n; lra|]. exists (S n). simpl.
    destruct (Above (orbit C x n) ltac:(lra)) as [-> _]. pose proof (falls_le (orbit C x n) b ltac:(lra) B0).
    pose proof (falls_le a (orbit C x n) ltac:(lra) ltac:(lra)). lra. }
  destruct First as (k & Hk). set (z := orbit C x k) in *.
  assert (Keep : forall j, f b <= orbit C z j <= b').
  { induction j; [exact Hk|]. simpl. set (y := orbit C z j) in *. destruct (Rtotal_order y a) as [Y|[->|Y]].
    - destruct (Below y Y) as (U & V & W). pose proof (falls_le (f b) y ltac:(lra) ltac:(lra)). fold b' in H. lra.
    - rewrite Fallen. pose proof (falls_le a b ltac:(lra) B0). lra.
    - destruct (Above y ltac:(lra)) as [-> D]. pose proof (falls_le y b ltac:(lra) B0). pose proof (falls_le a y ltac:(lra) ltac:(lra)). lra. }
  assert (V : f b' < a) by (rewrite <- Fa; apply (f_falls L_ref beta eps Hb He); lra).
  destruct (rises_past z (f b') V) as (j & Hj). exists (j + k)%nat. unfold z in Hj, Keep. specialize (Keep j).
  rewrite orbit_add in Hj, Keep. lra.
Qed.

Lemma settles_low x : a < t -> (forall n, orbit C x n <= t) -> is_lim_seq (orbit C x) a.
Proof.
  intros T0 Ht. set (b0 := Rmin t 0).
  assert (B0 : a < b0 /\ b0 <= 0 /\ b0 <= t).
  { pose proof (Rmin_l t 0). pose proof (Rmin_r t 0). fold b0 in H, H0. split; [apply Rmin_glb_lt; assumption|lra]. }
  assert (Least : forall y, a < y <= t -> f b0 <= f y).
  { intros y Hy. unfold b0, Rmin. destruct (Rle_dec t 0); [apply falls_le; lra|apply (f_least L_ref beta eps Hb He)]. }
  assert (F0 : f b0 < a) by (rewrite <- Fa; apply (f_falls L_ref beta eps Hb He); lra).
  assert (Trap : exists n, f b0 <= orbit C x n <= b0).
  { destruct (rises_past x (f b0) F0) as (n & Hn). set (z := orbit C x n) in *.
    assert (Hz : forall k, orbit C z k <= t) by (intros; unfold z; rewrite orbit_add; apply Ht).
    assert (Lo : forall k, f b0 <= orbit C z k).
    { induction k; [exact Hn|]. simpl. destruct (Rtotal_order (orbit C z k) a) as [Y|[->|Y]].
      - destruct (Below _ Y). lra.
      - rewrite Fallen. lra.
      - destruct (Above _ (conj Y (Hz k))) as [-> _]. apply Least. split; [exact Y|apply Hz]. }
    destruct (Classical_Prop.classic (exists k, orbit C z k <= b0)) as [[k Hk]|No].
    - exists (k + n)%nat. specialize (Lo k). unfold z in *. rewrite orbit_add in Hk, Lo. lra.
    - exfalso. assert (Up : forall k, b0 < orbit C z k).
      { intros k. destruct (Rlt_or_le b0 (orbit C z k)); [assumption|]. exfalso. apply No. exists k. assumption. }
      pose proof (falling_part z Hz ltac:(intros k; specialize (Up k); lra)) as Hl.
      assert (Q : Rbar_le b0 a) by (apply (is_lim_seq_le (fun _ => b0) (orbit C z) b0 a); [intros k; left; apply Up|apply is_lim_seq_const|exact Hl]).
      simpl in Q. lra. }
  pose proof (from_above L_ref beta eps Hb He a Fa Slope A0 b0 ltac:(lra) ltac:(lra)) as B.
  set (b := fun k => orbit f b0 (2 * k)).
  assert (Ib : forall k, a < b k <= b0).
  { induction k; [unfold b; simpl; lra|]. pose proof (closer L_ref beta eps Hb He a Fa Slope A0 (b k) ltac:(lra) ltac:(lra)) as K.
    unfold b in *. replace (2 * S k)%nat with (S (S (2 * k))) by lia. simpl orbit in *. lra. }
  assert (All : forall k, exists n, f (b k) <= orbit C x n <= b k).
  { induction k; [exact Trap|]. destruct (Ib k). destruct (shrinks (b k) x ltac:(lra) ltac:(lra) ltac:(lra) IHk) as (m & Hm). exists m.
    unfold b in *. replace (2 * S k)%nat with (S (S (2 * k))) by lia. exact Hm. }
  apply is_lim_seq_spec in B. apply is_lim_seq_spec. intros e. destruct (B e) as [K HK].
  destruct (All K) as (n & Hn). exists n. intros m Hm. destruct (Ib K).
  pose proof (closer L_ref beta eps Hb He a Fa Slope A0 (b K) ltac:(lra) ltac:(lra)) as Cl.
  pose proof (kept_always (b K) (orbit C x n) (m - n) ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra) Hn) as Kp.
  rewrite orbit_add in Kp. replace (m - n + n)%nat with m in Kp by lia.
  pose proof (HK (2 * K)%nat ltac:(lia)) as H1. pose proof (HK (S (2 * K)) ltac:(lia)) as H2.
  change (orbit f b0 (2 * K)) with (b K) in H1. change (orbit f b0 (S (2 * K))) with (f (b K)) in H2. apply Rabs_def2 in H1. apply Rabs_def2 in H2. apply Rabs_def1; lra.
Qed.
End Low.

(* Below a slope of -1 a run with a limit has landed on a. *)
Lemma lands_on x (l d : R) :
  0 < d -> (forall y, Rabs (y - a) < d -> C y = f y) -> push1 eps a / beta < -1 ->
  (forall n, orbit C x n <= t) -> is_lim_seq (orbit C x) l -> exists n, orbit C x n = a.
Proof.
  intros Hd Near Sl Ht Hl.
  assert (Lt : l <= t).
  { assert (Q : Rbar_le l t) by (apply (is_lim_seq_le (orbit C x) (fun _ => t) l t); [exact Ht|exact Hl|apply is_lim_seq_const]). exact Q. }
  assert (Tl : forall N, is_lim_seq (orbit C (orbit C x N)) l).
  { intros N. apply is_lim_seq_incr_n with (N := N) in Hl. eapply is_lim_seq_ext; [|exact Hl]. intros k. symmetry. apply orbit_add. }
  pose proof Hl as Sp. apply is_lim_seq_spec in Sp. destruct (Rtotal_order l a) as [La|[La|La]].
  - exfalso. assert (P : 0 < a - l) by lra. destruct (Sp (mkposreal _ P)) as [N HN]. simpl in HN.
    apply (no_limit_below _ l (Tl N)); [|exact La]. intros n. rewrite orbit_add.
    specialize (HN (n + N)%nat ltac:(lia)). apply Rabs_def2 in HN. lra.
  - subst l. destruct (Sp (mkposreal _ Hd)) as [N HN]. simpl in HN. set (z := orbit C x N) in *.
    assert (E : forall k, orbit f z k = orbit C z k).
    { induction k; [reflexivity|]. simpl. rewrite IHk. symmetry. apply Near. unfold z. rewrite orbit_add. apply HN. lia. }
    destruct (repels f a (push1 eps a / beta) z Fa) as (k & Hk).
    + apply F_derive. lra.
    + rewrite Rabs_left; lra.
    + eapply is_lim_seq_ext; [intros k; symmetry; apply E|apply Tl].
    + exists (k + N)%nat. rewrite <- orbit_add. fold z. rewrite <- E. exact Hk.
  - exfalso. assert (P : 0 < l - a) by lra. destruct (Sp (mkposreal _ P)) as [N HN]. simpl in HN.
    apply (no_limit_above _ l (Tl N)); [|exact La|exact Lt]. intros n. rewrite orbit_add. split; [|apply Ht].
    specialize (HN (n + N)%nat ltac:(lia)). apply Rabs_def2 in HN. lra.
Qed.
End Runs.

Lemma continuous_min (u v : R -> R) x :
  continuity_pt u x -> continuity_pt v x -> continuity_pt (fun y => Rmin (u y) (v y)) x.
Proof.
  intros Hu Hv. apply continuity_pt_ext with (fun y => (u y + v y - Rabs (u y - v y)) * / 2).
  - intros y. unfold Rmin. destruct (Rle_dec (u y) (v y)); [rewrite Rabs_left1 by lra|rewrite Rabs_right by lra]; field.
  - apply (continuity_pt_mult _ (fun _ => / 2)); [|apply continuity_pt_const; intros y z; reflexivity].
    apply continuity_pt_minus; [apply continuity_pt_plus; assumption|].
    apply (continuity_pt_comp (fun y => u y - v y) Rabs); [apply continuity_pt_minus; assumption|apply Rcontinuity_abs].
Qed.

(** Under the same hypotheses, p1 being the lowest fixed point, the clipped run from the reference tends to p1 if the slope
    there is -1 or above; if it is below -1, the run has no limit, unless it lands on p1 exactly. *)
Theorem b7_settles : forall p_ref beta eps c p1 : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 < c < 1 -> 0 <= p1 <= 1 ->
  p1 = h p_ref beta eps p1 -> h_slope p_ref beta eps p1 < 1 ->
  (forall q, 0 <= q < p1 -> q <> h p_ref beta eps q) ->
  (forall q, p1 < q <= p1 + c * Rmin p1 (1 - p1) -> q <> h p_ref beta eps q) ->
  let run n := orbit (fun p => sigmoid (clipped_log_odds p (logit p_ref) beta eps c)) p_ref n in
  (- (1) <= h_slope p_ref beta eps p1 -> is_lim_seq run p1) /\
  (h_slope p_ref beta eps p1 < - (1) -> forall q : R, is_lim_seq run q -> exists n, run n = p1).
Proof.
  intros p_ref beta eps c p1 Hr Hb He Hc H1 F1 Sl Lowest No run.
  pose proof (b7_lowest p_ref beta eps c p1 Hr Hb He Hc H1 F1 Sl No) as Top. set (top := p1 + c * Rmin p1 (1 - p1)) in *.
  change (forall n, run n <= top) in Top.
  destruct (F_fixed_iff p_ref beta eps p1) as [I1 E1]; try assumption.
  rewrite slope_of_fixed in Sl |- * by assumption. set (L := logit p_ref) in *. set (a := logit p1) in *.
  set (f := F L beta eps). set (x1 := fun x => sigmoid x + c * Rmin (sigmoid x) (1 - sigmoid x)).
  set (low := fun x => Rmin (f x) (logit (x1 x))). set (C := fun x => clipped_log_odds (sigmoid x) L beta eps c).
  set (t := logit top). assert (Sa : sigmoid a = p1) by (apply sigmoid_logit; assumption).
  assert (Un : forall x, 0 < sigmoid x < 1) by (intros; split; [apply sigmoid_pos|apply sigmoid_lt_1]).
  assert (It : 0 < top < 1 /\ a < t).
  { pose proof (first_limit c p1 Hc I1) as H. fold top in H. split; [lra|]. apply logit_lt; lra. }
  assert (Far : forall x, x < logit (x1 x)) by (intros; apply within_first; assumption).
  assert (Rest : forall x, low x <= C x /\ C x <= f x /\ (f x <= logit (x1 x) -> C x = f x))
    by (intros; apply clipped_between; assumption).
  assert (Zero : forall x, defect L beta eps x = 0 -> sigmoid x = h p_ref beta eps (sigmoid x)).
  { intros x Z. apply fixed_of_defect; assumption. }
  assert (Below : forall x, x < a -> x < low x /\ low x <= C x /\ C x <= f x).
  { intros x Hx. destruct (Rest x) as (R1 & R2 & _). split; [|split; assumption]. apply Rmin_glb_lt; [|apply Far].
    assert (P : 0 < defect L beta eps x).
    { apply (sign_below L beta eps a); [lra|assumption| |exact Hx]. intros y Hy Z. apply (Lowest (sigmoid y)); [|apply Zero, Z].
      split; [left; apply Un|rewrite <- Sa; apply sigmoid_increasing, Hy]. }
    unfold defect in P. fold f in P. lra. }
  assert (Above : forall x, a < x <= t -> C x = f x /\ f x < x).
  { intros x Hx. assert (D : f x < x).
    { apply (goes_down L beta eps a t); try assumption; try lra; [unfold defect1; lra|]. intros y Hy Z.
      apply (No (sigmoid y)); [|apply Zero, Z]. split; [rewrite <- Sa; apply sigmoid_increasing; lra|].
      rewrite <- (sigmoid_logit top) by lra. apply sigmoid_le. fold t. lra. }
    split; [|exact D]. apply Rest. pose proof (Far x). lra. }
  assert (Fallen : C a = a) by (rewrite <- E1 at 2; apply Rest; pose proof (Far a); unfold f; rewrite E1; lra).
  assert (Cs : forall x, continuity_pt sigmoid x) by (intros; apply continuity_pt_filterlim, sigmoid_continuous).
  assert (Cf : forall x, continuity_pt f x) by (intros; apply continuity_pt_filterlim, F_continuous; lra).
  assert (Cl : forall x, continuity_pt (fun y => logit (x1 y)) x).
  { intros x. apply (continuity_pt_comp x1 logit).
    - apply continuity_pt_plus; [apply Cs|]. apply (continuity_pt_mult (fun _ => c)); [apply continuity_pt_const; intros y z; reflexivity|].
      apply (continuous_min sigmoid (fun y => 1 - sigmoid y)); [apply Cs|].
      apply continuity_pt_minus; [apply continuity_pt_const; intros y z; reflexivity|apply Cs].
    - pose proof (first_limit c (sigmoid x) Hc (Un x)) as U. pose proof (Un x). fold (x1 x) in U.
      apply continuity_pt_filterlim, (ex_derive_continuous logit). eexists. apply logit_derive. lra. }
  assert (Clow : forall x, continuous low x) by (intros; apply continuity_pt_filterlim, continuous_min; [apply Cf|apply Cl]).
  assert (O : forall n, run n = sigmoid (orbit C L n)).
  { induction n; [unfold run; simpl; symmetry; apply sigmoid_logit, Hr|]. unfold run in *. simpl. rewrite IHn. reflexivity. }
  assert (Inside : forall n, orbit C L n <= t).
  { intros n. destruct (Rle_or_lt (orbit C L n) t) as [|N]; [assumption|exfalso]. apply sigmoid_increasing in N.
    unfold t in N. rewrite sigmoid_logit in N by lra. rewrite <- O in N. specialize (Top n). lra. }
  split.
  - intros S. apply is_lim_seq_ext with (fun n => sigmoid (orbit C L n)); [intros; symmetry; apply O|]. rewrite <- Sa.
    apply limit_sigmoid. destruct (Rle_or_lt 0 a) as [A0|A0].
    + apply (settles_high L beta eps a t Hb He C low E1 Fallen Clow Below Above); assumption.
    + apply (settles_low L beta eps a t Hb He C low E1 Fallen Clow Below Above A0); [lra|apply It|exact Inside].
  - intros S q Hq. assert (Q : p_ref <= q <= top).
    { assert (Q0 : Rbar_le p_ref q).
      { apply (is_lim_seq_le (fun _ => p_ref) run p_ref q); [|apply is_lim_seq_const|exact Hq]. intros n. rewrite O.
        rewrite <- (sigmoid_logit p_ref) by assumption. apply sigmoid_le. destruct n; [right; reflexivity|]. simpl. apply Rmax_r. }
      assert (Q1 : Rbar_le q top) by (apply (is_lim_seq_le run (fun _ => top) q top); [exact Top|exact Hq|apply is_lim_seq_const]).
      split; [exact Q0|exact Q1]. }
    assert (Hl : is_lim_seq (orbit C L) (logit q)).
    { apply is_lim_seq_ext with (fun n => logit (run n)); [intros; rewrite O; apply logit_sigmoid|].
      apply (is_lim_seq_continuous logit); [|exact Hq]. apply continuity_pt_filterlim, (ex_derive_continuous logit).
      eexists. apply logit_derive. lra. }
    assert (Near : exists d, 0 < d /\ forall y, Rabs (y - a) < d -> C y = f y).
    { assert (G : continuity_pt (fun y => logit (x1 y) - f y) a) by (apply continuity_pt_minus; [apply Cl|apply Cf]).
      assert (P : 0 < logit (x1 a) - f a) by (unfold f; rewrite E1; pose proof (Far a); lra).
      destruct (G _ P) as (d & Hd & N). simpl in N. unfold R_dist in N. exists d. split; [exact Hd|]. intros y Hy. apply Rest.
      destruct (Req_dec a y) as [<-|Ne]; [lra|]. specialize (N y (conj (conj I Ne) Hy)). apply Rabs_def2 in N. lra. }
    destruct Near as (d & Hd & Near).
    destruct (lands_on L beta eps a t He C low E1 Clow Below Above L (logit q) d Hd Near ltac:(lra) Inside Hl) as (n & Hn).
    exists n. rewrite O, Hn. exact Sa.
Qed.
