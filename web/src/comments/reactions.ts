// Likes and dislikes as they move. The channel tells what moves while one listens; no reply of a subscription can
// hold all that moved before. So it is listened to before the first page is asked for, and after each interruption
// what the reader sees is read again.
import type { Client } from "../connection/client";
import type { ReactionsUpdate } from "../connection/protocol";
import type { Thread } from "../connection/thread";
import type { CommentList } from "./list";
import type { CommentStore } from "./store";

const pageLimit = 100;

export interface Place {
  client: Client;
  thread: Thread;
  store: CommentStore;
  list(): CommentList | undefined; // nothing while the first page is on its way
}

// Gives the way to stop it.
export function followReactions(place: Place): () => void {
  const leave = place.client.listen<ReactionsUpdate>(`reactions:${place.thread.id}`, {
    value: (update, anew) => {
      for (const comment of place.store.applyReactions(update, anew)) place.list()?.changed(comment);
    },
  });
  const forget = place.client.onReturn(() => void readAgain(place));
  return () => {
    forget();
    leave();
  };
}

// The pages that hold what is shown, and the replies that stand in none of them.
async function readAgain({ thread, store, list }: Place): Promise<void> {
  const shown = list();
  if (!shown) return;
  const unread = shown.shown();
  const read = async (root?: string): Promise<void> => {
    let cursor = "";
    do {
      const wish = { limit: pageLimit, ...(root ? { root } : { sort: shown.sort }), ...(cursor && { cursor }) };
      const page = await thread.page(wish);
      for (const comment of page.comments) {
        if (unread.delete(comment.id)) shown.changed(store.put(comment));
      }
      cursor = page.next;
    } while (cursor && [...unread.values()].some((of) => (root ? of === root : true)));
  };
  try {
    if (unread.size > 0) await read();
    for (const root of new Set(unread.values())) await read(root);
  } catch {
    // Repeated for a minute already; the next interruption, or the next like, brings the numbers.
  }
}
