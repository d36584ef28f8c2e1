// The plots of a point's map and orbit. Each takes the element to draw in and what is known of the point.
"use strict";

const VIEWS = (() => {
  const GRID = 800;
  const FAR = 12; // nats
  const { sigmoid } = FORMULAS;
  const { success, signed } = POINT;
  const same = (L) => L;

  // Those that attract last and smaller, so that two at almost the same place are seen as two.
  const dots = (fixed, place) =>
    ["repels", "attracts"].map((style) => ({
      style,
      dots: fixed.filter((f) => (DYNAMICS.attracts(f) ? "attracts" : "repels") === style).map(place),
    }));

  // Log-odds to show: the orbit's, and the fixed points that are not so far off that they would flatten it.
  function reach(orbit, fixed) {
    const { low, high } = PLOT.range(orbit);
    return PLOT.range([...orbit, ...fixed.map(({ L }) => L).filter((L) => L > low - FAR && L < high + FAR)]);
  }

  // One update, no change, the orbit up to update `until` between them, and the fixed points.
  function map(svg, { point, fixed, orbit, until = orbit.length - 1, height }) {
    const odds = point.axes === "log-odds";
    const scale = odds ? same : sigmoid;
    const shown = orbit.filter(Number.isFinite); // a bowl's orbit leaves the floats
    const finite = fixed.filter(({ L }) => !odds || Number.isFinite(L));
    const seen = odds ? reach(shown, fixed) : PLOT.range([0, 1]);
    const [low, high] = odds ? [seen.low, seen.high] : [-20, 20];
    const curve = [];
    for (let i = 0; i <= GRID; i++) {
      const L = low + ((high - low) * i) / GRID;
      const after = DYNAMICS.step(L, point);
      if (!odds || Number.isFinite(after)) curve.push([scale(L), scale(after)]);
    }
    const walked = shown.slice(0, until + 1);
    const web = [[scale(walked[0]), odds ? seen.low : 0]];
    for (let n = 1; n < walked.length; n++) {
      web.push([scale(walked[n - 1]), scale(walked[n])], [scale(walked[n]), scale(walked[n])]);
    }
    const now = until < orbit.length - 1 ? [web[web.length - 1]] : [];
    PLOT.draw(svg, {
      height,
      x: { ...seen, label: odds ? "log-odds before the update (nats)" : "success before the update, p" },
      y: { ...seen, label: odds ? "log-odds after it (nats)" : "success after it, h(p)" },
      marks: [
        {
          style: "diagonal",
          line: [
            [seen.low, seen.low],
            [seen.high, seen.high],
          ],
        },
        { style: "web", line: web },
        ...(curve.length ? [{ style: "curve", line: curve }] : []),
        ...dots(finite, ({ L }) => [scale(L), scale(L)]),
        { style: "now", dots: now },
      ],
      hover: (x) => {
        if (!odds && (x <= 0 || x >= 1)) return undefined;
        const L = odds ? x : FORMULAS.logit(x);
        const after = DYNAMICS.step(L, point);
        return {
          text: odds ? `${signed(L)} to ${signed(after)}` : `from ${success(L)} to ${success(after)}`,
          at: [scale(L), scale(after)],
        };
      },
    });
  }

  // The orbit by update, with the fixed points as levels; `others` are orbits to compare, each {style, orbit}.
  function course(svg, { point, fixed, orbit, until = orbit.length - 1, height, others = [] }, odds = false) {
    const scale = odds ? same : sigmoid;
    const at = (states) => states.map((L, n) => [n, scale(L)]).filter(([, y]) => Number.isFinite(y));
    const states = at(orbit.slice(0, until + 1));
    const levels = fixed
      .filter(({ L }) => Number.isFinite(scale(L)))
      .map(({ L, slope }) => ({
        style: DYNAMICS.attracts({ slope }) ? "level attracting" : "level",
        line: [
          [-1, scale(L)],
          [2 * orbit.length, scale(L)],
        ],
      }));
    const everything = [orbit, ...others.map((other) => other.orbit)].flat().filter(Number.isFinite);
    PLOT.draw(svg, {
      height,
      x: { ...PLOT.range([0, orbit.length - 1]), label: "update, n" },
      y: odds
        ? { ...reach(everything, fixed), label: "log-odds (nats)" }
        : { ...PLOT.range([0, 1]), label: "success rate, p_n" },
      marks: [
        ...levels,
        ...others.map((other) => ({ style: other.style, line: at(other.orbit) })),
        { style: "web", line: states },
        { style: "state", dots: states },
        { style: "now", dots: until < orbit.length - 1 ? states.slice(-1) : [] },
      ],
      hover: (x) => {
        const n = Math.min(until, Math.max(0, Math.round(x)));
        return {
          text: `n = ${n}: ${odds ? signed(orbit[n]) : success(orbit[n])}`,
          at: Number.isFinite(scale(orbit[n])) ? [n, scale(orbit[n])] : undefined,
        };
      },
    });
  }

  return { map, course };
})();
