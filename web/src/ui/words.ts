// Numbers, times and errors as readers see them.
import { CallError } from "../connection/errors";
import type { Messages } from "../i18n";

export function number(value: number, words: Messages): string {
  return value.toLocaleString(words.locale);
}

// "1.2만", "12K": for narrow places, with the exact number beside it for who asks.
export function shortNumber(value: number, words: Messages): string {
  if (value < 10_000) return number(value, words);
  return value.toLocaleString(words.locale, { notation: "compact", maximumFractionDigits: 1 });
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// "3분 전"; from a week on the date.
export function ago(then: number, words: Messages, now = Date.now()): string {
  const age = Math.max(0, now - then);
  if (age < minute) return words.now;
  if (age < hour) return words.minutesAgo(Math.floor(age / minute));
  if (age < day) return words.hoursAgo(Math.floor(age / hour));
  if (age < 7 * day) return words.daysAgo(Math.floor(age / day));
  return new Date(then).toLocaleDateString(words.locale, { year: "numeric", month: "short", day: "numeric" });
}

export function fullTime(then: number, words: Messages): string {
  return new Date(then).toLocaleString(words.locale, { dateStyle: "long", timeStyle: "short" });
}

export function explain(reason: unknown, words: Messages): string {
  const error = CallError.from(reason);
  if (error.outcomeUnknown) return words.noAnswer;
  return words.errors[error.code] ?? words.failed;
}

// What a reader would call characters: an emoji of five code points is one.
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter("ko", { granularity: "grapheme" }) : undefined;

export function countGraphemes(text: string): number {
  if (!segmenter) return Array.from(text.normalize("NFC")).length;
  let count = 0;
  for (const _ of segmenter.segment(text.normalize("NFC"))) count++;
  return count;
}

// Percentages that sum to 100 by the largest remainder; nothing where nobody chose anything.
export function percentages(values: number[]): number[] | undefined {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) return undefined;
  const exact = values.map((value) => (value * 100) / total);
  const whole = exact.map(Math.floor);
  let missing = 100 - whole.reduce((sum, value) => sum + value, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder) {
    if (missing-- <= 0) break;
    whole[index]!++;
  }
  return whole;
}
