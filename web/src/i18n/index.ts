// Which words to use. Korean first; whatever is not English is Korean here.
import { en } from "./en";
import { ko, type Messages } from "./ko";

export type Language = "ko" | "en";
export type { Messages };

export function languageOf(element: Element): Language {
  const own = element.getAttribute("lang") || element.closest("[lang]")?.getAttribute("lang") || "ko";
  return own.toLowerCase().startsWith("en") ? "en" : "ko";
}

export function messages(language: Language): Messages {
  return language === "en" ? en : ko;
}
