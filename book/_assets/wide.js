// What is wider than its place, a formula or a table, is set smaller, down to a size; what is still too wide is scrolled, and
// fades at the right edge as long as there is more to see.
const TABLES = ".pst-scrollable-table-container, div.output.text_html";
const WIDE = `${TABLES}, div.math, figure, .explorer-chips`;
const SMALLEST = { formula: 0.7, table: 0.75 };
const OVERHANG = { formula: 3, table: 1 };  // pixels: nothing is seen of what an accent has at its side

function fit(kind, places) {
  for (const place of places) place.style.fontSize = "";
  const rooms = places.map(({ clientWidth, scrollWidth }) => (
    clientWidth && scrollWidth > clientWidth + OVERHANG[kind] ? clientWidth / scrollWidth : 1
  ));
  places.forEach((place, n) => {
    if (rooms[n] < 1) place.style.fontSize = `${Math.max(Math.floor(99 * rooms[n]), 100 * SMALLEST[kind])}%`;
    place.classList.toggle("scrolled", rooms[n] < SMALLEST[kind]);
  });
}
function fitFormulas(part) {
  fit("formula", [...part.querySelectorAll(".math:has(mjx-container)")]);
}
function fitTables() {
  const tables = [...document.querySelectorAll(TABLES)];
  fit("table", tables.filter(table => !table.querySelector(".ledger")));  // whose text is small already
  tables.forEach(fitFormulas);  // their columns are others now
}

function cue(place) {
  const left = place.scrollWidth - place.clientWidth - place.scrollLeft;
  place.classList.toggle("more", left > 1);
}

addEventListener("load", () => {
  fitTables();
  const seen = new ResizeObserver(entries => { for (const { target } of entries) cue(target); });
  for (const place of document.querySelectorAll(WIDE)) {
    seen.observe(place);
    place.addEventListener("scroll", () => cue(place), { passive: true });
  }
});
addEventListener("resize", () => { fitFormulas(document); fitTables(); });
document.addEventListener("toggle", ({ target }) => fitFormulas(target), true);  // what was folded had no width
