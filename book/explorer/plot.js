// A plot as SVG: a frame with ticks, lines, dots and areas, and the value under the pointer. Colours and sizes of text
// are in explorer.css.
"use strict";

const PLOT = (() => {
  const USUAL = 380; // units of width where the page does not yet know
  const LEFT = 60;
  const RIGHT = 10;
  const TOP = 8;
  const BOTTOM = 42;

  function add(parent, name, attributes, text) {
    const child = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) child.setAttribute(key, value);
    if (text !== undefined) child.textContent = text;
    parent.append(child);
    return child;
  }

  // A text whose p, n, p_ref, p_0 and p_n are set as symbols.
  function write(parent, attributes, text) {
    const made = add(parent, "text", attributes);
    for (const part of text.split(/(\bp_(?:ref|0|n)\b|(?<=^|[\s(])[pnh](?=$|[\s,()]))/)) {
      const [letter, index] = part.split("_");
      if (index === undefined) add(made, "tspan", /^[pnh]$/.test(part) ? { class: "symbol" } : {}, part);
      else {
        add(made, "tspan", { class: "symbol" }, letter);
        add(made, "tspan", { class: "index", dy: 3 }, index);
        add(made, "tspan", { dy: -3 }, "\u200b");
      }
    }
    return made;
  }

  // Round numbers from low to high, six at most.
  function ticks({ low, high, marked }, room) {
    if (marked) return marked.filter(([value]) => value >= low && value <= high);
    const rough = (high - low) / Math.max(2, Math.min(6, room / 50));
    const power = 10 ** Math.floor(Math.log10(rough));
    const unit = power * [1, 2, 5, 10].find((m) => m * power >= rough);
    const found = [];
    for (let k = Math.ceil(low / unit); k * unit <= high; k++) found.push(Number((k * unit).toPrecision(12)));
    return found.map((value) => [value, String(value).replace("-", "−")]);
  }

  // A range that holds all the values, with a little room around.
  function range(values) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = 0.04 * (high - low) || 1;
    return { low: low - room, high: high + room };
  }

  const RADIUS = { state: 2, now: 5.5, attracts: 4, repels: 6 };

  // marks: {line: [[x, y], …]}, {dots: [[x, y], …]} or {areas: [[x, y, width, height], …]}, each with its class as `style`.
  // hover, if any: of a place under the pointer the text to show and the place that it is of, or nothing.
  function draw(svg, { x, y, marks, height, hover }) {
    const width = svg.clientWidth || USUAL;
    const box = { x: LEFT, y: TOP, width: width - LEFT - RIGHT, height: height - TOP - BOTTOM };
    const across = (value) => LEFT + ((value - x.low) / (x.high - x.low)) * box.width;
    const down = (value) => height - BOTTOM - ((value - y.low) / (y.high - y.low)) * box.height;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren();

    const clip = `${svg.id}-inside`;
    add(add(svg, "clipPath", { id: clip }), "rect", box);
    const inside = add(svg, "g", { "clip-path": `url(#${clip})` });
    const place = ([a, b]) => `${across(a).toFixed(2)} ${down(b).toFixed(2)}`;
    const area = ([a, b, w, h]) => {
      const [left, top, right, foot] = [across(a), down(b + h), across(a + w), down(b)].map((v) => v.toFixed(1));
      return `M${left} ${top}H${right}V${foot}H${left}Z`;
    };
    for (const { areas, style } of marks) if (areas) add(inside, "path", { class: style, d: areas.map(area).join("") });

    const frame = add(svg, "g", { class: "frame" });
    for (const [value, text] of ticks(x, box.width)) {
      add(frame, "path", { d: `M${across(value).toFixed(2)} ${TOP}v${box.height}` });
      add(frame, "text", { x: across(value).toFixed(2), y: height - BOTTOM + 15, "text-anchor": "middle" }, text);
    }
    for (const [value, text] of ticks(y, box.height * 1.5)) {
      add(frame, "path", { d: `M${LEFT} ${down(value).toFixed(2)}h${box.width}` });
      add(frame, "text", { x: LEFT - 5, y: (down(value) + 4).toFixed(2), "text-anchor": "end" }, text);
    }
    const [middle, centre] = [LEFT + box.width / 2, TOP + box.height / 2];
    write(frame, { class: "axis", x: middle, y: height - 7, "text-anchor": "middle" }, x.label);
    write(frame, { class: "axis", transform: `translate(12 ${centre}) rotate(-90)`, "text-anchor": "middle" }, y.label);

    const over = add(svg, "g", { "clip-path": `url(#${clip})` });
    for (const { line, dots, style } of marks) {
      if (line) add(over, "path", { class: style, d: `M${line.map(place).join("L")}` });
      for (const [a, b] of dots ?? []) {
        add(svg, "circle", { class: style, cx: across(a).toFixed(2), cy: down(b).toFixed(2), r: RADIUS[style] });
      }
    }
    const shown = { box, across, down, x, y, hover, at: add(svg, "g", { class: "hover", "aria-hidden": "true" }) };
    if (!drawn.has(svg)) {
      svg.addEventListener("pointermove", (event) => point(svg, event));
      svg.addEventListener("pointerleave", () => drawn.get(svg).at.replaceChildren());
    }
    drawn.set(svg, shown);
  }

  const drawn = new WeakMap();

  // The values at a pointer.
  function values(svg, event) {
    const { box, x, y } = drawn.get(svg);
    const seen = svg.getBoundingClientRect();
    const [left, top] = [event.clientX - seen.left, event.clientY - seen.top];
    return [
      x.low + ((left - box.x) / box.width) * (x.high - x.low),
      y.low + ((box.y + box.height - top) / box.height) * (y.high - y.low),
    ];
  }

  function point(svg, event) {
    const { box, across, down, x, y, hover, at } = drawn.get(svg);
    at.replaceChildren();
    const [a, b] = values(svg, event);
    if (!hover || a < x.low || a > x.high || b < y.low || b > y.high) return;
    const found = hover(a, b);
    if (!found) return;
    if (found.at) add(at, "circle", { cx: across(found.at[0]), cy: down(found.at[1]), r: 4 });
    write(at, { x: box.x + 6, y: box.y + 15 }, found.text);
  }

  return { draw, range, values };
})();
