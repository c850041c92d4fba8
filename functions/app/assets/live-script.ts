/**
 * Keeps regions marked `data-live` fresh: fetches the page that is shown and swaps the regions that
 * differ. A region somebody works in (focus, an open menu, a changed field) is left alone. Without
 * this script pages are complete; they are just as old as their last load.
 */
export const liveScript = `
"use strict";
(() => {
  const regions = () => [...document.querySelectorAll("[data-live]")];
  const seconds = () => Math.min(...regions().map((region) => Number(region.dataset.live) || 5));
  // Rows and boxes are found again after a swap; whatever else is worked in would be lost.
  const isKept = (element) => element.matches("[data-row], input[type=checkbox][form], summary");
  const isBusy = (region) => {
    const at = document.activeElement;
    return region.contains(at) && at !== region && !isKept(at) ||
      region.querySelector("details[open].menu, [data-dirty]") !== null;
  };
  document.addEventListener("input", (event) => {
    if (!isKept(event.target)) event.target.dataset.dirty = "";
  });
  const idOf = (element) => element.id || element.parentElement?.id;
  const swap = (region, next) => {
    const at = region.contains(document.activeElement) ? document.activeElement : undefined;
    const focused = at && [idOf(at), at.matches("summary")];
    const ticked = [...region.querySelectorAll("input[type=checkbox][form]:checked")].map(({ id }) => id);
    region.replaceChildren(...next.childNodes);
    for (const id of ticked) {
      const box = document.getElementById(id);
      if (box) box.checked = true;
    }
    const again = focused && document.getElementById(focused[0]);
    (focused?.[1] ? again?.querySelector("summary") : again)?.focus({ preventScroll: true });
    document.dispatchEvent(new Event("live"));
  };

  const refresh = async () => {
    const response = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const region of regions()) {
      const next = fresh.getElementById(region.id);
      if (!next || isBusy(region)) continue;
      for (const { id, open } of region.querySelectorAll("details[id]")) {
        next.querySelector("#" + CSS.escape(id))?.toggleAttribute("open", open);
      }
      if (region.innerHTML !== next.innerHTML) swap(region, next);
    }
  };
  const loop = async () => {
    if (!document.hidden) {
      try { await refresh(); } catch { /* The hub is away; the next round tries again. */ }
    }
    setTimeout(loop, seconds() * 1000);
  };
  if (regions().length > 0) setTimeout(loop, seconds() * 1000);

  // A filter applies when it is chosen; without the script there is a button.
  for (const form of document.querySelectorAll("form[data-auto]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }

  // A form shows what it would do while one types; without the script there is a button.
  for (const form of document.querySelectorAll("form[data-preview]")) {
    const into = document.getElementById(form.dataset.into);
    let timer;
    let turn = 0;
    const show = async () => {
      const own = ++turn;
      const fields = new URLSearchParams(new FormData(form));
      const response = await fetch(form.dataset.preview + "?" + fields, { headers: { accept: "text/html" }, credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      // An answer that was overtaken tells of what stands there no more.
      if (response.ok && own === turn) into.replaceChildren(...fresh.body.childNodes);
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { show().catch(() => { /* The button is still there. */ }); }, 350);
    });
  }

  // A long list shows what matches while one types; without the script the button searches.
  for (const input of document.querySelectorAll("input[data-filters]")) {
    const rows = document.getElementById(input.dataset.filters)?.children ?? [];
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    // Enter would press the form's first button, whichever that is.
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
})();
`;
