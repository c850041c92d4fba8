/**
 * Keys for the inbox: j and k go from row to row, x ticks, a and s press the buttons of the form below,
 * Enter opens, ? explains. They are quiet while somebody types or holds a modifier. Without this script
 * everything can be done with the boxes, the buttons and Tab.
 */
export const inboxScript = `
"use strict";
(() => {
  const form = document.getElementById("bulk");
  if (!form) return;
  const help = document.getElementById("keys");
  const ticked = document.getElementById("ticked");
  const idle = ticked.textContent;
  const boxes = () => [...form.elements].filter((one) => one.type === "checkbox");
  const count = () => {
    const some = boxes().filter((box) => box.checked);
    const groups = some.filter((box) => box.name === "group").length;
    const words = [
      [some.length - groups, "alert", "alerts"],
      [groups, "whole group", "whole groups"],
    ].filter(([n]) => n > 0).map(([n, one, many]) => n + " " + (n === 1 ? one : many));
    ticked.textContent = words.length === 0 ? idle : words.join(" and ") + " ticked";
    form.toggleAttribute("data-some", some.length > 0);
  };
  document.addEventListener("change", (event) => { if (event.target.form === form) count(); });
  document.addEventListener("live", count);
  count();

  // What is folded away is no row to stop at.
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
  const current = () => document.activeElement?.closest("[data-row]");
  const go = (step) => {
    const all = rows();
    const at = all.indexOf(current());
    const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const boxOf = (row) => row?.querySelector("input[type=checkbox][form=bulk]");
  const tick = () => {
    const box = boxOf(current());
    if (!box) return;
    box.checked = !box.checked;
    count();
  };
  const press = (key) => {
    if (!boxes().some((box) => box.checked)) tick();
    if (boxes().some((box) => box.checked)) form.querySelector('[data-key="' + key + '"]').click();
  };
  const openRow = (event) => {
    const row = event.target;
    if (!row.matches?.("[data-row]")) return;
    const fold = row.querySelector(":scope > details");
    if (fold) fold.open = !fold.open;
    else row.querySelector("h3 a")?.click();
    event.preventDefault();
  };
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    x: tick,
    a: () => press("a"),
    s: () => press("s"),
    Enter: openRow,
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    if (event.target.matches?.("input:not([type=checkbox]), select, textarea")) return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (!act) return;
    if (event.key !== "Enter") event.preventDefault();
    act(event);
  });
  const shown = form.querySelector("[data-keys]");
  shown.hidden = false;
  shown.addEventListener("click", () => help.showModal());
})();
`;
