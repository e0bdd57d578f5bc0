// HTML as a template: html`<p>${text}</p>` escapes what is filled in, unless it is html itself.
class Html {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

export function raw(text) {
  return new Html(text);
}

export function html(strings, ...values) {
  return new Html(strings.reduce((out, string, index) => out + filled(values[index - 1]) + string));
}

function filled(value) {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(filled).join("");
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(value).replaceAll(/[&<>"]/g, (character) => entities[character]);
}
