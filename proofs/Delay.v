(* Chapter "Rollouts of older policies" (B17). *)
Require Import Reals Lra Lia PeanoNat Wf_nat Primitives Paper Force TwoKlOrbits.
Open Scope R_scope.

(** With rollouts that are v updates old, from the first policy where there is none so old, a run stays at z exactly if z is
    a fixed point of the updates without delay. With the reference as the only anchor the run has the values of the run
    without delay, in their order, and holds each after the first v + 1 times. (How much delay a fixed point bears, mixed ages,
    the mirror's clock on old rollouts and updates without the ratio are not part of this.) *)
Theorem b17 : forall (v : nat) (alpha beta eps L_ref : R),
  let late (f : R -> R -> R) (run : nat -> R) := forall n, run (S n) = f (run n) (run (n - v)%nat) in
  (forall z, late (fun last old => alpha * L_ref + (1 - alpha) * last + push eps old / beta) (fun _ => z)
    <-> z = step (push eps) alpha beta L_ref z) /\
  (forall run, late (fun _ old => step (push eps) 1 beta L_ref old) run ->
    forall n, run n = orbit (step (push eps) 1 beta L_ref) (run 0%nat) ((n + v) / (v + 1))).
Proof.
  intros v alpha beta eps L_ref late. unfold late. split.
  - intros z. unfold step. split; intros H; [apply (H 0%nat)|intros; exact H].
  - intros run H n. induction n as [n IH] using (well_founded_induction lt_wf). destruct n as [|n].
    + rewrite Nat.add_0_l, Nat.div_small by lia. reflexivity.
    + rewrite H, IH by lia. destruct (Nat.le_gt_cases v n) as [A|A].
      * replace (n - v + v)%nat with n by lia. replace (S n + v)%nat with (n + 1 * (v + 1))%nat by lia.
        rewrite Nat.div_add by lia.
        replace (n / (v + 1) + 1)%nat with (S (n / (v + 1))) by lia. reflexivity.
      * replace (n - v)%nat with 0%nat by lia. rewrite Nat.add_0_l, Nat.div_small by lia.
        replace (S n + v)%nat with (n + 1 * (v + 1))%nat by lia. rewrite Nat.div_add, Nat.div_small by lia. reflexivity.
Qed.

(** A sampler that is refreshed every m updates. From one refreshing to the next the run makes one update with fresh
    rollouts: that of two penalties at the share 1 - (1 - alpha)^m and the same alpha beta, which for alpha = 1 is the update
    itself; and for the mirror, alpha = 0, that of the mirror at beta / m. *)
Theorem b17_refreshed : forall (m : nat) (alpha beta eps L_ref L : R),
  (1 <= m)%nat -> 0 <= alpha <= 1 -> 0 < beta ->
  let run := orbit (fun last => alpha * L_ref + (1 - alpha) * last + push eps L / beta) L in
  let share := 1 - (1 - alpha) ^ m in
  (0 < alpha -> run m = step (push eps) share (alpha * beta / share) L_ref L) /\
  (alpha = 0 -> run m = step (push eps) 0 (beta / INR m) L_ref L).
Proof.
  intros m alpha beta eps L_ref L Hm Ha Hb run share. split.
  - intros A. assert (K : forall k, run k = (1 - (1 - alpha) ^ k) * (L_ref + push eps L / (alpha * beta)) + (1 - alpha) ^ k * L).
    { induction k; [change (run 0%nat) with L; simpl pow; ring|].
      change (run (S k)) with (alpha * L_ref + (1 - alpha) * run k + push eps L / beta).
      rewrite IHk. simpl pow. field. lra. }
    assert (S : 0 < share).
    { unfold share. destruct m as [|m]; [lia|]. simpl. assert (0 <= (1 - alpha) ^ m) by (apply pow_le; lra).
      assert ((1 - alpha) ^ m <= 1 ^ m) by (apply pow_incr; lra). rewrite pow1 in *. nra. }
    rewrite K. fold share. unfold step. replace ((1 - alpha) ^ m) with (1 - share) by (unfold share; ring). field. lra.
  - intros ->. assert (K : forall k, run k = L + INR k * (push eps L / beta)).
    { induction k; [change (run 0%nat) with L; simpl INR; ring|].
      change (run (S k)) with (0 * L_ref + (1 - 0) * run k + push eps L / beta).
      rewrite IHk, S_INR. ring. }
    rewrite K. unfold step. assert (0 < INR m) by (apply lt_0_INR; lia). field. lra.
Qed.
