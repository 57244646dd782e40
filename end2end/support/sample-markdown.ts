// A long answer with all kinds of Markdown. The same seed makes the same text on every machine.

const WORDS =
  "anchor beacon current drift ember ferry gale harbour island jetty keel lantern mast north oar pilot quay reef sail tide " +
  "under vessel wave yonder and before by from in of on over the through to with";

export class SampleMarkdown {
  private readonly words = WORDS.split(" ");

  constructor(private state: number) {}

  /** Text of this length, in characters. */
  text(length: number): string {
    let text = "# A long voyage\n\n";
    for (let part = 1; text.length < length; part++) text += this.part(part);
    return text.slice(0, length);
  }

  private part(number: number): string {
    const blocks = [this.paragraph, this.list, this.table, this.code, this.formulas, this.quote, this.paragraph];
    const body = blocks.map((block) => block.call(this)).join("\n\n");
    return `${number % 3 === 1 ? "##" : "###"} Part ${number}: ${this.phrase(3)}\n\n${body}\n\n`;
  }

  private paragraph(): string {
    return this.several(4, 7, () => this.sentence()).join(" ");
  }

  private list(): string {
    const item = (mark: string) => () => `${mark} ${this.sentence()}`;
    return [
      ...this.several(2, 4, item("1.")),
      ...this.several(1, 3, item("   -")),
      ...this.several(1, 2, item("1.")),
      "",
      ...this.several(2, 4, item("- [x]")),
    ].join("\n");
  }

  private table(): string {
    const row = () => `| ${this.word()} | **${this.word()}** | \`${this.word()}\` | ${this.below(1000)} |`;
    return ["| What | Where | How | Many |", "|:--|:-:|---|--:|", ...this.several(4, 8, row)].join("\n");
  }

  private code(): string {
    const line = () => `    let ${this.word()} = ${this.word()}(${this.below(100)}, "${this.phrase(3)}")?; // ${this.phrase(4)}`;
    return ["```rust", `fn ${this.word()}() -> Result<u32, Error> {`, ...this.several(6, 14, line), "}", "```"].join("\n");
  }

  private formulas(): string {
    const inline = `With $${"abcxyz"[this.below(6)]}^{${this.below(9)}} + ${this.below(99)}$ ${this.sentence()}`;
    return `${inline}\n\n$$\\sum_{i=1}^{${this.below(99)}} \\frac{i^2}{${1 + this.below(9)}} = \\sqrt{${this.below(999)}}$$`;
  }

  private quote(): string {
    return `> ${this.sentence()}\n> ${this.sentence()}`;
  }

  private sentence(): string {
    const phrase = this.phrase(5 + this.below(9)).split(" ");
    const at = this.below(phrase.length);
    const marked = [
      (word: string) => `**${word}**`,
      (word: string) => `*${word}*`,
      (word: string) => `\`${word}\``,
      (word: string) => `[${word}](https://example.org/${word})`,
      (word: string) => word,
    ];
    phrase[at] = marked[this.below(marked.length)](phrase[at]);
    const sentence = phrase.join(" ");
    return `${sentence[0].toUpperCase()}${sentence.slice(1)}.`;
  }

  private phrase(words: number): string {
    return this.several(words, words, () => this.word()).join(" ");
  }

  private word(): string {
    return this.words[this.below(this.words.length)];
  }

  private several<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }

  /** A random number from 0 to below `end` (mulberry32). */
  private below(end: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }
}
