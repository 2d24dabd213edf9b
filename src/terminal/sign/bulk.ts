import {createReadStream, fstatSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {signBulk, type BadLine, type BulkOptions, type BulkResult} from '../../signing/index.js';
import {count, formatDuration} from '../format.js';
import {follow, progressMode, type ProgressMode} from '../progress.js';
import type {Session} from '../session.js';
import {openSigner, type KeyFlags} from './signer.js';
import {refuseTwoReaders, standardInput, unreadable} from './stdin.js';
import {readTerms, type TermFlags} from './terms.js';
import {writeOut, type Output} from './write-out.js';

export interface SignFileRequest extends KeyFlags, TermFlags {
  /** `-` is stdin. */
  readonly fromFile: string;
  readonly format: 'url' | 'json';
  readonly resource: string | undefined;
  readonly verifyEvery: number;
  readonly quiet: boolean;
}

const shownLines = 10;

/**
 * Signs the lines of a file or of stdin onto `output`, in order, as fast as `output` takes them. A reader who leaves
 * ends it quietly. Answers LINES_REFUSED (exit 2) where lines were left out; they are told on stderr.
 * @throws Failure FILE_UNREADABLE, INTERRUPTED (with what is written), those of `openSigner` and `signBulk`.
 */
export async function signFile(
  session: Session,
  request: SignFileRequest,
  {now, output}: {readonly now: Date; readonly output: Output},
): Promise<Failure | undefined> {
  const {fromFile, key, policy, format, verifyEvery} = request;
  refuseTwoReaders({'--from-file': fromFile, '--key': key, '--policy': policy});
  const {resource, ...terms} = await readTerms(request, session.signal);
  const {signer, warnings} = await openSigner(session, request);
  const input = await openInput(fromFile, session.signal);
  const results = signBulk(input, {
    signers: [signer],
    defaults: {...terms, resource: request.resource ?? resource},
    now,
    output: format,
    verifyEvery,
    signal: session.signal,
  } satisfies BulkOptions);
  const work = pour(results, {
    warnings,
    output,
    signal: session.signal,
    isSample: signer.keyType === 'ecdsa',
  });
  try {
    return await follow(work, progressBeside(output, request.quiet), process.stderr);
  } finally {
    // A reader who has left ends a feed that never ends by itself.
    input.destroy();
  }
}

/** What is drawn must not meet the URLs on one terminal: those of a pipe may end there too, after `head`. */
function progressBeside({isTTY, fd}: Output, quiet: boolean): ProgressMode {
  if (quiet || isTTY === true) return 'silent';
  return fd !== undefined && fstatSync(fd).isFile() ? progressMode(false) : 'lines';
}

async function openInput(file: string, signal: AbortSignal): Promise<Readable> {
  if (file === '-') return standardInput(signal);
  try {
    if ((await stat(file)).isDirectory()) throw Object.assign(new Error(), {code: 'EISDIR'});
    const stream = createReadStream(file, {signal, highWaterMark: 1024 * 1024});
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
    return stream;
  } catch (cause) {
    throw unreadable(file, 'The file', cause);
  }
}

interface Pouring {
  readonly warnings: readonly string[];
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Not every signature is verified. */
  readonly isSample: boolean;
}

async function* pour(
  results: AsyncIterable<BulkResult>,
  {warnings, output, signal, isSample}: Pouring,
): Work<Failure | undefined> {
  for (const message of warnings) yield {type: 'warning', message};
  yield {type: 'step', id: 'sign', title: 'Sign', noun: 'URLs'};
  const startedAt = performance.now();
  const firstBad: BadLine[] = [];
  let [signed, verified, bad, bytes] = [0, 0, 0, 0];
  let isRead = true;
  let failure: Failure | undefined;
  try {
    for await (const result of results) {
      isRead = await writeOut(output, result.text);
      if (!isRead) break;
      signed += result.signed;
      verified += result.verified;
      bad += result.bad.length;
      bytes += result.text.length;
      firstBad.push(...result.bad.slice(0, shownLines - firstBad.length));
      yield {type: 'progress', id: 'sign', files: signed, bytes};
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    failure = new Failure('interrupted', 'INTERRUPTED', `Interrupted after ${count(signed, 'URL')}.`, {
      hint: 'What was written is whole and in order; run it again with the rest of the lines.',
    });
  }
  if (!isRead) return undefined;
  const took = formatDuration(performance.now() - startedAt);
  const checked = isSample ? `${verified.toLocaleString('en-US')} of them verified` : 'all verified';
  if (failure === undefined)
    yield {
      type: 'done',
      id: 'sign',
      detail: [count(signed, 'URL'), ...(signed === 0 ? [] : [checked]), took].join(', '),
    };
  for (const {line, message, hint} of firstBad) {
    yield {type: 'warning', message: `Line ${line}: ${message}${hint === undefined ? '' : ` ${hint}`}`};
  }
  if (failure !== undefined) throw failure;
  if (bad === 0) return undefined;
  const more = bad > firstBad.length ? `; the first ${firstBad.length} are told above` : '';
  return new Failure(
    'usage',
    'LINES_REFUSED',
    `${count(bad, 'line')} could not be signed${more}. ${count(signed, 'URL')} ${signed === 1 ? 'was' : 'were'} signed.`,
    {
      hint: 'Correct the lines and sign them again; with --format json they stand in the output, with their errors.',
    },
  );
}
