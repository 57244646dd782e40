// A certificate for this machine. It is made for each run, so no key is stored.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";

const DNS_NAME = 2;
const IP_ADDRESS = 7;

export class Certificate {
  private constructor(readonly folder: string) {}

  /** Writes the certificate, its key, and both in one file, as HAProxy wants them. */
  static async make(...addresses: string[]): Promise<Certificate> {
    const altNames = [
      { type: DNS_NAME, value: "localhost" },
      ...["127.0.0.1", ...addresses].map((ip) => ({ type: IP_ADDRESS, ip })),
    ];
    const extensions = [{ name: "subjectAltName", altNames }];
    const made = generate([{ name: "commonName", value: "localhost" }], { days: 2, keySize: 2048, algorithm: "sha256", extensions });
    const certificate = new Certificate(await mkdtemp(join(tmpdir(), "certificate-")));
    await writeFile(certificate.path("cert.pem"), made.cert);
    await writeFile(certificate.path("key.pem"), made.private, { mode: 0o600 });
    await writeFile(certificate.path("starcrossed.pem"), made.cert + made.private, { mode: 0o600 });
    return certificate;
  }

  /** The server's arguments that make it use the certificate. */
  get args(): string[] {
    return ["--tls-cert", this.path("cert.pem"), "--tls-key", this.path("key.pem")];
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  private path(name: string): string {
    return join(this.folder, name);
  }
}
