(* Chapter "Rollouts of older policies" (B17). *)
Require Import Reals Lra Lia PeanoNat Wf_nat Primitives Paper Force TwoKlOrbits.
Open Scope R_scope.

(** With rollouts that are v updates old, from the first policy where there is none so old, a run stays at z exactly if z is
    a fixed point of the updates without delay. With the reference as the only anchor the run has the values of the run
    without delay, in their order, and holds each of them v + 1 times. (How much delay two penalties bear is not part of
    this.) *)
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
