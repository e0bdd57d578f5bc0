// The moderators' console at /moderate: signs in with the token of the address or of the form, then shows
// the board.
import { Client } from "../connection/client";
import { serverBase } from "../connection/server";
import type { Language } from "../i18n";
import { h, setText } from "../ui/dom";
import { Board } from "./board";
import { claims, forget, isExpired, openSession, remember } from "./session";
import { consoleWords } from "./words";

const languageKey = "voxpop.console.language";
const problemKey = "voxpop.console.problem";

const place = document.querySelector<HTMLElement>("#console")!;
const language: Language = localStorage.getItem(languageKey) === "en" ? "en" : "ko";
const words = consoleWords(language);
document.documentElement.lang = language;
document.title = `${words.title} | Voxpop`;

function start(token: string): void {
  const client = new Client(serverBase(), () => (isExpired(token) ? "" : token));
  const { sub, name } = claims(token);
  const board = new Board(client, { id: sub, name }, words, { signOut, otherLanguage });
  place.replaceChildren(board.element);
}

// Beginning again is the surest way to leave nothing of the session behind.
function signOut(problem = ""): void {
  forget();
  if (problem) sessionStorage.setItem(problemKey, problem);
  location.reload();
}

function otherLanguage(): void {
  localStorage.setItem(languageKey, language === "en" ? "ko" : "en");
  location.reload();
}

function signIn(): void {
  const field = h("input", { type: "password", autocomplete: "off", spellcheck: "false", "aria-label": words.token, placeholder: words.token });
  const problem = h("p", { class: "problem", role: "alert" });
  const form = h(
    "form",
    { class: "sign-in" },
    h("h1", {}, words.signInTitle),
    h("p", {}, words.signInHint),
    field,
    problem,
    h("button", { class: "solid", type: "submit" }, words.signIn),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const token = field.value.trim();
    if (token === "") return;
    if (isExpired(token)) return setText(problem, words.expired);
    remember(token);
    start(token);
  });
  place.replaceChildren(h("main", {}, form));
  setText(problem, sessionStorage.getItem(problemKey) ?? "");
  sessionStorage.removeItem(problemKey);
  field.focus();
}

const token = openSession();
if (token && !isExpired(token)) start(token);
else signIn();
