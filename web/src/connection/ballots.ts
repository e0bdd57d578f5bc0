// A ballot is its reader's, not a tab's: tells the reader's other tabs of this site that one has changed.
// Other devices find out when they look at the page again.

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("voxpop.ballots");

export function tellOtherTabs(poll: string): void {
  channel?.postMessage(poll);
}

// Calls back when the reader may have voted on `poll` elsewhere. Gives the way to stop that.
export function onOtherTabs(poll: string, changed: () => void): () => void {
  const heard = ({ data }: MessageEvent): void => {
    if (data === poll) changed();
  };
  const seen = (): void => {
    if (document.visibilityState === "visible") changed();
  };
  channel?.addEventListener("message", heard);
  document.addEventListener("visibilitychange", seen);
  return () => {
    channel?.removeEventListener("message", heard);
    document.removeEventListener("visibilitychange", seen);
  };
}
