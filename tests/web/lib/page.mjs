// What the tests do on an article page.
import { until } from "../../system/lib/wait.mjs";

export async function textOf(page, selector) {
  return (await page.locator(selector).first().textContent()) ?? "";
}

export async function waitForText(page, selector, text) {
  await until(async () => (await page.locator(selector).first().textContent().catch(() => "")) === text, `${selector} says ${text}`);
}

// The two percentages of the duel, once they are there.
export async function shares(page) {
  await page.locator("voxpop-poll .choice.pro:not(:disabled)").waitFor();
  return page.locator("voxpop-poll .share").allTextContents();
}

export function commentIn(page, text) {
  return page.locator("voxpop-comments .comment").filter({ has: page.locator(".text", { hasText: text }) });
}

export function composer(page) {
  return page.locator("voxpop-comments .writing textarea");
}

export async function post(page, text, { name } = {}) {
  await composer(page).fill(text);
  if (name) await page.locator("voxpop-comments .writing .name").fill(name);
  await page.locator("voxpop-comments .writing .solid").click();
  await commentIn(page, text).waitFor();
}
