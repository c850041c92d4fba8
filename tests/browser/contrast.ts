/** How a page is opened whose colours are judged: on their way from one to the other they are neither. */
export const settled = { reducedMotion: "reduce" } as const;

/**
 * For the page: every text that stands on the page with less contrast than WCAG 2.2 asks of it (4.5,
 * or 3 for large type), as `ratio text`. Runs inside the browser, so it is a text.
 */
export const weakContrasts = `(() => {
  const channel = (value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parts = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parts(getComputedStyle(at).backgroundColor);
      if (alpha > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    const box = element.getBoundingClientRect();
    if (text === "" || box.width < 2 || element.closest("svg, option, script")) continue;
    const style = getComputedStyle(element);
    const [r, g, b] = parts(style.color);
    const [lighter, darker] = [luminance([r, g, b]), luminance(backgroundOf(element))].sort((a, b) => b - a);
    const ratio = (lighter + 0.05) / (darker + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) weak.push(ratio.toFixed(2) + " " + text.slice(0, 60));
  }
  return weak;
})()`;
