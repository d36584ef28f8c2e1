// Small explorers: where a page has one, load what draws it. Everything else is in the folder of the explorer.
(() => {
  const here = new URL("explorer/", document.currentScript.src);
  const SCRIPTS = ["formulas", "groups", "dynamics", "point", "words", "plot", "views", "controls", "small"];
  document.addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector(".small-explorer")) return;
    document.head.append(
      Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("plots.css", here) }),
    );
    for (const name of SCRIPTS) {
      document.head.append(
        Object.assign(document.createElement("script"), { src: new URL(`${name}.js`, here), async: false }),
      );
    }
  });
})();
