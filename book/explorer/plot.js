// A plot as SVG: a frame with ticks, lines and dots. Colours and sizes of text are in explorer.css.
"use strict";

const PLOT = (() => {
  const WIDTH = 380;
  const LEFT = 52;
  const RIGHT = 10;
  const TOP = 8;
  const BOTTOM = 40;

  function add(parent, name, attributes, text) {
    const child = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) child.setAttribute(key, value);
    if (text !== undefined) child.textContent = text;
    parent.append(child);
    return child;
  }

  // Round numbers from low to high, six at most.
  function ticks(low, high) {
    const rough = (high - low) / 6;
    const power = 10 ** Math.floor(Math.log10(rough));
    const unit = power * [1, 2, 5, 10].find((m) => m * power >= rough);
    const found = [];
    for (let k = Math.ceil(low / unit); k * unit <= high; k++) found.push(Number((k * unit).toPrecision(12)));
    return found;
  }

  // A range that holds all the values, with a little room around.
  function range(values) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = 0.04 * (high - low) || 1;
    return { low: low - room, high: high + room };
  }

  const RADIUS = { state: 2, attracts: 4, repels: 6 };

  // marks, in a width of 380 units: {line: [[x, y], …]} or {dots: [[x, y], …]}, each with a `style`, its class.
  function draw(svg, { x, y, marks, height }) {
    const across = (value) => LEFT + ((value - x.low) / (x.high - x.low)) * (WIDTH - LEFT - RIGHT);
    const down = (value) => height - BOTTOM - ((value - y.low) / (y.high - y.low)) * (height - TOP - BOTTOM);
    const text = (value) => String(value).replace("-", "−");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
    svg.replaceChildren();

    const box = { x: LEFT, y: TOP, width: WIDTH - LEFT - RIGHT, height: height - TOP - BOTTOM };
    const frame = add(svg, "g", { class: "frame" });
    for (const value of ticks(x.low, x.high)) {
      add(frame, "path", { d: `M${across(value)} ${TOP}V${height - BOTTOM}` });
      add(frame, "text", { x: across(value), y: height - BOTTOM + 15, "text-anchor": "middle" }, text(value));
    }
    for (const value of ticks(y.low, y.high)) {
      add(frame, "path", { d: `M${LEFT} ${down(value)}H${WIDTH - RIGHT}` });
      add(frame, "text", { x: LEFT - 5, y: down(value) + 4, "text-anchor": "end" }, text(value));
    }
    const [middle, centre] = [LEFT + box.width / 2, TOP + box.height / 2];
    add(frame, "text", { class: "axis", x: middle, y: height - 6, "text-anchor": "middle" }, x.label);
    const turned = `translate(12 ${centre}) rotate(-90)`;
    add(frame, "text", { class: "axis", transform: turned, "text-anchor": "middle" }, y.label);

    const clip = `${svg.id}-inside`;
    add(add(svg, "clipPath", { id: clip }), "rect", box);
    const inside = add(svg, "g", { "clip-path": `url(#${clip})` });
    const place = ([a, b]) => `${across(a).toFixed(2)} ${down(b).toFixed(2)}`;
    for (const { line, dots, style } of marks) {
      if (line) add(inside, "path", { class: style, d: `M${line.map(place).join("L")}` });
      for (const [a, b] of dots ?? []) {
        add(svg, "circle", { class: style, cx: across(a).toFixed(2), cy: down(b).toFixed(2), r: RADIUS[style] });
      }
    }
  }

  return { draw, range };
})();
