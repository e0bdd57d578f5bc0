// The console's keys. They rest while somebody types, composes a syllable, or holds a modifier.
import type { Decision } from "../connection/protocol";
import { keyOf } from "./row";

export interface ShortcutHooks {
  move(by: 1 | -1): void;
  decide(action: Decision): void;
  showNew(): void;
  search(): void;
  help(): void;
}

export function shortcuts(target: Document, hooks: ShortcutHooks): void {
  target.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || target.querySelector("dialog[open]")) return;
    if (run(letterOf(event), hooks)) event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}

// By the key's place, so that it works while a Korean layout is on.
function letterOf({ key, code }: KeyboardEvent): string {
  if (key === "?" || key === "/" || key.startsWith("Arrow")) return key;
  return code.startsWith("Key") ? code.slice(3).toLowerCase() : key.toLowerCase();
}

function run(key: string, hooks: ShortcutHooks): boolean {
  const decision = (Object.keys(keyOf) as Decision[]).find((action) => keyOf[action] === key);
  if (decision) hooks.decide(decision);
  else if (key === "j" || key === "ArrowDown") hooks.move(1);
  else if (key === "k" || key === "ArrowUp") hooks.move(-1);
  else if (key === "n") hooks.showNew();
  else if (key === "/") hooks.search();
  else if (key === "?") hooks.help();
  else return false;
  return true;
}
