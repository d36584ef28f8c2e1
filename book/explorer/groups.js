// The mean push of a group of samples: Ω_G, a polynomial of the success rate whose coefficients are in GAINS.
"use strict";

const GROUPS = (() => {
  const { sigmoid } = FORMULAS;
  let kept = {}; // the coefficients used last: they do not depend on the state

  function gains({ weighting, group_size, eps }) {
    if (kept.weighting !== weighting || kept.group_size !== group_size || kept.eps !== eps) {
      kept = { weighting, group_size, eps, values: GAINS[weighting][group_size](eps) };
    }
    return kept.values;
  }

  // Mean over how many of the other G − 1 are right, one output averaged over after the other, until two are left.
  function ends(L, point) {
    const [p, q] = [sigmoid(L), sigmoid(-L)];
    const values = [...gains(point)];
    for (let last = values.length - 1; last > 1; last--) {
      for (let k = 0; k < last; k++) values[k] = q * values[k] + p * values[k + 1];
    }
    return { p, q, failed: values[0], right: values[1] };
  }

  function push(L, point) {
    const { p, q, failed, right } = ends(L, point);
    return q * failed + p * right;
  }

  // Along the log-odds.
  function pushSlope(L, point) {
    const { p, q, failed, right } = ends(L, point);
    return p * q * (point.group_size - 1) * (right - failed);
  }

  const sizes = (weighting) => Object.keys(typeof GAINS === "undefined" ? {} : GAINS[weighting]).map(Number);

  return { gains, push, pushSlope, sizes };
})();
