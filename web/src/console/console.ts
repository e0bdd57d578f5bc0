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
const language = chosenLanguage() ?? browsersLanguage();
const words = consoleWords(language);
const other: Language = language === "en" ? "ko" : "en";
document.documentElement.lang = language;
document.title = `${words.title} | Voxpop`;

// What was switched to here before.
function chosenLanguage(): Language | undefined {
  const stored = localStorage.getItem(languageKey);
  return stored === "en" || stored === "ko" ? stored : undefined;
}

// The first of the browser's languages that the console speaks.
function browsersLanguage(): Language {
  const short = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return short.find((tag) => tag === "ko" || tag === "en") === "ko" ? "ko" : "en";
}

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
  localStorage.setItem(languageKey, other);
  location.reload();
}

function signIn(): void {
  const field = h("input", { type: "password", autocomplete: "off", spellcheck: "false", "aria-describedby": "sign-in-hint" });
  const problem = h("p", { class: "problem", role: "alert" });
  const form = h(
    "form",
    { class: "sign-in" },
    h("h1", {}, words.signInTitle),
    h("p", { id: "sign-in-hint" }, words.signInHint),
    h("label", {}, h("span", {}, words.token), field),
    problem,
    h("button", { class: "solid", type: "submit" }, words.signIn),
  );
  const switches = h("button", { class: "quiet", type: "button", lang: other, onclick: otherLanguage }, words.otherLanguage);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const token = field.value.trim();
    if (token === "") return;
    if (isExpired(token)) return setText(problem, words.expired);
    remember(token);
    start(token);
  });
  place.replaceChildren(h("main", { class: "door" }, form, switches));
  setText(problem, sessionStorage.getItem(problemKey) ?? "");
  sessionStorage.removeItem(problemKey);
  field.focus();
}

const token = openSession();
if (token && !isExpired(token)) start(token);
else signIn();
