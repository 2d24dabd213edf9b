/** What is said once, before a deploy, of headers that do not do what somebody may hope. */
import {cacheControlProblems, cacheDirectives} from '../../config/index.js';
import type {Distribution} from '../../distribution/index.js';
import {cacheControl, type Site, type SiteFile} from '../../site/index.js';

/** One sentence each, for warnings; none for what frontctl decides by itself. */
export function headerNotes(site: Site, distributions: readonly Distribution[]): readonly string[] {
  const found = [
    ...doubtfulValues(site),
    keptByBrowsers(site),
    storedCompressed(site),
    ...distributions.map(distribution => unreadRedirects(site, distribution)),
  ];
  return found.filter(note => note !== undefined);
}

const builtIn: ReadonlySet<string> = new Set(Object.values(cacheControl));

/** `a.html`, or `a.html and 3 more`. */
function example([first, ...more]: readonly SiteFile[]): string {
  return more.length === 0 ? (first?.key ?? '') : `${first?.key ?? ''} and ${more.length} more`;
}

/** Cache-Control values of rules in which something means nothing. The config refuses worse ones. */
function doubtfulValues({files}: Site): readonly string[] {
  const byValue = new Map<string, SiteFile>();
  for (const file of files) {
    const value = file.headers.cacheControl;
    if (!builtIn.has(value) && !byValue.has(value)) byValue.set(value, file);
  }
  return [...byValue].flatMap(([value, {key, rule}]) =>
    cacheControlProblems(value).map(({clause}) => `Cache-Control of ${key} (${rule}) ${clause}.`),
  );
}

/** Seconds. Longer than that, a visitor who came back tomorrow would still miss a deploy. */
const daySeconds = 86_400;

/** Files whose content changes under their name, and which browsers keep for more than a day without asking. */
function keptByBrowsers({files}: Site): string | undefined {
  const bySeconds = new Map<string, number>();
  const secondsOf = ({headers}: SiteFile): number => {
    const known = bySeconds.get(headers.cacheControl);
    if (known !== undefined) return known;
    const seconds = unaskedSeconds(headers.cacheControl);
    bySeconds.set(headers.cacheControl, seconds);
    return seconds;
  };
  const kept = files.filter(file => file.kind !== 'fingerprinted' && secondsOf(file) > daySeconds);
  // A page is the worst: it names all the others.
  const told = [...kept.filter(({kind}) => kind === 'html'), ...kept.filter(({kind}) => kind !== 'html')];
  const [first] = told;
  if (first === undefined) return undefined;
  const days = Math.floor(secondsOf(first) / daySeconds).toLocaleString('en-US');
  const what = `Browsers keep ${example(told)} for ${days} ${days === '1' ? 'day' : 'days'} without asking (${first.headers.cacheControl}; ${first.rule})`;
  return `${what}, and no invalidation reaches a browser: write max-age=0 with s-maxage for the edge, or name what never changes under its name in site.fingerprinted.`;
}

/** For how long a browser may use a copy without a request. Without max-age it guesses: 0 here. */
function unaskedSeconds(value: string): number {
  const directives = cacheDirectives(value) ?? [];
  if (
    directives.some(
      ({name, value: fields}) => name === 'no-store' || (name === 'no-cache' && fields === undefined),
    )
  )
    return 0;
  return Number(directives.find(({name}) => name === 'max-age')?.value ?? 0);
}

/** Compressed bytes under a plain name: S3 does not look at Accept-Encoding, and CloudFront unpacks nothing. */
function storedCompressed({files}: Site): string | undefined {
  const compressed = files.filter(
    ({key, headers}) => headers.others?.['content-encoding'] !== undefined && !/\.(?:br|gz|zst)$/.test(key),
  );
  const [first] = compressed;
  if (first === undefined) return undefined;
  const coding = first.headers.others?.['content-encoding'] ?? '';
  return `${example(compressed)}: stored with Content-Encoding ${coding} (${first.rule}), so viewers that do not accept it get it all the same; CloudFront compresses by itself where a behavior has compress.`;
}

/** Redirects of objects are for S3's website endpoints: at the REST endpoint they are a header of the answer. */
function unreadRedirects(site: Site, {id, config}: Distribution): string | undefined {
  const redirected = site.files.filter(
    ({headers}) => headers.others?.['x-amz-website-redirect-location'] !== undefined,
  );
  const [first] = redirected;
  if (first === undefined) return undefined;
  const isWebsite = config.Origins?.Items?.some(({DomainName = ''}) => /\.s3-website[.-]/.test(DomainName));
  if (isWebsite === true) return undefined;
  const target = first.headers.others?.['x-amz-website-redirect-location'] ?? '';
  return `${example(redirected)}: redirected to ${target} (${first.rule}), but no origin of distribution ${id} is an S3 website endpoint, and nothing else reads it: viewers get the file. A CloudFront function can redirect.`;
}
