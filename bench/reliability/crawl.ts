/** Visitors who load pages through the edge without pause, with everything that the pages name. */
import {createHash} from 'node:crypto';
import {isNamedAfter, keyOf, namedBy, type Build} from './builds.js';
import {between, chance, int, pick, type Random} from './random.js';
import type {Stage} from './stage.js';

/** What is live: of the builds from `done` to `begun` one, or during a deploy something between them. */
export interface Timeline {
  /** By number - 1. */
  readonly builds: readonly Build[];
  /** Number of the last build whose deploy is over; 0: none. */
  done: number;
  /** Number of the last build whose deploy has begun. */
  begun: number;
}

export interface Counts {
  /** Pages with all that they name. */
  loads: number;
  requests: number;
  /** Lazily loaded files that an open tab asked for some deploys later. */
  late: number;
  /** Loads with at least one error or wrong file. */
  broken: number;
  /** Of these what an open tab asked for later: a deploy that deletes at once breaks them by design. */
  brokenLate: number;
  /** Pages of a build that was over before they were asked for. */
  stale: number;
  /** By what was wrong. */
  readonly kinds: Map<string, number>;
  /** The first few, in words. */
  readonly examples: string[];
}

/** Deploys that a tab stays open for: of the five releases that are kept, one is live already. */
const longestTab = 4;

interface Tab {
  readonly path: string;
  /** Number of the newest build that its page is of. */
  readonly of: number;
  /** Once this one is live. */
  readonly due: number;
}

export interface Crawl {
  readonly counts: Counts;
  /** Ends once every visitor has finished the load under way. */
  stop(): Promise<void>;
}

export function crawl(stage: Stage, timeline: Timeline, visitors: number, random: Random): Crawl {
  const counts: Counts = {
    loads: 0,
    requests: 0,
    late: 0,
    broken: 0,
    brokenLate: 0,
    stale: 0,
    kinds: new Map(),
    examples: [],
  };
  const pages = pageIndex(timeline);
  const tabs: Tab[] = [];
  let isOver = false;

  const note = (kind: string, what: string): void => {
    counts.kinds.set(kind, (counts.kinds.get(kind) ?? 0) + 1);
    if (counts.examples.length < 12) counts.examples.push(`${kind}: ${what}`);
  };
  const has = (number: number, key: string): boolean => timeline.builds[number - 1]?.files.has(key) ?? false;

  /** Whether `path`, named by a page of build `of`, must be there in everything that was live since. */
  const isDue = (path: string, of: number): boolean => {
    const key = keyOf(path);
    if (timeline.builds[of - 1]?.hashed.has(key) === true) return timeline.begun - of <= longestTab;
    for (let number = of; number <= timeline.begun; number++) if (!has(number, key)) return false;
    return true;
  };

  /** Asks for one file that a page of build `of` names; false: broken. */
  const fetchAsset = async (path: string, of: number): Promise<boolean> => {
    const {status, body} = await stage.view(path);
    counts.requests++;
    const isHashed = timeline.builds[of - 1]?.hashed.has(keyOf(path)) === true;
    if (status !== 200) {
      if (!isDue(path, of)) return true;
      note(`asset ${status}`, `${path} of build ${of}, ${timeline.done} to ${timeline.begun} live`);
      return false;
    }
    if (isHashed && !isNamedAfter(path, body)) {
      note('asset of other bytes', `${path} of build ${of}`);
      return false;
    }
    return true;
  };

  /** One page with what it names at once; then some of its links, `depth` deep. `of`: the build that linked it. */
  const load = async (path: string, of: number, depth: number): Promise<void> => {
    const before = timeline.done;
    const {status, body} = await stage.view(path);
    counts.requests++;
    if (status !== 200) {
      // It left the site since it was linked: no deploy can help that.
      if (!isDue(path, of)) return;
      counts.loads++;
      counts.broken++;
      note(`page ${status}`, `${path} linked by build ${of}, ${timeline.done} to ${timeline.begun} live`);
      return;
    }
    counts.loads++;
    const numbers = pages.numbersOf(path, body).filter(number => number <= timeline.begun);
    const own = numbers.at(-1);
    if (own === undefined) {
      counts.broken++;
      note('page of no build', path);
      return;
    }
    if (own < before) counts.stale++;
    const {eager, lazy, links} = namedBy(body.toString());
    const isLate = lazy.filter(() => chance(random, 0.3));
    const now = [...eager, ...lazy.filter(each => !isLate.includes(each))];
    for (const each of isLate) {
      if (tabs.length < 4000) tabs.push({path: each, of: own, due: own + between(random, 1, longestTab)});
    }
    const loaded = await Promise.all(now.map(each => fetchAsset(each, own)));
    if (loaded.includes(false)) counts.broken++;
    if (depth === 0 || isOver) return;
    for (let followed = 0; followed < 3; followed++) await load(pick(random, links), own, depth - 1);
  };

  /** A tab that was opened some deploys ago now asks for the rest of its page. */
  const goOn = async (): Promise<void> => {
    const index = int(random, tabs.length);
    const tab = tabs[index];
    if (tab === undefined || timeline.done < tab.due) return;
    tabs[index] = tabs.at(-1) as Tab;
    tabs.pop();
    // Closed meanwhile.
    if (timeline.begun - tab.of > longestTab) return;
    counts.late++;
    counts.loads++;
    if (await fetchAsset(tab.path, tab.of)) return;
    counts.broken++;
    counts.brokenLate++;
  };

  const visit = async (): Promise<void> => {
    while (!isOver) {
      await load('/', Math.max(1, timeline.done), 1);
      for (let looks = 0; looks < 10; looks++) await goOn();
    }
  };
  const running = Array.from({length: visitors}, visit);
  return {
    counts,
    async stop() {
      isOver = true;
      await Promise.all(running);
    },
  };
}

/** Which builds a page's bytes are of, ascending. */
function pageIndex(timeline: Timeline) {
  const known = new Map<string, number[]>();
  let indexed = 0;
  const digest = (key: string, body: Buffer): string =>
    `${key} ${createHash('sha256').update(body).digest('base64')}`;
  return {
    numbersOf(path: string, body: Buffer): readonly number[] {
      for (; indexed < timeline.builds.length; indexed++) {
        const {number, files} = timeline.builds[indexed] as Build;
        for (const [key, content] of files) {
          if (!key.endsWith('.html')) continue;
          const id = digest(key, content);
          known.set(id, [...(known.get(id) ?? []), number]);
        }
      }
      return known.get(digest(keyOf(path), body)) ?? [];
    },
  };
}
