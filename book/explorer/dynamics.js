// Orbits and fixed points of one parameter point. Every formula comes from FORMULAS; here are only the algorithms.
// A point has p_ref, beta, eps, alpha, weighting and, unless the orbit starts at p_ref, p_0.
"use strict";

const DYNAMICS = (() => {
  const SETTLING = 20000; // updates after which an orbit is asked where it has gone
  const LONGEST = 64; // values of the longest cycle that is looked for
  const SAME = 1e-9; // relative distance at which two log-odds are one value

  const rules = (point) => FORMULAS.weightings[point.weighting];
  const reference = (point) => FORMULAS.logit(point.p_ref);
  const start = (point) => FORMULAS.logit(point.p_0 ?? point.p_ref);
  const slope = (L, point) => rules(point).slope(L, point.beta, point.eps, point.alpha);
  const near = (a, b, tolerance) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

  function step(L, point, L_ref = reference(point)) {
    if (L === Infinity) return L; // a bowl's orbit leaves the floats towards p = 1, and stays
    return rules(point).step(L, L_ref, point.beta, point.eps, point.alpha);
  }

  function orbit(point, steps) {
    const states = [start(point)];
    const L_ref = reference(point);
    while (states.length <= steps) states.push(step(states[states.length - 1], point, L_ref));
    return states;
  }

  // Where f changes its sign: halved until no float lies between. f(low) and f(high) differ in sign, or one is 0.
  function bisect(f, low, high) {
    const rises = f(low) < f(high);
    for (;;) {
      const middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) return Math.abs(f(low)) < Math.abs(f(high)) ? low : high;
      if (f(middle) < 0 === rises) low = middle;
      else high = middle;
    }
  }

  // A place above `from` (which is > 0) where f, negative in the end, is so already.
  function beyond(f, from) {
    let place = 2 * from;
    while (f(place) >= 0) place *= 2;
    return place;
  }

  // All fixed points, ascending. A defect of GRPO falls, except between the two places on L > 0 where its slope is 0, if
  // there are any: the slope rises up to peak_logit and falls after it (B2). So each piece between has one root at
  // most. All lie above the reference (Theorem 3). Where the push never rises the defect falls; where it is a bowl the
  // defect has one turn, and the last fixed point is p = 1.
  function fixedPoints(point) {
    const { beta, eps, alpha } = point;
    const rule = rules(point);
    if (alpha === 0) {
      return [
        { L: -Infinity, slope: rule.slope_at_0(beta, eps) },
        { L: Infinity, slope: rule.slope_at_1(beta, eps) },
      ];
    }
    const L_ref = reference(point);
    const defect = (L) => rule.defect(L, L_ref, beta, eps, alpha);
    const defectSlope = (L) => rule.defect_slope(L, beta, eps, alpha);
    const peak = FORMULAS.peak_logit(eps);
    const turns = [];
    if (rule.shape === "bowl") turns.push(bisect(defectSlope, L_ref, beyond((L) => -defectSlope(L), Math.max(1, L_ref))));
    else if (rule.shape === "dip" && defectSlope(peak) > 0) {
      turns.push(bisect(defectSlope, 0, peak), bisect(defectSlope, peak, beyond(defectSlope, peak)));
    }
    const last = rule.shape === "bowl" ? (L) => -defect(L) : defect;
    const ends = [Math.min(L_ref, ...turns), ...turns, beyond(last, Math.max(1, L_ref, ...turns))];
    const roots = new Set();
    for (let i = 1; i < ends.length; i++) {
      const [low, high] = [ends[i - 1], ends[i]];
      if (defect(low) * defect(high) <= 0) roots.add(bisect(defect, low, high));
    }
    const inside = [...roots].map((L) => ({ L, slope: slope(L, point) }));
    return rule.shape === "bowl" ? [...inside, { L: Infinity, slope: 0 }] : inside;
  }

  const attracts = (fixed) => Math.abs(fixed.slope) < 1;
  const pull = (fixed) => (attracts(fixed) ? "attracts" : Math.abs(fixed.slope) > 1 ? "repels" : "has slope 1");

  // Where a run ends by the theorems B8 and B9: "only", "lowest", "top" or "never". Undefined for what they do not cover:
  // two penalties where the push is not constant, the mirror, a start other than p_ref that may yet climb, and a fixed
  // point that attracts where that alone does not settle a run.
  function fate(point, fixed = fixedPoints(point)) {
    if (point.alpha === 0 || (point.alpha < 1 && rules(point).shape !== "constant")) return undefined;
    const [lowest, middle] = fixed;
    if (middle && Math.abs(start(point)) > middle.L) return "top";
    if (lowest.slope >= -1) return !rules(point).settles ? undefined : middle ? "lowest" : "only";
    return middle && step(0, point) < -middle.L ? undefined : "never";
  }

  // What the orbit comes to: {fixed} one of the fixed points, {cycle} several values in turn, {rising} without end,
  // or {} if none of these can be seen.
  function outcome(point, fixed = fixedPoints(point)) {
    if (point.alpha === 0) return { rising: true };
    const tail = orbit(point, SETTLING).slice(-1 - LONGEST);
    const last = tail[LONGEST];
    for (let length = 1; length <= LONGEST; length++) {
      if (!near(tail[LONGEST - length], last, SAME)) continue;
      if (length > 1) return { cycle: tail.slice(-length).sort((a, b) => a - b) };
      const place = fixed.findIndex(({ L }) => near(last, L, 1e-4)); // where the slope is almost 1 it creeps
      return place < 0 ? {} : { fixed: place };
    }
    return {};
  }

  return { SETTLING, LONGEST, step, slope, orbit, start, reference, fixedPoints, attracts, pull, fate, outcome };
})();
