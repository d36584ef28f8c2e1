// The map of fates: the plane of β and p_ref, coloured by where the run from the reference ends; and a dot to drag.
"use strict";

const FATES = (() => {
  const ENDS = ["only", "lowest", "top", "never"];
  const WORDS_OF = {
    only: "settles, at the only fixed point",
    lowest: "settles at the lowest",
    top: "climbs to the top",
    never: "never settles",
  };
  const ACROSS = { low: Math.log10(0.02), high: 2 }; // log β
  const UP = { low: -14, high: 7 }; // log-odds of p_ref
  const COARSE = [40, 30];
  const FINE = [160, 120];
  const FOLLOWED = 400; // updates, where no theorem tells the end
  const AT_ONCE = 12; // milliseconds of work before the page has its turn
  const marked = (values, place, text) => values.map((value) => [place(value), text(value)]);
  const BETAS = marked([0.1, 1, 10], Math.log10, String);
  const RATES = marked([1e-5, 1e-3, 0.1, 0.5, 0.9, 0.99], FORMULAS.logit, (p) =>
    p < 1e-4 ? p.toExponential().replace("-", "−") : String(p),
  );

  // Where the run of a point ends, as one of ENDS; "" where that cannot be seen.
  function end(point) {
    const fixed = DYNAMICS.fixedPoints(point);
    if (point.alpha === 0) return "top";
    const told = DYNAMICS.fate(point, fixed);
    if (told) return told;
    const { fixed: place, towards, creeps } = DYNAMICS.outcome(point, fixed, FOLLOWED);
    const at = place ?? towards;
    if (at === undefined) return creeps === undefined ? "never" : "";
    return fixed.length === 1 ? "only" : at === 0 ? "lowest" : "top";
  }

  const theorem = (point) => point.alpha === 0 || DYNAMICS.fate(point) !== undefined;

  // The areas of each end, found cell by cell, some rows at a time; `paint` is called when all are there.
  let turn = 0;
  function survey(plane, [columns, rows], paint) {
    const [w, h] = [(ACROSS.high - ACROSS.low) / columns, (UP.high - UP.low) / rows];
    const found = Object.fromEntries(ENDS.map((name) => [name, []]));
    const mine = turn;
    let row = 0;
    const work = () => {
      if (mine !== turn) return; // another plane is asked for
      for (const until = performance.now() + AT_ONCE; row < rows && performance.now() < until; row++) {
        const p_ref = FORMULAS.sigmoid(UP.low + (row + 0.5) * h);
        let run = {};
        for (let i = 0; i < columns; i++) {
          const here = end({ ...plane, p_ref, p_0: null, beta: 10 ** (ACROSS.low + (i + 0.5) * w) });
          if (run.end === here) run.area[2] += w;
          else {
            run = { end: here, area: [ACROSS.low + i * w, UP.low + row * h, w, h] };
            if (here) found[here].push(run.area);
          }
        }
      }
      if (row < rows) setTimeout(work);
      else paint(found);
    };
    work();
  }

  let known = null; // the plane that the areas are of: neither β nor p_ref is part of it
  let areas = {};
  let again = () => {};

  // Draws the plane with the point on it. Another plane than before is surveyed, coarsely and then finely.
  function draw(svg, point, said, height) {
    again = () => {
      const place = [point.beta === 0 ? ACROSS.low : Math.log10(point.beta), FORMULAS.logit(point.p_ref)];
      const [x, y] = [
        { ...ACROSS, marked: BETAS, label: "strength of the penalty, β" },
        { ...UP, marked: RATES, label: "reference’s success, p_ref" },
      ];
      const now = [x, y].map(({ low, high }, i) => Math.min(high, Math.max(low, place[i])));
      const marks = ENDS.map((name) => ({ style: `fate-${name}`, areas: areas[name] ?? [] }));
      const held = document.activeElement === svg.querySelector("circle.now");
      PLOT.draw(svg, { x, y, height, marks: [...marks, { style: "now", dots: [now] }], hover: hover(point) });
      dot(svg, point, said, held);
    };
    const plane = [point.eps, point.alpha, point.weighting, point.clip, point.group_size].join();
    if (plane !== known) {
      known = plane;
      turn += 1;
      const paint = (then) => (found) => {
        areas = found;
        again();
        then();
      };
      survey(
        point,
        COARSE,
        paint(() =>
          survey(
            point,
            FINE,
            paint(() => {}),
          ),
        ),
      );
    }
    again();
  }

  const hover = (point) => (x, y) => {
    const there = { ...point, p_0: null, beta: at(x), p_ref: rate(y) };
    const { success, number } = POINT;
    const reference = FORMULAS.logit(there.p_ref);
    return {
      text: `β = ${number(there.beta)}, p_ref = ${success(reference)}: ${WORDS_OF[end(there)] ?? "not to be seen"}`,
    };
  };
  const at = (x) => POINT.NUMBERS.beta.value(Math.max(-2, x));
  const rate = (y) => POINT.NUMBERS.p_ref.value(y);

  // The dot is a control: arrow keys move it, and a pointer anywhere in the plane draws it there.
  let move = () => {};
  function dot(svg, point, said, held) {
    const circle = svg.querySelector("circle.now");
    for (const [name, value] of Object.entries({
      id: `${svg.id}-dot`,
      role: "slider",
      tabindex: 0,
      "aria-label": "The point in the map of fates. Left and right change β, up and down p_ref.",
      "aria-valuemin": 0,
      "aria-valuemax": 1000,
      "aria-valuenow": point.beta,
      "aria-valuetext": `β = ${POINT.number(point.beta)}, p_ref = ${POINT.number(point.p_ref)}. ${said}`,
    }))
      circle.setAttribute(name, value);
    if (held) circle.focus();
    circle.addEventListener("keydown", (event) => {
      const [right, up] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[
        event.key
      ] ?? [0, 0];
      if (!right && !up) return;
      event.preventDefault();
      if (right) move({ beta: at(Math.log10(point.beta || 0.01) + 0.02 * right) });
      else move({ p_ref: rate(FORMULAS.logit(point.p_ref) + 0.1 * up) });
    });
  }

  // To be called once: `change` is told what the place of the dot means.
  function hold(svg, change) {
    move = change;
    const within = (value, { low, high }) => Math.min(high, Math.max(low, value));
    const follow = (event) => {
      const [x, y] = PLOT.values(svg, event);
      move({ beta: at(within(x, ACROSS)), p_ref: rate(within(y, UP)) });
    };
    svg.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      follow(event);
    });
    svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && follow(event));
  }

  return { draw, hold, end, theorem, FOLLOWED };
})();
