// What all elements share: a shadow root with their style sheets, the language, the server's client, and
// an orderly end when they leave the page.
import { clientOf, type Client } from "../connection/client";
import { serverBase } from "../connection/server";
import { languageOf, messages, type Messages } from "../i18n";
import { followTheme } from "../ui/theme";
import dark from "../../styles/dark.css" with { type: "text" };
import foundation from "../../styles/foundation.css" with { type: "text" };

const sheets = new Map<string, CSSStyleSheet>();

// One sheet for all elements of a kind.
export function sheetOf(text: string): CSSStyleSheet {
  let sheet = sheets.get(text);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    sheets.set(text, sheet);
  }
  return sheet;
}

export abstract class VoxpopElement extends HTMLElement {
  protected readonly root: ShadowRoot;
  protected words: Messages = messages("ko");
  private readonly styles: string[];
  private readonly endings: (() => void)[] = [];
  private rendered = false;

  constructor(...styles: string[]) {
    super();
    this.styles = styles;
    this.root = this.attachShadow({ mode: "open" });
  }

  connectedCallback(): void {
    this.atEnd(followTheme(this, (isDark) => this.dress(isDark)));
    this.words = messages(languageOf(this));
    this.rendered = true;
    this.render();
  }

  disconnectedCallback(): void {
    this.rendered = false;
    for (const end of this.endings.splice(0)) end();
    this.root.replaceChildren();
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before === after || !this.rendered) return;
    this.disconnectedCallback();
    this.connectedCallback();
  }

  // Builds the element's content and begins to listen.
  protected abstract render(): void;

  protected get client(): Client {
    return clientOf(serverBase());
  }

  // Called when the element leaves the page, or begins anew.
  protected atEnd(end: () => void): void {
    this.endings.push(end);
  }

  private dress(isDark: boolean): void {
    this.root.adoptedStyleSheets = [foundation, ...(isDark ? [dark] : []), ...this.styles].map(sheetOf);
  }

  protected tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
