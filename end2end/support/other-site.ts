// Another site, as the target of a navigation.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A fixture: the site's address. */
export async function elsewhere({}, use: (url: string) => Promise<void>): Promise<void> {
  const site = createServer((_, response) => response.setHeader("content-type", "text/html").end("<h1>Elsewhere"));
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  await use(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  site.close();
  site.closeAllConnections();
}
