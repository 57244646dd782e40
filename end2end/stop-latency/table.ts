// The table of results, as it is printed and written to the docs.

import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CAUSES } from "./causes";
import { PATIENCE_MS, quantile, type Cell, type Outcome } from "./trial";
import type { Route } from "./routes";

const DOCUMENT = resolve(__dirname, "../../docs/stop-latency.md");
const BETWEEN = /(<!-- measured: begin -->\n)[^]*(<!-- measured: end -->)/;

export class Table {
  private readonly cells = new Map<string, Cell>();

  constructor(
    private readonly causes: string[],
    private readonly routes: Route[],
  ) {}

  put(cause: string, route: Route, cell: Cell): void {
    this.cells.set(`${cause}, ${route.name}`, cell);
  }

  /** The table in Markdown, with the reasons for empty cells under it. */
  markdown(): string {
    const head = ["ms, p50 / p99", "promised", ...this.routes.map(({ name }) => name)];
    const rows = this.causes.map((cause) => [
      cause,
      `≤ ${CAUSES[cause].promise}`,
      ...this.routes.map((route) => write(this.cells.get(`${cause}, ${route.name}`))),
    ]);
    const rule = head.map((_, at) => (at ? "--:" : "---"));
    const lines = [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
    const empty = this.empty().map((why) => `- ${why}`);
    const nothing = this.nothing().map((why) => `- ${why}`);
    return [
      ...lines,
      ...(nothing.length ? ["", "–, because there is nothing to measure:", "", ...nothing] : []),
      ...(empty.length ? ["", "Empty, because not measured:", "", ...empty] : []),
    ].join("\n");
  }

  /** The broken promises, and the trials that failed without an excuse. */
  broken(): string[] {
    return [...this.cells].flatMap(([name, { outcomes, why, excused }]) => {
      if (why) return excused ? [] : [`${name}: ${why}`];
      const worst = quantile(outcomes, 1);
      const { promise } = CAUSES[this.causes.find((cause) => name.startsWith(cause))!];
      return worst === "never" || worst > promise ? [`${name}: ${round(worst)}, and ${promise} ms are promised`] : [];
    });
  }

  /** Whether each cell has been measured. A partial table never replaces the one in the docs. */
  get isFull(): boolean {
    return this.empty().length === 0;
  }

  private empty(): string[] {
    return [...this.cells].flatMap(([name, { why, void: nothing }]) => (why && !nothing ? [`${name}: ${why.split("\n")[0]}`] : []));
  }

  /** Each reason once, with its causes. */
  private nothing(): string[] {
    const causes = new Map<string, Set<string>>();
    for (const [name, { why, void: nothing }] of this.cells) {
      if (!nothing || !why) continue;
      const cause = this.causes.find((cause) => name.startsWith(cause))!;
      causes.set(why, (causes.get(why) ?? new Set()).add(cause));
    }
    return [...causes].map(([why, names]) => `${[...names].join(", ")}: ${why}`);
  }
}

/** Writes the table into the docs. */
export async function keep(text: string): Promise<void> {
  const document = await readFile(DOCUMENT, "utf8");
  await writeFile(DOCUMENT, document.replace(BETWEEN, (_, begin, end) => `${begin}\n${text}\n\n${end}`));
}

function write(cell: Cell | undefined): string {
  if (cell?.void) return "–";
  if (!cell?.outcomes.length) return "";
  const never = cell.outcomes.filter((outcome) => outcome === "never").length;
  const note = never ? ` (${never} of ${cell.outcomes.length} never within ${PATIENCE_MS / 1000} s)` : "";
  return `${round(quantile(cell.outcomes, 0.5))} / ${round(quantile(cell.outcomes, 0.99))}${note}`;
}

function round(outcome: Outcome): string {
  return outcome === "never" ? "never" : outcome.toFixed(outcome < 10 ? 1 : 0);
}
