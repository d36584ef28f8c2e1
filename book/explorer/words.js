// What a point comes to, in sentences. A symbol is written p_ref, p_0 or p_n, and typeset where it is shown.
"use strict";

const WORDS = (() => {
  const COUNTS = ["No fixed point", "One fixed point", "Two fixed points", "Three fixed points"];
  const FREE =
    "There is no recursion and no fixed point but 0 and 1: an update has many best policies. " +
    "The plots follow the least success rate.";
  const { number, success } = POINT;
  const { sigmoid } = FORMULAS;

  function method({ weighting, alpha, beta }) {
    const { mirror, reference, both } = FORMULAS.weightings[weighting];
    if (beta === 0) return `${reference} without a penalty`;
    return alpha === 0 ? mirror : alpha === 1 ? reference : `${both} (α = ${alpha})`;
  }

  const origin = (point) => (point.p_0 === null ? `p_ref = ${number(point.p_ref)}` : `p_0 = ${number(point.p_0)}`);

  // What the updates are: exact, clipped, or the mean of groups.
  function updates({ clip, group_size }) {
    if (group_size !== null) return `With the mean push of groups of ${group_size}`;
    return clip === null ? "With exact updates" : `With exact updates clipped at ${clip}`;
  }

  const verdict = (point, fixed) => `${updates(point)}, ${method(point)} from ${origin(point)} ${end(point, fixed)}.`;

  const jumps = ({ p_0 }) => (p_0 === null ? "jumps past the middle fixed point at once and " : "");

  function end(point, fixed) {
    if (point.beta === 0) return free(point);
    const told = DYNAMICS.fate(point, fixed);
    if (told === "top") return `${jumps(point)}climbs to ${success(fixed[2].L)}`;
    const one = (place) =>
      fixed.length === 1 ? ", its only fixed point" : place === 0 ? `, the lowest of ${counted(fixed)}` : "";
    if (told === "lowest" || told === "only") return `settles at ${success(fixed[0].L)}${one(0)}`;
    const never = told === "never";
    const found = DYNAMICS.outcome(point, never ? [] : fixed);
    if (found.rising) return "rises towards 1 at every update";
    if (found.fixed !== undefined) return `settles at ${success(fixed[found.fixed].L)}${one(found.fixed)}`;
    const count = `${DYNAMICS.updates(point).toLocaleString("en")} updates`;
    if (found.towards !== undefined) {
      return `climbs towards ${success(fixed[found.towards].L)} and has come to ${success(found.last)} after ${count}`;
    }
    if (found.between) {
      const [low, high] = found.between.map(success);
      return `${never ? "never settles" : "has not settled"}: after ${count} it still moves between ${low} and ${high}`;
    }
    if (found.creeps !== undefined) return `creeps at ${success(found.creeps)} after ${count}`;
    const values = found.cycle.map(success);
    const shown = values.length > 8 ? `${values[0]} to ${values[values.length - 1]}` : values.join(", ");
    return `${never ? "never settles: it " : ""}ends on a cycle of ${values.length} values: ${shown}`;
  }

  // No penalty: what a best policy has at least (B10).
  function free(point) {
    if (point.clip === null) return "is at 1 after one update: nothing holds it";
    const path = DYNAMICS.orbit(point, 1000);
    const arrives = path.indexOf(Infinity);
    return (
      `may go anywhere from ${success(path[1])} up to 1 in its first update, for every such policy is a best one; ` +
      `even the least of them ` +
      `reaches 1 after ${arrives} ${arrives === 1 ? "update" : "updates"}`
    );
  }

  const counted = (fixed) => ["none", "one", "two", "three"][fixed.length] ?? String(fixed.length);

  function places(point, fixed) {
    if (point.beta === 0) return FREE;
    const each = fixed.map((f) => `${success(f.L)} ${DYNAMICS.pull(f)}`);
    const count =
      point.alpha === 0 ? "No fixed point between 0 and 1" : (COUNTS[fixed.length] ?? `${fixed.length} fixed points`);
    return `${count}: ${each.join(", ")}.`;
  }

  // p_ref and its like in HTML. The text is ours: nothing in it needs escaping but what a number or a name may have.
  const html = (text) =>
    text
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/\bp_(ref|0|n)\b/g, "<i>p</i><sub>$1</sub>")
      .replace(/(^|\s)([pnG])(?=$|[\s,:])/g, "$1<i>$2</i>");

  return { method, updates, origin, verdict, places, html };
})();
