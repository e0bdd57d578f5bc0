// Light or dark, as what an element stands on. A reader's dark system says nothing about the page: one that was
// drawn for white paper stays white, and light letters on it could not be read.

const system = matchMedia("(prefers-color-scheme: dark)");
const followers = new Set<() => void>();
let watched: MutationObserver | undefined;

// Calls back now, and whenever it may be another. Gives the way to stop that.
export function followTheme(element: Element, show: (dark: boolean) => void): () => void {
  let shown: boolean | undefined;
  const look = (): void => {
    const dark = isDark(element);
    if (dark !== shown) show((shown = dark));
  };
  watched ??= watchPage();
  watched.observe(element, { attributeFilter: ["theme"] });
  followers.add(look);
  look();
  return () => followers.delete(look);
}

function watchPage(): MutationObserver {
  const changed = (): void => followers.forEach((look) => look());
  const observer = new MutationObserver(changed);
  for (const element of [document.documentElement, document.body]) observer.observe(element, { attributes: true });
  system.addEventListener("change", changed);
  addEventListener("load", changed); // with the last of the style sheets
  // Until a page has faded to its other colours, their computed values are those between.
  document.addEventListener("transitionend", ({ target, propertyName }) => {
    if (propertyName === "background-color" && (target === document.body || target === document.documentElement)) changed();
  });
  return observer;
}

// The nearest that says something: theme="…" of the element, data-theme="…" around it, a background behind it. On
// the bare canvas, what the browser paints there: dark only for pages that declare it.
function isDark(element: Element): boolean {
  let said = element.getAttribute("theme");
  for (let at: Element | null = element; at; at = above(at)) {
    if (said === "dark" || said === "light") return said === "dark";
    const ground = lightness(getComputedStyle(at).backgroundColor);
    if (ground !== undefined) return ground < 0.5;
    said = above(at)?.getAttribute("data-theme") ?? null;
  }
  let scheme = getComputedStyle(element).colorScheme;
  if (scheme === "normal") scheme = document.querySelector<HTMLMetaElement>('meta[name="color-scheme"]')?.content ?? "";
  return scheme.includes("dark") && (system.matches || !scheme.includes("light"));
}

function above(element: Element): Element | null {
  const parent = element.assignedSlot ?? element.parentNode;
  if (parent instanceof ShadowRoot) return parent.host;
  return parent instanceof Element ? parent : null;
}

// Of a computed colour, 0 to 1; nothing where more of what is below it shows than of itself.
function lightness(color: string): number | undefined {
  const [space = "", rest = ""] = color.split("(");
  const numbers = rest.replace(/^[a-z][\w-]* /, "").match(/[\d.]+/g)?.map(Number) ?? [];
  const alpha = space === "rgba" || rest.includes("/") ? numbers.at(-1)! : 1;
  const [first = 0, second = 0, third = 0] = numbers;
  if (numbers.length < 3 || alpha < 0.5) return undefined;
  if (space.startsWith("ok")) return first;
  if (space === "lab" || space === "lch") return first / 100;
  return (0.2126 * first + 0.7152 * second + 0.0722 * third) / (space === "color" ? 1 : 255);
}
