/** Where the items were typed, and for which distribution. */
export interface InputContext {
  /** The distribution's domain name and aliases (`*.example.com` too): `www.example.com/a` without `https://` is a URL only with one of these. */
  readonly hosts: readonly string[];
  /** `thisMachine` for arguments; undefined for what no shell touched (stdin, a file). */
  readonly machine: ShellMachine | undefined;
}

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** What a shell puts in the place of what was typed: how an unquoted `/*`, `*` or `~` gives itself away. */
export interface ShellMachine {
  /** Whether its root has that entry (`/bin`). */
  readonly isRootEntry: (path: string) => boolean;
  /** Of the working directory; empty where it cannot be read. */
  readonly entriesHere: () => readonly FolderEntry[];
  readonly home: string;
}

export interface ParsedItems {
  /** Paths, wildcards and `#tags` as CloudFront takes them, in the order they were typed, without repeats. */
  readonly items: readonly string[];
  /** Of the URLs among them: lowercase, ASCII, without port. */
  readonly hosts: readonly string[];
}

export interface ServedHosts {
  readonly domainName: string;
  readonly aliases: readonly string[];
}

export interface MapOptions {
  /** The hash in the name of a fingerprinted key (`app-Ab12Cd34.js`), or undefined. Without it no name is taken for fingerprinted. */
  readonly hashOf?: ((key: string) => string | undefined) | undefined;
}

export interface MappedSources {
  /** Keys of the build that show the changed sources. */
  readonly keys: readonly string[];
  /** Sources whose output is under a new name with every change, so nothing must go. */
  readonly fingerprinted: readonly string[];
  /** Sources for which no key is known. */
  readonly unmapped: readonly string[];
}
