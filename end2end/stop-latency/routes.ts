// The columns of the table: the routes from a page to the server.

export type Protocol = "HTTP/1.1" | "HTTP/2";

export type Engine = "Chromium" | "Firefox" | "WebKit";

export interface Route {
  name: string;
  browser: Engine;
  protocol: Protocol;
  /** The proxy on the route, if any. */
  proxy?: "nginx" | "haproxy" | "caddy";
  port: number;
}

/** The server's port in all configurations of docs/proxies. */
export const SERVER_PORT = 3000;

export const ROUTES: Route[] = [
  { name: "direct HTTP/1.1", browser: "Chromium", protocol: "HTTP/1.1", port: SERVER_PORT },
  { name: "direct HTTP/2", browser: "Chromium", protocol: "HTTP/2", port: SERVER_PORT },
  { name: "nginx HTTP/1.1", browser: "Chromium", protocol: "HTTP/1.1", proxy: "nginx", port: 8001 },
  { name: "nginx HTTP/2", browser: "Chromium", protocol: "HTTP/2", proxy: "nginx", port: 8441 },
  { name: "HAProxy HTTP/1.1", browser: "Chromium", protocol: "HTTP/1.1", proxy: "haproxy", port: 8002 },
  { name: "HAProxy HTTP/2", browser: "Chromium", protocol: "HTTP/2", proxy: "haproxy", port: 8442 },
  { name: "Caddy HTTP/1.1", browser: "Chromium", protocol: "HTTP/1.1", proxy: "caddy", port: 8003 },
  { name: "Caddy HTTP/2", browser: "Chromium", protocol: "HTTP/2", proxy: "caddy", port: 8443 },
  ...(["Firefox", "WebKit"] as const).flatMap((browser): Route[] => [
    { name: `${browser} direct HTTP/1.1`, browser, protocol: "HTTP/1.1", port: SERVER_PORT },
    { name: `${browser} direct HTTP/2`, browser, protocol: "HTTP/2", port: SERVER_PORT },
    { name: `${browser} nginx HTTP/2`, browser, protocol: "HTTP/2", proxy: "nginx", port: 8441 },
  ]),
];

export function url(route: Route, host: string): string {
  return `${route.protocol === "HTTP/2" ? "https" : "http"}://${host}:${route.port}`;
}
