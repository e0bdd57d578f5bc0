// The titles of articles by their thread's id, from the public API; the id itself until one is known.

export class Titles {
  private readonly known = new Map<string, string>();

  constructor(
    private readonly server: URL,
    private readonly arrived: () => void,
  ) {}

  of(thread: string): string {
    const title = this.known.get(thread);
    if (title !== undefined) return title || thread;
    this.known.set(thread, "");
    void this.fetch(thread);
    return thread;
  }

  private async fetch(thread: string): Promise<void> {
    const response = await fetch(new URL(`api/v1/threads/${encodeURIComponent(thread)}`, this.server)).catch(() => null);
    if (!response?.ok) return;
    const body = await response.json();
    this.known.set(thread, body.thread?.title ?? body.title ?? "");
    this.arrived();
  }
}
