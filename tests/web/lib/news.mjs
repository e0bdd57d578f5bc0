// A news site at its own address, with one page that includes the script.
import { createServer } from "node:http";
import { once } from "node:events";

export async function newsSite(t, page, routes = {}) {
  const server = createServer((request, response) => {
    const route = routes[request.url];
    response.setHeader("content-type", route ? "text/plain" : "text/html; charset=utf-8");
    response.end(route ? route() : page);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://localhost:${server.address().port}/`;
}

export const body = `<voxpop-counts thread="demo"></voxpop-counts><voxpop-poll poll="demo"></voxpop-poll>
  <voxpop-comments thread="demo"></voxpop-comments><voxpop-save thread="demo"></voxpop-save>`;
