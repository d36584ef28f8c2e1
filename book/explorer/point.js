// A parameter point: its domain, its form in a URL, its sliders, what goes together, and how its numbers are written.
"use strict";

const POINT = (() => {
  const same = (x) => x;
  const rounded = (x) => Number(x.toPrecision(3));
  const finite = (x) => Number.isFinite(x);
  const within = (low, high) => (x) => x >= low && x <= high;

  // Success rates move on a scale of log-odds and are rounded at the end to which they are nearer.
  const rate = {
    check: (p) => p > 0 && p < 1,
    domain: "a number above 0 and below 1",
    low: -14,
    high: 7,
    step: 0.05,
    place: FORMULAS.logit,
    value: (L) => (L < 0 ? rounded(FORMULAS.sigmoid(L)) : Number((1 - rounded(FORMULAS.sigmoid(-L))).toPrecision(12))),
  };
  const powers = { place: Math.log10, value: (x) => rounded(10 ** x), step: 0.01 };
  const plain = { place: same, value: same };

  const NUMBERS = {
    p_ref: {
      ...rate,
      initial: 0.2,
      label: "p_ref",
      about: "reference’s success rate",
      tip: "How often the policy that training starts from, and is held to, solves this prompt.",
    },
    beta: {
      low: -2.02,
      high: 1.5,
      step: 0.01,
      initial: 1,
      label: "β",
      about: "strength of the KL penalty",
      check: (b) => b === 0 || within(1e-3, 1e3)(b),
      domain: "0, or a number from 0.001 to 1000",
      place: (b) => (b === 0 ? -2.02 : Math.log10(b)),
      value: (x) => (x < -2.005 ? 0 : rounded(10 ** x)),
      tip: "What leaving the reference costs. At the left end of the slider there is no penalty.",
    },
    eps: {
      ...powers,
      low: -7,
      high: -1,
      initial: 1e-5,
      label: "ε",
      about: "smoothing inside the root",
      check: within(1e-12, 1),
      domain: "a number from 1e-12 to 1",
      tip: "Keeps the division by the standard deviation finite. It decides how near to 1 success can come.",
    },
    alpha: {
      ...plain,
      low: 0,
      high: 1,
      step: 0.01,
      initial: 1,
      label: "α",
      about: "share of the KL to the reference",
      check: (a) => a === 0 || within(1e-3, 1)(a),
      domain: "0, or a number from 0.001 to 1",
      tip: "1: the penalty is to the reference alone. 0: to the one before, the mirror. Between: two penalties.",
    },
    clip: {
      ...plain,
      low: 0.01,
      high: 1,
      step: 0.01,
      initial: null,
      label: "ϵ",
      about: "clip of the ratio, if there is one",
      check: (c) => c > 0 && c < 1,
      domain: "a number above 0 and below 1",
      place: (c) => c ?? 1,
      value: (x) => (x === 1 ? null : x),
      without: "no clip",
      tip: "A success earns nothing beyond the ratio 1 + ϵ, a failure nothing below 1 − ϵ. At the right end: no clip.",
    },
    p_0: {
      ...rate,
      initial: null,
      label: "p_0",
      about: "start, if not at p_ref",
      without: "p_ref",
      tip: "Where the run starts, if not from the reference, as in the paper’s Figure 5.",
    },
    steps: {
      ...plain,
      low: 1,
      high: 200,
      step: 1,
      initial: 30,
      label: "n",
      about: "updates drawn",
      check: (n) => Number.isInteger(n) && within(1, 500)(n),
      domain: "a whole number from 1 to 500",
      tip: "How many updates the plots show.",
    },
  };
  const EXACT = "none";
  const CHOICES = {
    weighting: {
      options: Object.keys(FORMULAS.weightings),
      label: "weighting",
      tip: "The method: how hard it pushes at each success rate. Names as in the chapter on other methods.",
    },
    group_size: {
      options: [EXACT, ...new Set(Object.keys(FORMULAS.weightings).flatMap(GROUPS.sizes))],
      label: "group size, G",
      initial: null,
      tip: "None: exact expectations. Otherwise the mean push of groups of G samples, without their noise.",
    },
    axes: {
      options: ["probability", "log-odds"],
      label: "axes of the map",
      tip: "Log-odds tell success rates near 0 and 1 apart.",
    },
  };
  const CITED = ["p_ref", "beta", "eps", "alpha", "weighting"]; // the rest is written where it is not as at first

  function initial() {
    const point = {};
    for (const [name, { initial: value }] of Object.entries(NUMBERS)) point[name] = value;
    for (const [name, { options, initial: value }] of Object.entries(CHOICES))
      point[name] = value === undefined ? options[0] : value;
    return point;
  }

  // A value from text, or a sentence that says why not.
  function parse(name, text) {
    if (Object.hasOwn(CHOICES, name)) {
      const { options } = CHOICES[name];
      if (name === "group_size" && text === EXACT) return { value: null };
      const value = options.find((option) => String(option) === text);
      if (value !== undefined) return { value };
      return { refusal: `${name} = ${text} is outside its domain: it must be one of ${options.join(", ")}` };
    }
    if (!Object.hasOwn(NUMBERS, name)) {
      return { refusal: `${name} is not a parameter of this page, which has ${Object.keys(initial()).join(", ")}` };
    }
    const value = text.trim() === "" ? NaN : Number(text);
    if (finite(value) && NUMBERS[name].check(value)) return { value };
    return {
      refusal: `${name} = ${text.trim() || "nothing"} is outside its domain: it must be ${NUMBERS[name].domain}`,
    };
  }

  // What does not go together, mended: the parameter named is kept, the other goes. With it a sentence that says so.
  function together(point, name) {
    if (point.group_size === null) return { point };
    const smallest = Math.min(...GROUPS.sizes(point.weighting));
    if (point.group_size < smallest) {
      return {
        point: { ...point, group_size: smallest },
        note: `${point.weighting} needs groups of ${smallest} at least.`,
      };
    }
    for (const [other, value, without, why] of [
      ["clip", point.clip, null, "With a clip the mean push of groups has no closed form"],
      ["beta", point.beta || null, 1, "Without a penalty groups have no best policy to go to"],
    ]) {
      if ((value === null) === (other === "clip")) continue;
      if (name === other) return { point: { ...point, group_size: null }, note: `${why}: groups are left out.` };
      return {
        point: { ...point, [other]: without },
        note: `${why}: ${other === "clip" ? "the clip is left out" : "β is 1"}.`,
      };
    }
    return { point };
  }

  // The point that a URL's fragment or query names. An ordinary anchor, without "=", names none.
  function read(text) {
    const [point, refusals] = [initial(), []];
    if (!text.includes("=")) return { point, refusals };
    for (const [name, given] of new URLSearchParams(text)) {
      const { value, refusal } = parse(name, given);
      if (refusal === undefined) point[name] = value;
      else if (!Object.hasOwn(point, name)) refusals.push(`${refusal}.`);
      else refusals.push(`${refusal}; ${used(name, point)} is used.`);
    }
    const mended = together(point);
    return { point: mended.point, refusals: mended.note ? [...refusals, mended.note] : refusals };
  }

  const used = (name, point) =>
    point[name] === null ? (NUMBERS[name] ?? { without: EXACT }).without : number(point[name]);

  function write(point) {
    const fresh = initial();
    const kept = Object.keys(point).filter((name) => CITED.includes(name) || point[name] !== fresh[name]);
    kept.sort((a, b) => CITED.includes(b) - CITED.includes(a));
    return new URLSearchParams(kept.map((name) => [name, number(point[name])])).toString();
  }

  // The shortest text that reads back as the same number.
  function number(x) {
    return typeof x === "number" && x !== 0 && Math.abs(x) < 1e-3 ? x.toExponential() : String(x);
  }

  // A probability that may be too small for the floats, from its log-odds.
  function small(L) {
    const p = FORMULAS.sigmoid(L);
    if (p >= 1e-4 || L === -Infinity) return String(Number(p.toPrecision(4)));
    if (p > 1e-300) return String(Number(p.toPrecision(2)).toExponential());
    const tens = L / Math.LN10;
    const digits = (10 ** (tens - Math.floor(tens))).toPrecision(2);
    return digits === "10" ? `1e${Math.floor(tens) + 1}` : `${Number(digits)}e${Math.floor(tens)}`;
  }

  // A success rate: near 1 as 1 − failure, which alone says how near.
  function success(L) {
    return L < Infinity && FORMULAS.sigmoid(-L) < 1e-4 ? `1 − ${small(-L)}` : small(L);
  }

  function signed(x) {
    if (!finite(x)) return x > 0 ? "∞" : "−∞";
    const size = Math.abs(x);
    const text =
      size !== 0 && (size < 1e-3 || size >= 1e6) ? size.toExponential(1) : String(Number(size.toPrecision(4)));
    return x < 0 ? `−${text}` : text;
  }

  return { NUMBERS, CHOICES, initial, parse, together, read, write, used, number, small, success, signed };
})();
