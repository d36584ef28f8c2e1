(* The two functions of grpo_paper.theory.elementary that the real numbers of Coq lack. *)
Require Import Reals.
Open Scope R_scope.

(* The logistic function: log-odds to probability. *)
Definition sigmoid (x : R) : R := 1 / (1 + exp (- x)).

(* Log-odds. *)
Definition logit (p : R) : R := ln (p / (1 - p)).
