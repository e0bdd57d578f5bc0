// <voxpop-banner>: says at the foot of the window that the connection is gone, and that it is back. One a
// page, put there by the script itself; it covers nothing that moves.
import { h, setText } from "../ui/dom";
import { VoxpopElement } from "./base";
import style from "../../styles/banner.css" with { type: "text" };

const patienceMs = 1500; // a connection that comes back sooner is not worth a word
const goodNewsMs = 2500;

export class BannerElement extends VoxpopElement {
  private readonly text = h("span");
  private readonly box = h("p", { class: "banner", part: "banner", role: "status" }, h("span", { class: "pulse" }), this.text);
  private timer?: ReturnType<typeof setTimeout>;
  private wasOnline = false;
  private saidBad = false;

  constructor() {
    super(style);
  }

  protected override render(): void {
    this.root.append(this.box);
    this.atEnd(() => clearTimeout(this.timer));
    this.atEnd(this.client.watch((link) => {
      clearTimeout(this.timer);
      if (link === "refused") return this.say("refused", this.words.refused);
      if (link === "connecting") {
        this.timer = setTimeout(() => this.say(link, this.words.offline), patienceMs);
      } else if (this.wasOnline && this.saidBad) {
        this.say(link, this.words.backOnline);
        this.timer = setTimeout(() => this.silence(), goodNewsMs);
      } else {
        this.silence();
      }
      this.wasOnline ||= link === "online";
    }));
  }

  private say(link: string, text: string): void {
    this.saidBad = link !== "online";
    this.box.dataset.link = link;
    this.box.querySelector<HTMLElement>(".pulse")!.dataset.link = link;
    setText(this.text, text);
    this.box.classList.add("shown");
  }

  private silence(): void {
    this.saidBad = false;
    this.box.classList.remove("shown");
    setText(this.text, "");
  }
}
