// <voxpop-banner>: says at the foot of the window that there is no connection, or that nothing can be written now,
// and when that is over; once for the whole page. Put there by the script itself; it covers nothing that moves.
import type { Link } from "../connection/client";
import { h, setText } from "../ui/dom";
import { VoxpopElement } from "./base";
import style from "../../styles/banner.css" with { type: "text" };

const patienceMs = 1500; // a connection that comes back sooner is not worth a word
const goodNewsMs = 2500;

export class BannerElement extends VoxpopElement {
  private readonly text = h("span");
  private readonly pulse = h("span", { class: "pulse" });
  private readonly again = h("button", { type: "button", hidden: true, onclick: () => location.reload() });
  private readonly box = h("div", { class: "banner", part: "banner", role: "status" }, this.pulse, this.text, this.again);
  private timer?: ReturnType<typeof setTimeout>;
  private wasOnline = false;
  private said?: Exclude<Link, "online">;

  constructor() {
    super(style);
  }

  protected override render(): void {
    const { words } = this;
    const good = { connecting: words.backOnline, paused: words.resumed, refused: "" };
    const bad = (link: "connecting" | "paused"): string => {
      if (link === "paused") return words.onHold;
      return this.wasOnline ? words.offline : words.notYetOnline;
    };
    setText(this.again, words.reload);
    this.root.append(this.box);
    this.atEnd(() => clearTimeout(this.timer));
    this.atEnd(this.client.watch((link) => {
      clearTimeout(this.timer);
      if (link === "refused") {
        this.say(link, this.client.isBarred ? words.barred : words.refused);
      } else if (link !== "online") {
        this.timer = setTimeout(() => this.say(link, bad(link)), patienceMs);
      } else if (this.wasOnline && this.said) {
        this.say(link, good[this.said]);
        this.timer = setTimeout(() => this.silence(), goodNewsMs);
      } else {
        this.silence();
      }
      this.wasOnline ||= link === "online";
    }));
  }

  private say(link: Link, text: string): void {
    this.said = link === "online" ? undefined : link;
    this.pulse.dataset.link = link;
    this.pulse.hidden = this.client.isBarred;
    this.again.hidden = link !== "refused" || this.client.isBarred;
    setText(this.text, text);
    this.box.classList.add("shown");
  }

  private silence(): void {
    this.said = undefined;
    this.box.classList.remove("shown");
    setText(this.text, "");
  }
}
