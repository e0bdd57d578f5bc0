// A question in the middle of the page. Escape and a press outside say no; focus returns where it was.
import type { Messages } from "../i18n";
import { h } from "./dom";

export interface Question {
  title: string;
  hint: string | Node;
  yes: string;
  only?: boolean; // there is nothing to say no to
  dangerous?: boolean;
  choices?: Record<string, string>; // value → label; the answer is the value
}

// The chosen value ("yes" without choices), or nothing.
export function ask(root: ShadowRoot | HTMLElement, words: Messages, question: Question): Promise<string | undefined> {
  const yes = h("button", { class: question.dangerous ? "solid danger" : "solid", type: "submit" }, question.yes);
  const form = h(
    "form",
    { method: "dialog" },
    h("h3", { id: "dialog-title" }, question.title),
    choiceList(question.choices, yes),
    h("div", { class: "aside" }, question.hint),
    h("div", { class: "buttons" }, !question.only && h("button", { class: "quiet", type: "button", onclick: () => dialog.close() }, words.cancel), yes),
  );
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  root.append(dialog);
  return new Promise((answer) => {
    let chosen: string | undefined;
    form.addEventListener("submit", () => {
      chosen = String(new FormData(form).get("choice") ?? "yes");
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(chosen);
    });
    dialog.showModal();
  });
}

function choiceList(choices: Record<string, string> | undefined, yes: HTMLButtonElement): HTMLElement | null {
  if (!choices) return null;
  yes.disabled = true;
  const list = h("div", { class: "options", role: "radiogroup", "aria-labelledby": "dialog-title" });
  for (const [value, label] of Object.entries(choices)) {
    const radio = h("input", { type: "radio", name: "choice", value });
    radio.addEventListener("change", () => (yes.disabled = false));
    list.append(h("label", {}, radio, h("span", {}, label)));
  }
  return list;
}
