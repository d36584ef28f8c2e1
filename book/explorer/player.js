// The orbit as a film: play, one update on, and back to the start.
"use strict";

const PLAYER = (() => {
  const PAUSE = 350; // milliseconds between two updates

  // `draw(until)` shows the orbit up to an update, `length()` is how many there are, `say(until)` tells where it is.
  function build(holder, prefix, { draw, length, say }) {
    let until = null; // null: all is shown
    let timer = null;
    const button = (id, text) => {
      const made = Object.assign(document.createElement("button"), {
        type: "button",
        id: `${prefix}${id}`,
        textContent: text,
      });
      holder.append(made);
      return made;
    };
    const [play, step, start] = [button("play", "Play"), button("step", "Step"), button("start", "Start over")];
    const told = Object.assign(document.createElement("span"), { id: `${prefix}played` });
    holder.append(told);

    function show() {
      told.textContent = until === null ? "" : say(until);
      draw(until ?? length());
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
    }

    function on() {
      until = until === null || until >= length() ? 0 : until + 1;
      if (until >= length()) stop();
      show();
    }

    play.addEventListener("click", () => {
      if (timer !== null) return stop();
      if (until === null || until >= length()) until = -1;
      play.textContent = "Pause";
      timer = setInterval(on, PAUSE);
      return on();
    });
    step.addEventListener("click", () => {
      stop();
      on();
    });
    start.addEventListener("click", () => {
      stop();
      until = 0;
      show();
    });

    // To be called when the point is another: all of its orbit is shown.
    return function reset() {
      stop();
      until = null;
      told.textContent = "";
    };
  }

  return { build };
})();
