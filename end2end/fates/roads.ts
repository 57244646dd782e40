// The columns of the table: the ways that lead from a page to the server.

export type Protocol = "HTTP/1.1" | "HTTP/2";

export interface Road {
  name: string;
  protocol: Protocol;
  /** The proxy on it, if there is one. */
  proxy?: "nginx" | "haproxy" | "caddy";
  port: number;
}

/** Where the server listens, as all the proxies' configurations in docs/proxies have it. */
export const SERVER_PORT = 3000;

export const ROADS: Road[] = [
  { name: "direct HTTP/1.1", protocol: "HTTP/1.1", port: SERVER_PORT },
  { name: "direct HTTP/2", protocol: "HTTP/2", port: SERVER_PORT },
  { name: "nginx HTTP/1.1", protocol: "HTTP/1.1", proxy: "nginx", port: 8001 },
  { name: "nginx HTTP/2", protocol: "HTTP/2", proxy: "nginx", port: 8441 },
  { name: "HAProxy HTTP/1.1", protocol: "HTTP/1.1", proxy: "haproxy", port: 8002 },
  { name: "HAProxy HTTP/2", protocol: "HTTP/2", proxy: "haproxy", port: 8442 },
  { name: "Caddy HTTP/1.1", protocol: "HTTP/1.1", proxy: "caddy", port: 8003 },
  { name: "Caddy HTTP/2", protocol: "HTTP/2", proxy: "caddy", port: 8443 },
];

export function url(road: Road, host: string): string {
  return `${road.protocol === "HTTP/2" ? "https" : "http"}://${host}:${road.port}`;
}
