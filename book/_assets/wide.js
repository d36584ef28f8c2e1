// A long name in code may break after a dot, a dash or a bracket. What is still wider than its place fades at the right edge
// as long as there is more to see.
const PIECES = /.*?\w[._/=(,-]+(?=\w)|.+/g;
const WIDE = ".pst-scrollable-table-container, div.math, div.output.text_html, figure";

function cue(place) {
  const left = place.scrollWidth - place.clientWidth - place.scrollLeft;
  place.classList.toggle("more", left > 1);
}

addEventListener("DOMContentLoaded", () => {
  for (const name of document.querySelectorAll("article code .pre")) {
    const [first, ...others] = name.textContent.match(PIECES) ?? [];
    if (others.length) name.replaceChildren(first, ...others.flatMap(piece => [document.createElement("wbr"), piece]));
  }
});

addEventListener("load", () => {
  const seen = new ResizeObserver(entries => { for (const { target } of entries) cue(target); });
  for (const place of document.querySelectorAll(WIDE)) {
    seen.observe(place);
    place.addEventListener("scroll", () => cue(place), { passive: true });
  }
});
