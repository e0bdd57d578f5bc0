// Narrow is the column that the site gives an element, on whatever screen: it is marked data-narrow, for its style
// sheet. No container query: under one, an element in a flex box would have no width of its own.

const narrowPx = 480;

// Gives the way to stop it.
export function followWidth(element: HTMLElement): () => void {
  const observer = new ResizeObserver(([entry]) => {
    element.toggleAttribute("data-narrow", entry!.contentRect.width <= narrowPx);
  });
  observer.observe(element);
  return () => observer.disconnect();
}
