"use strict";
(() => {
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // Search: rows that have none of the text are hidden, folds with a row that has
  // it are opened, and closed again when the search is over.
  const box = document.getElementById("search");
  if (box) {
    box.closest("[role=search]").hidden = false;
    const rows = all("[data-row]").map((row) => ({ row, text: row.textContent.toLowerCase() }));
    const found = document.getElementById("found");
    const opened = new Set();
    const open = (row, text) => {
      for (const fold of all("details", row)) {
        if (!fold.open && fold.textContent.toLowerCase().includes(text)) { fold.open = true; opened.add(fold); }
      }
      for (let fold = row.parentElement.closest("details"); fold; fold = fold.parentElement.closest("details")) {
        if (!fold.open) { fold.open = true; opened.add(fold); }
      }
    };
    const search = () => {
      const text = box.value.trim().toLowerCase();
      for (const fold of opened) fold.open = false;
      opened.clear();
      let shown = 0;
      for (const r of rows) {
        r.row.hidden = text !== "" && !r.text.includes(text);
        if (!r.row.hidden) {
          shown++;
          if (text !== "" && shown <= 200) open(r.row, text);
        }
      }
      for (const group of all("[data-group]")) {
        group.hidden = text !== "" && !group.querySelector("[data-row]:not([hidden])");
      }
      found.textContent = text === "" ? "" : shown + " of " + rows.length + " rows";
    };
    let waiting = 0;
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
  }

  // The picture: buttons change its size, a mouse drags it; fingers and arrow keys
  // scroll its box as they scroll any.
  const canvas = document.querySelector(".canvas");
  if (canvas) {
    const svg = canvas.querySelector("svg");
    const width = Number(svg.getAttribute("width")), height = Number(svg.getAttribute("height"));
    const first = svg.querySelector(".node.cause rect");
    if (first) canvas.scrollTop = Number(first.getAttribute("y")) - canvas.clientHeight / 2;
    let scale = 1;
    document.querySelector(".zoom").hidden = false;
    const zoom = (to) => {
      const next = Math.min(4, Math.max(0.25, to));
      const x = (canvas.scrollLeft + canvas.clientWidth / 2) / scale, y = (canvas.scrollTop + canvas.clientHeight / 2) / scale;
      scale = next;
      svg.setAttribute("width", width * scale);
      svg.setAttribute("height", height * scale);
      canvas.scrollLeft = x * scale - canvas.clientWidth / 2;
      canvas.scrollTop = y * scale - canvas.clientHeight / 2;
    };
    for (const button of all("[data-zoom]")) {
      button.addEventListener("click", () => zoom({ in: scale * 1.25, out: scale / 1.25, reset: 1 }[button.dataset.zoom]));
    }
    canvas.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      zoom(scale * (e.deltaY < 0 ? 1.1 : 1 / 1.1));
    }, { passive: false });
    let from = null;
    canvas.addEventListener("pointerdown", (e) => {
      if (e.pointerType !== "mouse" || e.button !== 0) return;
      from = { x: e.clientX + canvas.scrollLeft, y: e.clientY + canvas.scrollTop };
      canvas.setPointerCapture(e.pointerId);
      canvas.classList.add("dragged");
    });
    canvas.addEventListener("pointermove", (e) => {
      if (!from) return;
      canvas.scrollLeft = from.x - e.clientX;
      canvas.scrollTop = from.y - e.clientY;
    });
    const drop = () => { from = null; canvas.classList.remove("dragged"); };
    canvas.addEventListener("pointerup", drop);
    canvas.addEventListener("pointercancel", drop);
  }

  // On paper nothing is folded.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = all("details:not([open])");
    for (const fold of unfolded) fold.open = true;
  });
  addEventListener("afterprint", () => { for (const fold of unfolded) fold.open = false; });
})();
