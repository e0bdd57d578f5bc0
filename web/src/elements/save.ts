// <voxpop-save thread="ID">: keeps the article for the reader, or lets it go.
import { CallError } from "../connection/errors";
import type { ThreadPage } from "../connection/protocol";
import { explain } from "../ui/words";
import { h, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import { threadOf } from "../connection/thread";
import { VoxpopElement } from "./base";
import pill from "../../styles/pill.css" with { type: "text" };
import style from "../../styles/save.css" with { type: "text" };

export class SaveElement extends VoxpopElement {
  static observedAttributes = ["thread", "lang"];

  private readonly label = h("span");
  private readonly button = h("button", { type: "button", part: "button", class: "pill save" }, icon("bookmark"), this.label);
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private on = false;
  private busy = false;
  private generation = 0; // of what is shown; answers for an older one come too late

  constructor() {
    super(pill, style);
    this.button.addEventListener("click", () => void this.toggle());
  }

  protected override render(): void {
    this.generation++;
    this.root.append(this.button, this.problem);
    this.show(false);
    const thread = this.getAttribute("thread");
    if (!thread) return;
    const { client } = this;
    const shared = threadOf(client, thread);
    void this.look(shared.first());
    this.atEnd(client.onReturn(() => void this.look(shared.begin({ limit: 1 }))));
  }

  private async look(page: Promise<ThreadPage>): Promise<void> {
    const { generation } = this;
    try {
      const { saved } = await page;
      if (generation === this.generation) this.show(saved);
    } catch {
      // Nothing is known of it; the button works all the same.
    }
  }

  private async toggle(): Promise<void> {
    const thread = this.getAttribute("thread");
    if (this.busy || !thread) return;
    const before = this.on;
    this.busy = true;
    this.generation++;
    setText(this.problem, "");
    this.show(!before);
    try {
      const { on } = await this.client.write<{ on: boolean }>("save.set", { thread, on: !before });
      this.show(on);
    } catch (reason) {
      this.show(before);
      setText(this.problem, explain(CallError.from(reason), this.words));
    } finally {
      this.generation++;
      this.busy = false;
    }
  }

  private show(on: boolean): void {
    this.on = on;
    this.button.setAttribute("aria-pressed", String(on));
    setText(this.label, on ? this.words.saved : this.words.save);
  }
}
