// Updates, orbits and fixed points of one parameter point. Every formula comes from FORMULAS; here are the algorithms.
// A point has p_ref, beta, eps, alpha, weighting and, where they are not null, clip, group_size and p_0.
"use strict";

const DYNAMICS = (() => {
  const SETTLING = 20000; // updates after which an orbit is asked where it has gone
  const SETTLING_OF_GROUPS = 2000; // their push takes longer to compute
  const LONGEST = 64; // values of the longest cycle that is looked for
  const SAME = 1e-9; // relative distance at which two log-odds are one value
  const FAR = 40; // log-odds beyond which a success rate is 0 or 1 to the last place
  const FINE = 0.05; // nats between places at which a push of no known shape is looked at

  const rules = (point) => FORMULAS.weightings[point.weighting];
  const reference = (point) => FORMULAS.logit(point.p_ref);
  const start = (point) => FORMULAS.logit(point.p_0 ?? point.p_ref);
  const grouped = (point) => (point.group_size ?? null) !== null;
  const clipped = (point) => (point.clip ?? null) !== null;
  const near = (a, b, tolerance) => a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
  const push = (L, point) => (grouped(point) ? GROUPS.push(L, point) : rules(point).push(L, point.eps));
  const pushSlope = (L, point) => (grouped(point) ? GROUPS.pushSlope(L, point) : rules(point).push_slope(L, point.eps));
  const slope = (L, point) => FORMULAS.slope(pushSlope(L, point), point.beta, point.alpha);
  const updates = (point) => (grouped(point) ? SETTLING_OF_GROUPS : SETTLING);

  function step(L, point, L_ref = reference(point)) {
    if (L === Infinity) return L; // certain success stays
    const { beta, alpha, clip } = point;
    if (beta === 0)
      return clipped(point) ? FORMULAS.logit(FORMULAS.least_maximiser(FORMULAS.sigmoid(L), clip)) : Infinity;
    const pushed = push(L, point);
    if (!clipped(point)) return FORMULAS.step(L, L_ref, pushed, beta, alpha);
    if (pushed === Infinity)
      return L > 0 ? Infinity : FORMULAS.clipped_step(L, L_ref, Number.MAX_VALUE, beta, alpha, clip);
    return FORMULAS.clipped_step(L, L_ref, pushed, beta, alpha, clip);
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

  // Places between which the defect has one root at most. A defect of GRPO falls, except between the two places on L > 0
  // where its slope is 0, if there are any: the slope rises up to peak_logit and falls after it (B2). All lie above the
  // reference (Theorem 3). Where the push never rises the defect falls; where it is a bowl the defect has one turn.
  function pieces(point, defect, L_ref) {
    const { shape } = rules(point);
    const defectSlope = (L) => FORMULAS.defect_slope(pushSlope(L, point), point.beta, point.alpha);
    const peak = FORMULAS.peak_logit(point.eps);
    const turns = [];
    if (shape === "bowl")
      turns.push(
        bisect(
          defectSlope,
          L_ref,
          beyond((L) => -defectSlope(L), Math.max(1, L_ref)),
        ),
      );
    else if (shape === "dip" && defectSlope(peak) > 0) {
      turns.push(bisect(defectSlope, 0, peak), bisect(defectSlope, peak, beyond(defectSlope, peak)));
    }
    const last = shape === "bowl" ? (L) => -defect(L) : defect;
    return [Math.min(L_ref, ...turns), ...turns, beyond(last, Math.max(1, L_ref, ...turns))];
  }

  let table = {}; // a push at many places: it depends on neither β nor the reference

  // The same for a push of no known shape, as that of groups: places so near each other that a root between two of the
  // same sign is not expected. Beyond FAR the push is constant, and the defect falls.
  function places(point, defect, L_ref) {
    const { weighting, eps, group_size } = point;
    if (table.weighting !== weighting || table.eps !== eps || table.group_size !== group_size) {
      table = { weighting, eps, group_size, at: [], pushes: [] };
      for (let i = Math.round(-FAR / FINE); i <= FAR / FINE; i++) table.at.push(i * FINE);
      table.pushes = table.at.map((L) => push(L, point));
    }
    const ends = [L_ref];
    let sign = Math.sign(defect(L_ref));
    table.at.forEach((L, i) => {
      if (L <= L_ref) return;
      const here = Math.sign(FORMULAS.defect(L, L_ref, table.pushes[i], point.beta, point.alpha));
      if (here !== sign) ends.push(Math.max(L_ref, L - FINE), L);
      sign = here;
    });
    return [...ends, beyond(defect, Math.max(FAR, L_ref))];
  }

  // All fixed points, ascending. A clip moves none of them (B7).
  function fixedPoints(point) {
    const { beta, eps, alpha } = point;
    const rule = rules(point);
    if (beta === 0) return [{ L: Infinity, slope: 0 }];
    if (alpha === 0) {
      const gains = grouped(point) ? GROUPS.gains(point) : [rule.push_at_0(eps), rule.push_at_1(eps)];
      return [
        { L: -Infinity, slope: FORMULAS.slope_at_0(gains[0], beta) },
        { L: Infinity, slope: FORMULAS.slope_at_1(gains[gains.length - 1], beta) },
      ];
    }
    const L_ref = reference(point);
    const defect = (L) => FORMULAS.defect(L, L_ref, push(L, point), beta, alpha);
    const ends = (searched(point) ? places : pieces)(point, defect, L_ref);
    const roots = new Set();
    for (let i = 1; i < ends.length; i++) {
      const [low, high] = [ends[i - 1], ends[i]];
      if (low < high && defect(low) * defect(high) <= 0) roots.add(bisect(defect, low, high));
    }
    const inside = [...roots].map((L) => ({ L, slope: slope(L, point) }));
    return rule.shape === "bowl" && !grouped(point) ? [...inside, { L: Infinity, slope: 0 }] : inside;
  }

  const searched = (point) => point.alpha > 0 && point.beta > 0 && (grouped(point) || rules(point).shape === "None");
  const attracts = (fixed) => Math.abs(fixed.slope) < 1;
  const pull = (fixed) => (attracts(fixed) ? "attracts" : Math.abs(fixed.slope) > 1 ? "repels" : "has slope 1");

  // Where a run ends by the theorems B8 and B9: "only", "lowest", "top" or "never". Undefined for what they do not cover:
  // no penalty, a clip, groups, a push of no known shape, two penalties where the push is not constant, the mirror, a
  // start other than p_ref that may yet climb, and a fixed point that attracts where that alone does not settle a run.
  function fate(point, fixed = fixedPoints(point)) {
    const { shape, settles } = rules(point);
    if (point.beta === 0 || clipped(point) || grouped(point) || shape === "None") return undefined;
    if (point.alpha === 0 || (point.alpha < 1 && shape !== "constant")) return undefined;
    const [lowest, middle] = fixed;
    if (middle && Math.abs(start(point)) > middle.L) return "top";
    if (lowest.slope >= -1) return !settles ? undefined : middle ? "lowest" : "only";
    return middle && step(0, point) < -middle.L ? undefined : "never";
  }

  // What the orbit comes to: {fixed} one of the fixed points, {cycle} several values in turn, {rising} without end,
  // {towards} the fixed point that it still climbs to, {creeps} where it hardly moves and no fixed point is near, or, if
  // none of these can be seen, {between} what two values it is.
  function outcome(point, fixed = fixedPoints(point), most = updates(point)) {
    if (point.alpha === 0 && point.beta > 0) return { rising: true };
    const L_ref = reference(point);
    const tail = [start(point)];
    for (let n = 0; n < most; n++) {
      const [before, after] = [tail[tail.length - 1], step(tail[tail.length - 1], point, L_ref)];
      tail.push(after);
      if (tail.length > LONGEST + 1) tail.shift();
      if (near(after, before, 1e-14) && n > 1) break; // it rests
    }
    const last = tail[tail.length - 1];
    for (let length = 1; length < tail.length; length++) {
      if (!near(tail[tail.length - 1 - length], last, SAME)) continue;
      if (length > 1) return { cycle: tail.slice(-length).sort((a, b) => a - b) };
      const place = fixed.findIndex(({ L }) => near(last, L, 1e-4)); // where the slope is almost 1 it creeps
      return place < 0 ? { creeps: last } : { fixed: place };
    }
    const rises = tail.every((L, i) => i === 0 || L > tail[i - 1]);
    const towards = fixed.findIndex(({ L }) => L > last);
    return rises && towards >= 0 ? { towards, last } : { between: [Math.min(...tail), Math.max(...tail)] };
  }

  return {
    LONGEST,
    updates,
    step,
    slope,
    push,
    orbit,
    start,
    reference,
    fixedPoints,
    searched,
    attracts,
    pull,
    fate,
    outcome,
    grouped,
    clipped,
  };
})();
