// What is wider than its place, a formula or a table, is set smaller, down to a size; what is still too wide is scrolled, and
// fades at the right edge as long as there is more to see.
const TABLES = ".pst-scrollable-table-container, div.output.text_html";
const WIDE = `${TABLES}, div.math, figure, .explorer-chips`;
const SMALLEST = { formula: 0.7, table: 0.8 };
const OVERHANG = 3;  // pixels of nothing beside an accent

function fit(places, smallest) {
  for (const place of places) place.style.fontSize = "";
  const rooms = places.map(({ clientWidth, scrollWidth }) => (
    clientWidth && scrollWidth > clientWidth + OVERHANG ? clientWidth / scrollWidth : 1
  ));
  places.forEach((place, n) => {
    if (rooms[n] < 1) place.style.fontSize = `${Math.floor(100 * Math.max(rooms[n], smallest))}%`;
    place.classList.toggle("scrolled", rooms[n] < smallest);
  });
}
function fitFormulas(part) {
  fit([...part.querySelectorAll(".math:has(mjx-container)")], SMALLEST.formula);
}
function fitTables() {
  const tables = [...document.querySelectorAll(TABLES)];
  fit(tables, SMALLEST.table);
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
