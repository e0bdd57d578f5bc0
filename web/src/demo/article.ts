// The demo article's own script: the theme switch, and the mascots that follow the poll through the event
// that any page may listen to.

const themeKey = "voxpop-demo.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function setTheme(theme: "dark" | "light"): void {
  document.documentElement.dataset.theme = theme;
  document.querySelector("#theme")?.setAttribute("aria-pressed", String(theme === "dark"));
}

function storedTheme(): string | null {
  try {
    return localStorage.getItem(themeKey);
  } catch {
    return null;
  }
}

const stored = storedTheme();
setTheme(stored === "dark" || stored === "light" ? stored : dark.matches ? "dark" : "light");
dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
document.querySelector("#theme")?.addEventListener("click", () => {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  setTheme(theme);
  try {
    localStorage.setItem(themeKey, theme);
  } catch {
    // Until the page is loaded again.
  }
});

document.addEventListener("voxpop-tally", (event) => {
  const { leader } = (event as CustomEvent<{ leader: string | null }>).detail;
  const stage = document.querySelector<HTMLElement>(".debate");
  if (stage) stage.dataset.lead = leader ?? "tied";
});
