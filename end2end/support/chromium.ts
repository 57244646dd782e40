// The Chromium under test, and how it is started.

// CHROMIUM names a browser where Playwright can't download its own. Either way it is the whole browser: the headless
// shell has no back/forward cache.
const executablePath = process.env.CHROMIUM || undefined;

// It talks to the server under test only.
const args = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/** Chromium's sandbox refuses to start as root. */
const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export const CHROMIUM = {
  channel: executablePath ? undefined : "chromium",
  launchOptions: { executablePath, args: [...args, ...asRoot] },
};
